"""Stage: Pipelines and Tasks hold together, read leniently: what is not understood is not judged."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from mlgate.checks.argo.finding import Findings, Told
from mlgate.checks.argo.tree import Unit
from mlgate.checks.mentions import walk
from mlgate.checks.model import Object, group_of, name_of, namespace_of
from mlgate.repo import Repo
from mlgate.results import Result

_RESULT = re.compile(r"\$\(tasks\.([^.)]+)\.results\.([^.\[)]+)")
_REFERENCE = re.compile(r"\$\((params|workspaces|results)[.\[]['\"]?([A-Za-z0-9_-]+)")
_GROUP = "tekton.dev"
Tasks = Mapping[tuple[str, str], Object]


@dataclass(frozen=True, slots=True)
class Use:
    """A task of a Pipeline and, where it is in the tree or written in place, the spec of its Task."""

    entry: Mapping[str, Any]
    spec: Mapping[str, Any] | None
    path: str

    @property
    def name(self) -> str:
        return str(self.entry.get("name"))

    def waits_for(self) -> set[str]:
        """Names of the tasks that end before this one starts."""
        before = self.entry.get("runAfter")
        named = set(map(str, before)) if isinstance(before, list) else set()
        return named | {task for task, _ in consumed(self.entry)}


def consumed(value: Any) -> set[tuple[str, str]]:
    """Task and result of every result that a value consumes."""
    return {found for text in _texts(value) for found in _RESULT.findall(text)}


def check(repo: Repo, units: Sequence[Unit]) -> list[Result]:
    """MG261 a Pipeline's graph, MG268 what is declared and never used; over all Applications together."""
    findings = Findings(repo, "tekton")
    ours = [(unit, obj) for unit in units for obj in unit.objects if group_of(obj) == _GROUP]
    tasks = {(namespace_of(obj), name_of(obj)): obj for _, obj in ours if obj.get("kind") == "Task"}
    results = []
    for unit, obj in ours:
        told = [(code, each) for code, check in _CHECKS for each in check(obj, tasks)]
        results += [findings.invalid(code, unit, obj, each) for code, each in told]
    return [*results, *_unused_tasks(findings, ours)]


def uses(obj: Object, tasks: Tasks) -> list[Use]:
    """The tasks of a Pipeline, ``finally`` last."""
    spec = obj.get("spec")
    found = []
    for part in ("tasks", "finally"):
        entries = spec.get(part) if isinstance(spec, dict) else None
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(entry, dict):
                found.append(Use(entry, _spec(entry, namespace_of(obj), tasks), f"/spec/{part}/{index}"))
    return found


def _spec(entry: Mapping[str, Any], namespace: str, tasks: Tasks) -> Mapping[str, Any] | None:
    if isinstance(entry.get("taskSpec"), dict):
        found = entry["taskSpec"]
        # A custom task has a specification that is not Tekton's.
        return found if "steps" in found else None
    named = local_task(entry)
    task = tasks.get((namespace, named)) if named else None
    spec = task.get("spec") if task else None
    return spec if isinstance(spec, dict) else None


def local_task(entry: Mapping[str, Any]) -> str:
    """The Task beside the Pipeline that a use names; nothing for one that a resolver or a controller brings."""
    ref = entry.get("taskRef")
    if not isinstance(ref, dict) or ref.get("resolver") or ref.get("bundle") or ref.get("apiVersion"):
        return ""
    return str(ref.get("name") or "") if ref.get("kind", "Task") == "Task" else ""


def _graph(obj: Object, tasks: Tasks) -> Iterator[Told]:
    if obj.get("kind") != "Pipeline":
        return
    found = uses(obj, tasks)
    names = {use.name for use in found}
    for use in found:
        named = local_task(use.entry)
        if named and (namespace_of(obj), named) not in tasks:
            yield Told(f"there is no Task {named!r} beside the Pipeline", f"{use.path}/taskRef")
        for missing in sorted(use.waits_for() - names):
            yield Told(f"task {use.name} waits for {missing!r}, and there is no such task", use.path)
        yield from _bound(obj, use)
        yield from _results(use, found)
    yield from _cycle(found)


