"""Values of Secrets reach the step that names them, and nothing that a person or a file shows."""

import hashlib
import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from mlgate.pipeline import run, secrets, view
from mlgate.pipeline.child import Stop
from mlgate.pipeline.record import Record, State
from pipeline_runs import inline, place

PLANTED = "planted-7f3a9c\nsecond-line-55e1"
OTHER = "someone-elses-value"


def task(name: str, script: str, *, optional: bool = True, results: tuple[str, ...] = ()) -> dict[str, Any]:
    ref = {"name": "slack", "key": "webhook-url", "optional": optional}
    env = [{"name": "PLANTED", "valueFrom": {"secretKeyRef": ref}}]
    step = {"name": "go", "env": env, "script": script}
    if results:
        env.append({"name": "RESULT", "value": f"$(results.{results[0]}.path)"})
    return {"name": name, "taskSpec": {"results": [{"name": each} for each in results], "steps": [step]}}


def executed(folder: Path, *tasks: dict[str, Any], environment: dict[str, str]) -> tuple[Record, str]:
    """Run, and return with the record all that the run showed."""
    pipeline = inline(list(tasks))
    at = replace(place(folder, pipeline), secrets=secrets.named(pipeline, environment))
    out = StringIO()
    console = Console(file=out, width=200)
    done = run.execute(pipeline, {}, at, view=view.Lines(console), stop=Stop())
    view.summary(console, done, at)
    return done, out.getvalue() + repr(at)


def seen(folder: Path, needle: str) -> list[str]:
    """Files of the run that hold ``needle``."""
    return [file.name for file in folder.rglob("*") if file.is_file() and needle in file.read_text()]


def test_the_step_gets_the_value_and_only_what_it_names(tmp_path: Path) -> None:
    script = 'printf %s "$PLANTED" | sha256sum; env | grep -c OTHER || true'
    done, _ = executed(tmp_path, task("t", script), environment={"PLANTED": PLANTED, "OTHER": OTHER})
    assert done.state is State.SUCCEEDED
    said = (tmp_path / "logs/t/go.log").read_text()
    assert hashlib.sha256(PLANTED.encode()).hexdigest() in said
    assert said.splitlines()[-1] == "0"


def test_a_step_that_names_no_secret_gets_none(tmp_path: Path) -> None:
    bare = {"name": "bare", "taskSpec": {"steps": [{"name": "go", "script": 'test -z "$PLANTED"'}]}}
    done, _ = executed(tmp_path, task("t", 'test -n "$PLANTED"'), bare, environment={"PLANTED": PLANTED})
    assert done.state is State.SUCCEEDED


@pytest.mark.parametrize("line", PLANTED.splitlines())
def test_a_printed_value_is_masked_in_log_record_and_view(tmp_path: Path, line: str) -> None:
    script = 'echo "url: $PLANTED"; echo after; printf "%s" "$PLANTED" >&2; exit 1'
    done, shown = executed(tmp_path, task("t", script), environment={"PLANTED": PLANTED})
    assert done.state is State.FAILED
    assert "url: ***" in shown
    assert line not in shown
    assert seen(tmp_path, line) == []
    assert "after" in (tmp_path / "logs/t/go.log").read_text()


def test_the_search_finds_a_value_that_is_no_secret(tmp_path: Path) -> None:
    """Positive control: the same step with a plain value shows it in the log and on the screen."""
    step = {"name": "go", "env": [{"name": "PLANTED", "value": "planted-7f3a9c"}], "script": 'echo "$PLANTED"; exit 1'}
    _, shown = executed(tmp_path, {"name": "t", "taskSpec": {"steps": [step]}}, environment={})
    assert "planted-7f3a9c" in shown
    assert seen(tmp_path, "planted-7f3a9c") == ["go.log"]


def test_a_result_with_the_value_fails_the_task_and_goes(tmp_path: Path) -> None:
    tell = task("t", 'printf "<%s>" "$PLANTED" > "$RESULT"', results=("told",))
    done, shown = executed(tmp_path, tell, environment={"PLANTED": PLANTED})
    assert done.tasks["t"].reason == "the result 'told' holds the value of a Secret"
    assert "planted-7f3a9c" not in json.dumps(done.tasks["t"].results) + shown
    assert seen(tmp_path, "planted-7f3a9c") == []


@pytest.mark.parametrize("environment", [{}, {"PLANTED": ""}], ids=["unset", "empty"])
def test_an_optional_secret_may_be_absent(tmp_path: Path, environment: dict[str, str]) -> None:
    done, _ = executed(tmp_path, task("t", 'test -z "${PLANTED+set}"'), environment=environment)
    assert done.state is State.SUCCEEDED


def test_a_required_secret_without_a_value_fails_before_the_step(tmp_path: Path) -> None:
    done, _ = executed(tmp_path, task("t", "true", optional=False), environment={})
    assert done.tasks["t"].reason == "task t: step go: the Secret slack (webhook-url) is required: set PLANTED"
    assert not (tmp_path / "logs/t/go.log").exists()
