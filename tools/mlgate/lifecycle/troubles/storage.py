"""Volumes that cannot be mounted, claims that find no volume, claims that pods hold."""

from collections.abc import Iterator

from mlgate.lifecycle.troubles.snapshot import Snapshot, found, phase, subject, users
from mlgate.results import Result

_MOUNT = {"FailedMount", "FailedAttachVolume"}


def mounts(seen: Snapshot) -> Iterator[Result]:
    """MG601: a pod that still waits has a volume that cannot be mounted."""
    waiting = {subject(pod): pod for pod in seen.pods if phase(pod) in {"Pending", ""}}
    told: set[str] = set()
    for event in seen.events:
        about = event.get("involvedObject") or {}
        named = f"Pod/{about.get('namespace')}/{about.get('name')}"
        if event.get("reason") in _MOUNT and named in waiting and named not in told:
            told.add(named)
            yield found("MG601", "volume", named, f"{event['reason']}: {event.get('message', '')}", _mount_fix(seen))


def _mount_fix(seen: Snapshot) -> str:
    return f"see who holds the volume; then mlgate recreate-pvc --prefix {seen.prefix} --pvc NAME"


def pending(seen: Snapshot) -> Iterator[Result]:
    """MG602: a claim that a pod waits for has no volume."""
    for claim in seen.claims:
        waiting = [pod["metadata"]["name"] for pod in users(seen.pods, claim) if phase(pod) == "Pending"]
        if phase(claim) in {"Pending", "Lost"} and waiting:
            wanted = claim["spec"].get("storageClassName") or "the default"
            message = f"{phase(claim)}, with storage class {wanted}; waiting: {', '.join(waiting)}"
            fix = "kubectl get storageclass: name one that exists, or make one the default"
            yield found("MG602", "claim", claim, message + _last_event(seen, claim["metadata"]["name"]), fix)


def _last_event(seen: Snapshot, name: str) -> str:
    said = [
        event.get("message", "") for event in seen.events if (event.get("involvedObject") or {}).get("name") == name
    ]
    return f"; {said[-1]}" if said else ""


def held(seen: Snapshot) -> Iterator[Result]:
    """MG603: a claim that is being removed is held by pods, finished ones included."""
    for claim in seen.claims:
        pods = users(seen.pods, claim)
        if claim["metadata"].get("deletionTimestamp") and pods:
            names = ", ".join(f"{pod['metadata']['name']} ({phase(pod)})" for pod in pods)
            fix = f"mlgate recreate-pvc --prefix {seen.prefix} --pvc {claim['metadata']['name']} --yes"
            yield found("MG603", "claim-held", claim, f"is being removed, and is held by {names}", fix)
