"""Which objects an object names: pods their accounts and volumes, bindings their roles, routes their services."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mlgate.checks.model import Object

_WITH_PODS = (
    *("v1", "apps/", "batch/", "tekton.dev/", "triggers.tekton.dev/"),
    *("machinelearning.seldon.io/", "serving.kserve.io/"),
)
_CALLING = (
    *("admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io"),
    "triggers.tekton.dev",  # an interceptor
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in an object. ``path`` is a JSON pointer; ``namespace`` is empty for the object's own."""

    kind: str
    name: str
    path: str
    namespace: str = ""


def of(obj: Object) -> Iterator[Mention]:
    """Every mention that can be followed without knowing the kind's operator; Secrets are left out."""
    yield from _binding(obj)
    yield from _routes(obj)
    yield from _triggers(obj)
    yield from _webhooks(obj)
    if str(obj.get("apiVersion", "")).startswith(_WITH_PODS):
        for path, value in walk(obj):
            yield from _pod(path, value)


def walk(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping with its JSON pointer, outermost first."""
    if isinstance(value, dict):
        yield path, value
        for key, child in value.items():
            yield from walk(child, f"{path}/{key}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from walk(child, f"{path}/{index}")


def pod_labels(obj: Object) -> Iterator[dict[str, Any]]:
    """Labels of the pods that ``obj`` makes."""
    for _, value in walk(obj):
        template = value.get("template")
        if isinstance(template, dict) and isinstance(template.get("spec"), dict) and "containers" in template["spec"]:
            yield (template.get("metadata") or {}).get("labels") or {}


def _pod(path: str, value: dict[str, Any]) -> Iterator[Mention]:
    account = value.get("serviceAccountName")
    if isinstance(account, str) and account:
        yield Mention("ServiceAccount", account, f"{path}/serviceAccountName")
    for field, kind, key in (
        ("configMap", "ConfigMap", "name"),
        ("configMapKeyRef", "ConfigMap", "name"),
        ("configMapRef", "ConfigMap", "name"),
        ("persistentVolumeClaim", "PersistentVolumeClaim", "claimName"),
    ):
        named = value.get(field)
        if isinstance(named, dict) and isinstance(named.get(key), str) and not named.get("optional"):
            yield Mention(kind, named[key], f"{path}/{field}/{key}")


def _binding(obj: Object) -> Iterator[Mention]:
    if obj.get("kind") not in ("RoleBinding", "ClusterRoleBinding"):
        return
    role = obj.get("roleRef") or {}
    if role.get("kind") == "Role":
        yield Mention("Role", str(role.get("name")), "/roleRef/name")
    for index, subject in enumerate(obj.get("subjects") or []):
        if subject.get("kind") == "ServiceAccount":
            space = str(subject.get("namespace") or "")
            yield Mention("ServiceAccount", str(subject.get("name")), f"/subjects/{index}/name", space)


def _routes(obj: Object) -> Iterator[Mention]:
    kind, spec = obj.get("kind"), obj.get("spec") or {}
    if kind == "Route":
        yield Mention("Service", str((spec.get("to") or {}).get("name")), "/spec/to/name")
    if kind == "StatefulSet" and spec.get("serviceName"):
        yield Mention("Service", str(spec["serviceName"]), "/spec/serviceName")
    if kind == "HorizontalPodAutoscaler":
        target = spec.get("scaleTargetRef") or {}
        if str(target.get("apiVersion", "")).startswith("apps/"):
            yield Mention(str(target.get("kind")), str(target.get("name")), "/spec/scaleTargetRef/name")
    if kind == "Ingress":
        for path, value in walk(spec, "/spec"):
            service = value.get("service")
            if isinstance(service, dict) and service.get("name"):
                yield Mention("Service", str(service["name"]), f"{path}/service/name")


def _triggers(obj: Object) -> Iterator[Mention]:
    kind = obj.get("kind")
    if kind == "EventListener":
        for path, value in walk(obj.get("spec"), "/spec"):
            yield from _listed(value, path)
    if kind in ("TriggerTemplate", "PipelineRun", "CronJob"):
        for path, value in walk(obj.get("spec"), "/spec"):
            name = (value.get("pipelineRef") or {}).get("name") if isinstance(value.get("pipelineRef"), dict) else None
            if isinstance(name, str):
                yield Mention("Pipeline", name, f"{path}/pipelineRef/name")


def _webhooks(obj: Object) -> Iterator[Mention]:
    if str(obj.get("apiVersion", "")).partition("/")[0] not in _CALLING:
        return
    for path, value in walk(obj):
        service = value.get("service")
        if isinstance(service, dict) and service.get("name") and service.get("namespace"):
            yield Mention("Service", str(service["name"]), f"{path}/service/name", str(service["namespace"]))


def _listed(value: dict[str, Any], path: str) -> Iterator[Mention]:
    template = value.get("template")
    if isinstance(template, dict) and isinstance(template.get("ref"), str):
        yield Mention("TriggerTemplate", template["ref"], f"{path}/template/ref")
    for index, binding in enumerate(value.get("bindings") or []):
        if (
            isinstance(binding, dict)
            and isinstance(binding.get("ref"), str)
            and binding.get("kind")
            in (
                None,
                "TriggerBinding",
            )
        ):
            yield Mention("TriggerBinding", binding["ref"], f"{path}/bindings/{index}/ref")