def _cycle(found: Sequence[Use]) -> Iterator[Told]:
    try:
        TopologicalSorter({use.name: use.waits_for() for use in found}).prepare()
    except CycleError as err:
        yield Told(f"these tasks wait for each other in a cycle: {', '.join(err.args[1])}", "/spec/tasks")


def _bound(obj: Object, use: Use) -> Iterator[Told]:
    if use.spec is None:
        return
    given = _named(use.entry.get("params")).keys()
    for name, param in _named(use.spec.get("params")).items():
        if "default" not in param and name not in given and "matrix" not in use.entry:
            yield Told(f"task {use.name} lacks the parameter {name!r}", use.path)
    if "taskSpec" not in use.entry:
        for name in sorted(given - _named(use.spec.get("params")).keys()):
            yield Told(f"task {use.name} gives the parameter {name!r}, which its Task does not have", use.path)
    bound = _named(use.entry.get("workspaces"))
    has = _named((obj.get("spec") or {}).get("workspaces")).keys()
    for name, workspace in _named(use.spec.get("workspaces")).items():
        if not workspace.get("optional") and name not in bound and name not in has:
            yield Told(f"task {use.name} lacks the workspace {name!r}", use.path)
    for name, workspace in bound.items():
        if str(workspace.get("workspace") or name) not in has:
            wanted = workspace.get("workspace") or name
            yield Told(f"task {use.name} is given {wanted!r}, which is no workspace of the Pipeline", use.path)


def _results(use: Use, found: Sequence[Use]) -> Iterator[Told]:
    specs = {each.name: each.spec for each in found}
    for task, name in sorted(consumed(use.entry)):
        spec = specs.get(task)
        if spec is not None and name not in _named(spec.get("results")):
            yield Told(f"task {use.name} uses the result {name!r} of {task}, which has no such result", use.path)


def _unused(obj: Object, _tasks: Tasks) -> Iterator[Told]:
    spec = obj.get("spec")
    if obj.get("kind") not in ("Task", "Pipeline") or not isinstance(spec, dict):
        return
    texts = list(_texts({key: value for key, value in spec.items() if key not in ("description", "displayName")}))
    used = {found for text in texts for found in _REFERENCE.findall(text)}
    bound = {str(use.get("workspace") or use.get("name")) for use in _bindings(spec)}
    for field, word in (("params", "parameter"), ("workspaces", "workspace"), ("results", "result")):
        for index, name in enumerate(_named(spec.get(field))):
            if (field, name) in used or (field == "workspaces" and name in bound):
                continue
            if field == "results" and obj["kind"] == "Pipeline":
                continue
            yield Told(
                f"the {word} {name!r} is declared and never used", f"/spec/{field}/{index}", "use it or remove it"
            )


def _bindings(spec: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for part in ("tasks", "finally", "steps"):
        for entry in spec.get(part) or []:
            if isinstance(entry, dict):
                yield from _named(entry.get("workspaces")).values()


def _unused_tasks(findings: Findings, ours: Sequence[tuple[Unit, Object]]) -> Iterator[Result]:
    if not any(obj.get("kind") == "Pipeline" for _, obj in ours):
        return  # a catalogue of Tasks, used from elsewhere
    named = {
        str(value["taskRef"].get("name"))
        for _, obj in ours
        for _, value in walk(obj.get("spec"))
        if isinstance(value.get("taskRef"), dict)
    }
    for unit, obj in ours:
        if obj.get("kind") == "Task" and name_of(obj) not in named:
            yield findings.invalid("MG268", unit, obj, Told("no Pipeline and no run uses this Task", fix="remove it"))


def _named(entries: Any) -> dict[str, dict[str, Any]]:
    listed = entries if isinstance(entries, list) else []
    return {str(each.get("name")): each for each in listed if isinstance(each, dict)}


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _texts(item)
        case dict():
            for item in value.values():
                yield from _texts(item)


_CHECKS: tuple[tuple[str, Callable[[Object, Tasks], Iterator[Told]]], ...] = (("MG261", _graph), ("MG268", _unused))
