"""Pods with the power of the node that they run on: what the Pod Security Standard `baseline` refuses, and root."""

from collections.abc import Iterator, Mapping
from typing import Any

from mlgate.checks import mentions
from mlgate.checks.model import Object

_HOST = ("hostNetwork", "hostPID", "hostIPC")
# What baseline leaves to a container.
_HARMLESS = {
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
}
_CONTAINERS = ("containers", "initContainers", "ephemeralContainers", "steps", "sidecars")


def power(obj: Object) -> list[str]:
    """What a pod or container of ``obj`` asks for, in words; nothing for objects that make no pod."""
    if obj.get("kind") == "CustomResourceDefinition":
        return []
    return sorted({word for _, value in mentions.walk(obj) for word in _of(value)})


def _of(value: Mapping[str, Any]) -> Iterator[str]:
    found = [value[key] for key in _CONTAINERS if isinstance(value.get(key), list)]
    if not found:
        return
    yield from (key for key in _HOST if value.get(key) is True)
    for volume in value.get("volumes") or []:
        if isinstance(volume, dict) and "hostPath" in volume:
            yield "hostPath"
    for container in (each for some in found for each in some if isinstance(each, dict)):
        yield from _security(container.get("securityContext"))
    yield from _security(value.get("securityContext"))


def _security(context: Any) -> Iterator[str]:
    if not isinstance(context, dict):
        return
    yield from (f"{key}: true" for key in ("privileged", "allowPrivilegeEscalation") if context.get(key) is True)
    if context.get("runAsUser") == 0:
        yield "runAsUser: 0"
    added = (context.get("capabilities") or {}).get("add") or []
    yield from (f"capability {name}" for name in added if name not in _HARMLESS)
