"""What the runner does not do is refused by name, with object and path, before anything starts."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from mlgate.errors import SettingsError
from mlgate.pipeline import order, parse
from pipeline_runs import inline, load, script

GOOD: dict[str, Any] = {
    "apiVersion": "tekton.dev/v1",
    "kind": "Pipeline",
    "metadata": {"name": "p"},
    "spec": {
        "params": [{"name": "x", "default": "1"}],
        "workspaces": [{"name": "w"}],
        "tasks": [
            {
                "name": "t",
                "params": [{"name": "x", "value": "$(params.x)"}],
                "workspaces": [{"name": "w", "workspace": "w"}],
                "when": [{"input": "a", "operator": "in", "values": ["a"]}],
                "taskSpec": {
                    "params": [{"name": "x"}],
                    "workspaces": [{"name": "w"}],
                    "results": [{"name": "r"}],
                    "steps": [{"name": "s", "command": ["true"]}],
                },
            }
        ],
    },
}


def _read(content: dict[str, Any]) -> None:
    order.check(parse.pipeline(content, []))


def _task(content: dict[str, Any]) -> dict[str, Any]:
    task: dict[str, Any] = content["spec"]["tasks"][0]
    return task


def _spec(content: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = _task(content)["taskSpec"]
    return spec


def _step(content: dict[str, Any]) -> dict[str, Any]:
    step: dict[str, Any] = _spec(content)["steps"][0]
    return step


def test_the_unchanged_object_is_accepted() -> None:
    _read(GOOD)


UNSUPPORTED = [
    *[(_task, field) for field in ("matrix", "onError", "pipelineRef", "pipelineSpec", "podTemplate")],
    *[(_spec, field) for field in ("sidecars", "volumes", "serviceAccountName")],
    *[(_step, field) for field in ("ref", "when", "timeout", "envFrom", "volumeMounts", "results", "stdoutConfig")],
    *[(lambda c: c["spec"], field) for field in ("timeouts", "podTemplate")],
    *[(lambda c: _task(c)["when"][0], field) for field in ("cel",)],
    *[(lambda c: _task(c)["workspaces"][0], field) for field in ("subPath",)],
    *[(lambda c: _spec(c)["workspaces"][0], field) for field in ("mountPath",)],
    *[(lambda c: _spec(c)["results"][0], field) for field in ("properties", "value")],
    *[(lambda c: _spec(c)["params"][0], field) for field in ("properties", "enum")],
]


@pytest.mark.parametrize(
    ("place", "field"), UNSUPPORTED, ids=[f"{i}-{field}" for i, (_, field) in enumerate(UNSUPPORTED)]
)
def test_unsupported_fields_are_named(place: Callable[[dict[str, Any]], dict[str, Any]], field: str) -> None:
    content = copy.deepcopy(GOOD)
    place(content)[field] = {"any": "thing"}
    with pytest.raises(SettingsError, match=rf"\.{field}: the local runner does not support"):
        _read(content)


def _set(path: list[Any], value: Any) -> dict[str, Any]:
    content = copy.deepcopy(GOOD)
    node: Any = content
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return content


TASK: list[Any] = ["spec", "tasks", 0]
STEP: list[Any] = [*TASK, "taskSpec", "steps", 0]
SECRET = {"secretKeyRef": {"name": "s", "key": "k"}}


def _env(entry: dict[str, Any]) -> dict[str, Any]:
    return _set([*STEP, "env"], [{"name": "A", **entry}])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(_set(["apiVersion"], "tekton.dev/v1beta1"), "must be tekton.dev/v1", id="old-version"),
        pytest.param(_set(["spec", "tasks"], []), "there is no task", id="no-task"),
        pytest.param(_set([*TASK, "taskSpec", "steps"], []), "there is no step", id="no-step"),
        pytest.param(_set([*TASK, "taskRef"], {"name": "x"}), "and not both", id="ref-and-spec"),
        pytest.param(_set([*TASK, "runAfter"], ["ghost"]), "there is no task 'ghost'", id="run-after-nobody"),
        pytest.param(_set([*TASK, "name"], "../out"), "is not a name", id="name-leads-out"),
        pytest.param(_set([*TASK, "retries"], True), "whole number", id="retries-true"),
        pytest.param(_set([*TASK, "timeout"], "soon"), "not a duration", id="timeout"),
        pytest.param(_set([*TASK, "params"], []), "parameter 'x' is required", id="param-missing"),
        pytest.param(_set([*TASK, "params", 0, "name"], "y"), "has no parameter 'y'", id="param-unknown"),
        pytest.param(_set([*TASK, "params", 0, "value"], "$(params.ghost)"), r"no \$\(params.ghost\)", id="no-param"),
        pytest.param(_set([*TASK, "params", 0, "value"], "$(tasks.t2.results.r)"), "no .*tasks.t2", id="no-result"),
        pytest.param(_set([*TASK, "params", 0, "value"], "$(tasks.status)"), "no .*tasks.status", id="status-early"),
        pytest.param(_set([*TASK, "params", 0, "value"], 5), "must be a string", id="number"),
        pytest.param(_set([*TASK, "workspaces"], []), "workspace 'w' is required", id="workspace-missing"),
        pytest.param(_set([*TASK, "workspaces", 0, "workspace"], "v"), "no workspace 'v'", id="workspace-unknown"),
        pytest.param(_set([*TASK, "when", 0, "operator"], "exists"), "in or notin", id="operator"),
        pytest.param(_set([*TASK, "when", 0, "values"], []), "there is no value", id="when-without-values"),
        pytest.param(_set([*STEP, "script"], "true"), "and not both", id="script-and-command"),
        pytest.param(_set([*STEP, "onError"], "ignore"), "continue or stopAndFail", id="on-error"),
        pytest.param(_set([*STEP, "args"], ["$(HOME)"]), r"no \$\(HOME\)", id="variable-of-the-container"),
        pytest.param(_env({"valueFrom": {}}), "secretKeyRef: must be a mapping", id="value-from-nothing"),
        pytest.param(_env({"valueFrom": {"fieldRef": {}}}), "fieldRef: the local", id="field-of-the-pod"),
        pytest.param(_env({"valueFrom": SECRET, "value": "x"}), "value or a valueFrom", id="value-and-secret"),
        pytest.param(_env({"valueFrom": {"secretKeyRef": {"name": "s"}}}), "key: must be a string", id="no-key"),
        pytest.param(_set(["spec", "params", 0, "type"], "object"), "support the type 'object'", id="object-param"),
    ],
)
def test_wrong_objects_are_refused_with_the_reason(content: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        _read(content)


@pytest.mark.parametrize("kind", ["ClusterTask", "Custom"])
def test_other_kinds_of_task_are_refused(kind: str) -> None:
    with pytest.raises(SettingsError, match="does not support"):
        inline([{"name": "t", "taskRef": {"name": "x", "kind": kind}}])


def test_a_resolver_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"taskRef\.resolver: the local runner"):
        inline([{"name": "t", "taskRef": {"resolver": "git"}}])


def test_a_task_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match="there is no Task 'ghost'"):
        inline([{"name": "t", "taskRef": {"name": "ghost"}}])


def test_a_cycle_is_named() -> None:
    tasks = [script("a", "true", runAfter=["b"]), script("b", "true", runAfter=["a"]), script("c", "true")]
    with pytest.raises(SettingsError, match="in a cycle: a, b"):
        order.check(inline(tasks))


@pytest.mark.parametrize(
    "spelling", ["$(params.x)", '$(params["x"])', "$(params['x'])", "$(params.x[*])", "$(inputs.params.x)"]
)
def test_a_parameter_inside_a_script_is_refused(spelling: str) -> None:
    spec = {"params": [{"name": "x", "default": "1"}], "steps": [{"name": "s", "script": f"echo {spelling}"}]}
    with pytest.raises(SettingsError, match="would become part of the program"):
        order.check(inline([{"name": "t", "taskSpec": spec}]))


def test_the_fixture_is_accepted() -> None:
    order.check(load("journey"))
