"""Tekton's Task, from its dictionary."""

from collections.abc import Mapping
from typing import Any

from mlgate.errors import SettingsError
from mlgate.pipeline import fields
from mlgate.pipeline.objects import Param, SecretRef, Step, Task, Value, Workspace

CONTAINER_ONLY = {"image", "imagePullPolicy", "securityContext", "computeResources"}
"""Fields of a step that say how its container is made; there is none here."""

_SPEC = ("description", "displayName", "params", "workspaces", "results", "stepTemplate", "steps")
_STEP = {"name", "displayName", "command", "args", "script", "env", "workingDir", "onError", *CONTAINER_ONLY}
_TEMPLATE = {"env", *CONTAINER_ONLY}
_Env = Mapping[str, str | SecretRef]


def task(content: Mapping[str, Any]) -> Task:
    """Read a ``kind: Task`` object; raises ``SettingsError`` for anything that the runner does not do."""
    where = f"Task {(content.get('metadata') or {}).get('name', '?')}"
    top = fields.mapping(content, where, ("apiVersion", "kind", "metadata", "spec"))
    if top.get("apiVersion") != "tekton.dev/v1":
        raise SettingsError(f"{where}.apiVersion: must be tekton.dev/v1")
    return spec(top.get("spec"), fields.name(top["metadata"], f"{where}.metadata"), f"{where}: spec")


def spec(content: object, name: str, where: str) -> Task:
    """Read a Task's spec, also one that stands inside a Pipeline."""
    top = fields.mapping(content, where, _SPEC)
    template = fields.mapping(top.get("stepTemplate") or {}, f"{where}.stepTemplate", _TEMPLATE)
    common = _env(template.get("env"), f"{where}.stepTemplate.env")
    noted = _noted(template, "stepTemplate")
    entries = fields.listing(top.get("steps"), f"{where}.steps")
    if not entries:
        raise SettingsError(f"{where}.steps: there is no step")
    steps = tuple(_step(entry, i, f"{where}.steps[{i}]", common, noted) for i, entry in enumerate(entries))
    fields.unique((step.name for step in steps), f"{where}.steps")
    return Task(
        name=name,
        params=params(top.get("params"), f"{where}.params"),
        workspaces=workspaces(top.get("workspaces"), f"{where}.workspaces"),
        results=_results(top.get("results"), f"{where}.results"),
        steps=steps,
    )


def params(content: object, where: str) -> tuple[Param, ...]:
    """Declarations of parameters, string or array."""
    found = tuple(_param(entry, f"{where}[{i}]") for i, entry in enumerate(fields.listing(content, where)))
    fields.unique((param.name for param in found), where)
    return found


def _param(content: object, where: str) -> Param:
    entry = fields.mapping(content, where, ("name", "type", "default", "description"))
    default = value(entry["default"], f"{where}.default") if "default" in entry else None
    kind = entry.get("type", "array" if isinstance(default, tuple) else "string")
    if kind not in ("string", "array"):
        raise SettingsError(f"{where}.type: the local runner does not support the type {kind!r}")
    if default is not None and isinstance(default, tuple) != (kind == "array"):
        raise SettingsError(f"{where}.default: is not of type {kind}")
    return Param(name=fields.name(entry, where), array=kind == "array", default=default)


def value(content: object, where: str) -> Value:
    """A parameter's value."""
    return fields.texts(content, where) if isinstance(content, list) else fields.text(content, where)


def workspaces(content: object, where: str) -> tuple[Workspace, ...]:
    """Declarations of workspaces. ``readOnly`` is known; a mountPath has no meaning without a container."""
    found = []
    for i, raw in enumerate(fields.listing(content, where)):
        entry = fields.mapping(raw, f"{where}[{i}]", ("name", "description", "optional", "readOnly"))
        optional = fields.boolean(entry.get("optional", False), f"{where}[{i}].optional")
        found.append(Workspace(name=fields.name(entry, f"{where}[{i}]"), optional=optional))
    fields.unique((workspace.name for workspace in found), where)
    return tuple(found)


