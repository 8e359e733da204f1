"""Argo CD: a controller that is down, Applications that are not as git says, removals that do not end."""

from collections.abc import Iterator

from mlgate.lifecycle import argocd, stuck, waves
from mlgate.lifecycle.troubles.snapshot import Snapshot, found
from mlgate.results import Result


def controller(seen: Snapshot) -> Iterator[Result]:
    """MG611: nothing is synced because the application controller is not ready."""
    if not argocd.alive(seen.cluster):
        fix = "kubectl -n argocd get pods,events"
        yield found("MG611", "argocd", "Namespace/argocd", "no application controller of Argo CD is ready", fix)


def applications(seen: Snapshot) -> Iterator[Result]:
    """MG609: an Application is missing, out of sync or not healthy."""
    there = {obj["metadata"]["name"]: obj for obj in seen.applications}
    for name in waves.expected(seen.prefix, ()):
        named = f"Application/argocd/{name}"
        if name not in there:
            fix = f"push the overlay, then mlgate bootstrap --prefix {seen.prefix} --apply"
            yield found("MG609", "application", named, "is not there", fix)
            continue
        status = there[name].get("status") or {}
        sync = (status.get("sync") or {}).get("status", "Unknown")
        health = (status.get("health") or {}).get("status", "Unknown")
        if sync != "Synced" or health not in {"Healthy", "Progressing"}:
            said = waves.message(status) or "no message"
            fix = "mend in git what the message says and push; a change by hand in the cluster does not last"
            yield found("MG609", "application", named, f"{sync}, {health}: {said}", fix)


def removals(seen: Snapshot) -> Iterator[Result]:
    """MG612: something is being removed and nobody is left to finish it."""
    for each in stuck.find(seen.cluster, seen.prefix):
        if not each.owner:
            named = "/".join(filter(None, (each.kind, each.namespace, each.name)))
            yield found("MG612", "stuck", named, each.line, f"mlgate cleanup --prefix {seen.prefix}")
