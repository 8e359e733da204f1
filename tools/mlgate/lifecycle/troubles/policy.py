"""The gate in the cluster: a webhook nobody answers, constraints that are not enforced, namespaces that are skipped."""

from collections.abc import Iterator

from mlgate.lifecycle.kubectl import Object
from mlgate.lifecycle.stuck import CONSTRAINTS
from mlgate.lifecycle.troubles.snapshot import Snapshot, found
from mlgate.results import Result

IGNORE = "admission.gatekeeper.sh/ignore"
_WEBHOOKS = "validatingwebhookconfigurations.admissionregistration.k8s.io"
_SUFFIXES = ("model-accuracy", "model-release")


def webhook(seen: Snapshot) -> Iterator[Result]:
    """MG607: Gatekeeper is asked at admission and nothing answers."""
    for config in seen.cluster.list(_WEBHOOKS):
        for hook in config.get("webhooks") or ():
            service = (hook.get("clientConfig") or {}).get("service")
            if hook["name"] == "validation.gatekeeper.sh" and service and not _answered(seen, service):
                message = (
                    f"no ready pod behind {service['namespace']}/{service['name']}; policy {hook['failurePolicy']}"
                )
                fix = f"kubectl -n {service['namespace']} get pods,events"
                yield found("MG607", "webhook", config, message, fix)


def _answered(seen: Snapshot, service: Object) -> bool:
    label = f"kubernetes.io/service-name={service['name']}"
    slices = seen.cluster.list("endpointslices.discovery.k8s.io", service["namespace"], selector=label)
    ends = (end for each in slices for end in each.get("endpoints") or ())
    return any((end.get("conditions") or {}).get("ready", True) for end in ends)


def constraints(seen: Snapshot) -> Iterator[Result]:
    """MG608: a constraint of the prefix is missing, only warns, or is enforced by no pod of Gatekeeper."""
    there = {obj["metadata"]["name"]: obj for obj in seen.constraints if _judges(obj)}
    fix = f"git shows what it should be; sync the Application {seen.prefix}-policy"
    for suffix in _SUFFIXES:
        name = f"{seen.prefix}-{suffix}"
        if name not in there:
            yield found("MG608", "constraint", f"Constraint/{name}", "is not there: nothing judges", fix)
        elif why := _idle(there[name]):
            yield found("MG608", "constraint", there[name], why, fix)


def _judges(obj: Object) -> bool:
    return any(each.startswith(f"{obj['kind'].lower()}.") for each in CONSTRAINTS)


def _idle(obj: Object) -> str:
    action = obj["spec"].get("enforcementAction", "deny")
    if action != "deny":
        return f"enforcementAction is {action}, so nothing is denied"
    pods = (obj.get("status") or {}).get("byPod") or ()
    if not any(each.get("enforced") for each in pods):
        return "no pod of Gatekeeper says that it enforces it"
    errors = [error.get("message", "") for each in pods for error in each.get("errors") or ()]
    return f"not enforced: {errors[0]}" if errors else ""


def ignored(seen: Snapshot) -> Iterator[Result]:
    """MG610: a namespace bears the label that makes Gatekeeper look away."""
    for space in seen.namespaces:
        if IGNORE in (space["metadata"].get("labels") or {}):
            fix = f"kubectl label namespace {space['metadata']['name']} {IGNORE}-"
            yield found("MG610", "ignored", space, f"bears the label {IGNORE}: nothing in it is judged", fix)