def _results(content: object, where: str) -> tuple[str, ...]:
    names = []
    for i, raw in enumerate(fields.listing(content, where)):
        entry = fields.mapping(raw, f"{where}[{i}]", ("name", "description", "type"))
        if entry.get("type", "string") != "string":
            raise SettingsError(f"{where}[{i}].type: the local runner does not support the type {entry['type']!r}")
        names.append(fields.name(entry, f"{where}[{i}]"))
    fields.unique(names, where)
    return tuple(names)


def _step(content: object, index: int, where: str, common: _Env, noted: tuple[str, ...]) -> Step:
    entry = fields.mapping(content, where, _STEP)
    command = fields.texts(entry.get("command"), f"{where}.command")
    script = fields.text(entry.get("script", ""), f"{where}.script")
    if bool(command) == bool(script):
        raise SettingsError(f"{where}: needs a command or a script, and not both")
    env = {**common, **_env(entry.get("env"), f"{where}.env")}
    on_error = entry.get("onError", "stopAndFail")
    if on_error not in ("continue", "stopAndFail"):
        raise SettingsError(f"{where}.onError: must be continue or stopAndFail")
    return Step(
        name=fields.name(entry, where) if "name" in entry else f"unnamed-{index}",
        command=command,
        args=fields.texts(entry.get("args"), f"{where}.args"),
        script=script,
        env={name: value for name, value in env.items() if isinstance(value, str)},
        secrets={name: value for name, value in env.items() if isinstance(value, SecretRef)},
        working_dir=fields.text(entry.get("workingDir", ""), f"{where}.workingDir"),
        continue_on_error=on_error == "continue",
        noted=(*noted, *_noted(entry, "steps")),
    )


def _noted(entry: Mapping[str, Any], where: str) -> tuple[str, ...]:
    return tuple(f"{where}.{key}" for key in sorted(CONTAINER_ONLY & set(entry)))


def _env(content: object, where: str) -> dict[str, str | SecretRef]:
    found: dict[str, str | SecretRef] = {}
    for i, raw in enumerate(fields.listing(content, where)):
        at = f"{where}[{i}]"
        entry = fields.mapping(raw, at, ("name", "value", "valueFrom"))
        if "value" in entry and "valueFrom" in entry:
            raise SettingsError(f"{at}: needs a value or a valueFrom, and not both")
        if _of_the_cluster(entry.get("valueFrom"), f"{at}.valueFrom"):
            continue
        value = _secret(entry["valueFrom"], f"{at}.valueFrom") if "valueFrom" in entry else entry.get("value", "")
        found[fields.name(entry, at)] = value if isinstance(value, SecretRef) else fields.text(value, f"{at}.value")
    return found


def _of_the_cluster(content: object, where: str) -> bool:
    """Whether a ConfigMap gives the value: an address in a cluster. Here the step inherits what the person has set."""
    if not isinstance(content, dict) or "configMapKeyRef" not in content:
        return False
    source = fields.mapping(content, where, ("configMapKeyRef",))
    ref = fields.mapping(source["configMapKeyRef"], f"{where}.configMapKeyRef", ("name", "key", "optional"))
    return bool(fields.name(ref, f"{where}.configMapKeyRef") and fields.text(ref.get("key"), f"{where}.key"))


def _secret(content: object, where: str) -> SecretRef:
    source = fields.mapping(content, where, ("secretKeyRef",))
    where = f"{where}.secretKeyRef"
    ref = fields.mapping(source.get("secretKeyRef"), where, ("name", "key", "optional"))
    optional = fields.boolean(ref.get("optional", False), f"{where}.optional")
    return SecretRef(name=fields.name(ref, where), key=fields.text(ref.get("key"), f"{where}.key"), optional=optional)
