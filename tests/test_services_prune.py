"""Which runs are old, and what kubectl is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from mlgate.cli import main
from mlgate.errors import ToolFailed, UsageError
from mlgate.process import Tool
from mlgate.services import prune


def run(name: str, done: str = "", pipeline: str = "model-dev") -> dict[str, Any]:
    status = {"completionTime": done} if done else {}
    return {"metadata": {"name": name}, "spec": {"pipelineRef": {"name": pipeline}}, "status": status}


RUNS = [
    run("c", "2026-03-01T00:00:00Z"),
    run("a", "2026-01-01T00:00:00Z"),
    run("b", "2026-02-01T00:00:00Z"),
    run("running"),
    {"metadata": {"name": "new"}},
    run("s", "2025-01-01T00:00:00Z", "stage"),
]


@pytest.mark.parametrize(("keep", "gone"), [(1, ["a", "b"]), (2, ["a"]), (3, [])])
def test_the_newest_of_each_pipeline_and_what_runs_stay(keep: int, gone: list[str]) -> None:
    assert prune.old(RUNS, keep) == gone


def test_nothing_may_not_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError):
        prune.old(RUNS, 0)
    assert main(["step", "prune", "--namespace", "x", "--keep", "0"]) == 2


@pytest.fixture
def kubectl(tmp_path: Path) -> Tool:
    """A kubectl that has the runs and writes down what it is told."""
    (tmp_path / "runs.json").write_text(json.dumps({"items": RUNS}))
    tool = tmp_path / "kubectl"
    tool.write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/told\n[ "$1" = get ] && cat {tmp_path}/runs.json\nexit 0\n')
    tool.chmod(0o755)
    return Tool(str(tool))


def test_only_the_old_runs_of_the_namespace_are_deleted(kubectl: Tool, tmp_path: Path) -> None:
    assert prune.prune("x-cicd", 2, kubectl) == ["a"]
    _, delete = (tmp_path / "told").read_text().splitlines()
    assert delete.split()[:4] == ["delete", "pipelineruns.tekton.dev", "--namespace", "x-cicd"]
    assert delete.endswith("-- a")


def test_without_old_runs_nothing_is_deleted(kubectl: Tool, tmp_path: Path) -> None:
    assert prune.prune("x-cicd", 9, kubectl) == []
    assert "delete" not in (tmp_path / "told").read_text()


def test_a_list_that_is_none_is_an_error(kubectl: Tool, tmp_path: Path) -> None:
    (tmp_path / "runs.json").write_text("{}")
    with pytest.raises(ToolFailed):
        prune.prune("x-cicd", 2, kubectl)
