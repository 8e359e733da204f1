"""Tekton's Pipeline, from its dictionary and those of the Tasks that it refers to."""

from collections.abc import Iterable, Mapping
from typing import Any

from mlgate.errors import SettingsError
from mlgate.pipeline import fields, task
from mlgate.pipeline.objects import Pipeline, PipelineTask, Task, Value, When

DEFAULT_TIMEOUT_S = 3600.0
"""Tekton's default for a TaskRun."""

_SPEC = ("description", "displayName", "params", "workspaces", "tasks", "finally", "results")
_USE = (
    "name",
    "displayName",
    "description",
    "taskRef",
    "taskSpec",
    "params",
    "workspaces",
    "when",
    "retries",
    "timeout",
)


def pipeline(content: Mapping[str, Any], tasks: Iterable[Mapping[str, Any]]) -> Pipeline:
    """Read a ``kind: Pipeline`` object; raises ``SettingsError`` for anything that the runner does not do.

    ``tasks`` are the ``kind: Task`` objects beside it; only those referred to are read.
    """
    where = f"Pipeline {(content.get('metadata') or {}).get('name', '?')}"
    top = fields.mapping(content, where, ("apiVersion", "kind", "metadata", "spec"))
    if top.get("apiVersion") != "tekton.dev/v1":
        raise SettingsError(f"{where}.apiVersion: must be tekton.dev/v1")
    beside = {each["metadata"]["name"]: each for each in tasks}
    spec = fields.mapping(top.get("spec"), f"{where}: spec", _SPEC)
    ordinary = _uses(spec.get("tasks"), f"{where}: spec.tasks", beside, (*_USE, "runAfter"))
    last = _uses(spec.get("finally"), f"{where}: spec.finally", beside, _USE)
    if not ordinary:
        raise SettingsError(f"{where}: spec.tasks: there is no task")
    fields.unique((use.name for use in (*ordinary, *last)), f"{where}: spec.tasks and spec.finally")
    return Pipeline(
        name=fields.name(top["metadata"], f"{where}.metadata"),
        params=task.params(spec.get("params"), f"{where}: spec.params"),
        workspaces=task.workspaces(spec.get("workspaces"), f"{where}: spec.workspaces"),
        tasks=ordinary,
        last=last,
        results=_results(spec.get("results"), f"{where}: spec.results"),
    )


def _uses(
    content: object, where: str, beside: Mapping[str, Mapping[str, Any]], known: tuple[str, ...]
) -> tuple[PipelineTask, ...]:
    return tuple(_use(raw, f"{where}[{i}]", beside, known) for i, raw in enumerate(fields.listing(content, where)))


def _use(raw: object, where: str, beside: Mapping[str, Mapping[str, Any]], known: tuple[str, ...]) -> PipelineTask:
    entry = fields.mapping(raw, where, known)
    name = fields.name(entry, where)
    where = f"{where} ({name})"
    whens = enumerate(fields.listing(entry.get("when"), f"{where}.when"))
    timeout = fields.duration_s(entry["timeout"], f"{where}.timeout") if "timeout" in entry else DEFAULT_TIMEOUT_S
    return PipelineTask(
        name=name,
        task=_task(entry, name, where, beside),
        params=_values(entry.get("params"), f"{where}.params"),
        workspaces=_bindings(entry.get("workspaces"), f"{where}.workspaces"),
        run_after=fields.texts(entry.get("runAfter"), f"{where}.runAfter"),
        when=tuple(_when(item, f"{where}.when[{i}]") for i, item in whens),
        retries=fields.count(entry.get("retries", 0), f"{where}.retries"),
        timeout_s=timeout,
    )


def _task(entry: Mapping[str, Any], name: str, where: str, beside: Mapping[str, Mapping[str, Any]]) -> Task:
    if ("taskRef" in entry) == ("taskSpec" in entry):
        raise SettingsError(f"{where}: needs a taskRef or a taskSpec, and not both")
    if "taskSpec" in entry:
        return task.spec(entry["taskSpec"], name, f"{where}.taskSpec")
    ref = fields.mapping(entry["taskRef"], f"{where}.taskRef", ("name", "kind"))
    if ref.get("kind", "Task") != "Task":
        raise SettingsError(f"{where}.taskRef.kind: the local runner does not support {ref['kind']!r}")
    wanted = fields.name(ref, f"{where}.taskRef")
    if wanted not in beside:
        raise SettingsError(f"{where}.taskRef: there is no Task {wanted!r}")
    return task.task(beside[wanted])


def _values(content: object, where: str) -> dict[str, Value]:
    entries = fields.listing(content, where)
    checked = [fields.mapping(raw, f"{where}[{i}]", ("name", "value")) for i, raw in enumerate(entries)]
    fields.unique((fields.name(entry, where) for entry in checked), where)
    return {entry["name"]: task.value(entry.get("value"), f"{where}: {entry['name']}") for entry in checked}


def _bindings(content: object, where: str) -> dict[str, str]:
    entries = fields.listing(content, where)
    checked = [fields.mapping(raw, f"{where}[{i}]", ("name", "workspace")) for i, raw in enumerate(entries)]
    fields.unique((fields.name(entry, where) for entry in checked), where)
    return {e["name"]: fields.text(e.get("workspace", e["name"]), f"{where}: {e['name']}") for e in checked}


def _when(raw: object, where: str) -> When:
    entry = fields.mapping(raw, where, ("input", "operator", "values"))
    if entry.get("operator") not in ("in", "notin"):
        raise SettingsError(f"{where}.operator: must be in or notin")
    values = fields.texts(entry.get("values"), f"{where}.values")
    if not values:
        raise SettingsError(f"{where}.values: there is no value")
    return When(
        input=fields.text(entry.get("input"), f"{where}.input"), negated=entry["operator"] == "notin", values=values
    )


def _results(content: object, where: str) -> dict[str, str]:
    entries = fields.listing(content, where)
    known = ("name", "description", "type", "value")
    checked = [fields.mapping(raw, f"{where}[{i}]", known) for i, raw in enumerate(entries)]
    fields.unique((fields.name(entry, where) for entry in checked), where)
    return {entry["name"]: fields.text(entry.get("value"), f"{where}: {entry['name']}") for entry in checked}
