"""Order, results, guards, failures: as Tekton defines them."""

import json
from pathlib import Path

import pytest

from mlgate.errors import UsageError
from mlgate.pipeline.record import State
from pipeline_runs import Silent, alive, execute, inline, load, script

OK, FAILED, SKIPPED, PENDING = State.SUCCEEDED, State.FAILED, State.SKIPPED, State.PENDING


def test_a_result_orders_the_tasks_and_arrives(tmp_path: Path) -> None:
    view = Silent()
    done = execute(load("journey"), tmp_path, {"word": "good day"}, view)
    assert done.state is OK
    assert view.started.index("speak") < view.started.index("listen")
    assert (tmp_path / "workspaces/shared/heard").read_text() == "good day"
    assert done.results == {"said": "good day"}
    log = (tmp_path / "logs/speak/args.log").read_text()
    assert log.splitlines() == ["one", "two", "good day", "run-1", "run-1-speak"]
    assert "the shell's own: shell" in (tmp_path / "logs/speak/say.log").read_text()
    assert (tmp_path / "workspaces/shared/bound").read_text() == "false"
    assert done.notes == ("stepTemplate.image has no effect on this machine",)


def test_a_guard_skips_who_needs_the_result_and_not_who_only_waits(tmp_path: Path) -> None:
    done = execute(load("journey"), tmp_path)
    states = {name: task.state for name, task in done.tasks.items()}
    assert states["detour"] is states["needs-detour"] is states["after-needs"] is SKIPPED
    assert states["after-detour"] is OK
    assert (tmp_path / "workspaces/shared/told").read_text() == "Completed Succeeded None"


def test_a_met_guard_runs_all(tmp_path: Path) -> None:
    done = execute(load("journey"), tmp_path, {"mode": "long"})
    assert {task.state for task in done.tasks.values()} == {OK}
    assert (tmp_path / "workspaces/shared/told").read_text() == "Succeeded Succeeded Succeeded"


def test_notin_is_the_opposite(tmp_path: Path) -> None:
    guard = [{"input": "a", "operator": "notin", "values": ["a", "b"]}]
    done = execute(inline([script("one", "true", when=guard)]), tmp_path)
    assert done.tasks["one"].state is SKIPPED


def test_a_failure_stops_new_tasks_and_finally_still_runs(tmp_path: Path) -> None:
    tasks = [script("bad", "exit 7"), script("later", "touch later", runAfter=["bad"]), script("other", "true")]
    last = [script("needs", "true", when=[{"input": "$(tasks.bad.status)", "operator": "in", "values": ["Failed"]}])]
    done = execute(inline(tasks, **{"finally": last}), tmp_path)
    assert done.state is FAILED
    assert [task.state for task in done.tasks.values()] == [FAILED, PENDING, PENDING, OK]
    assert (done.tasks["bad"].exit_code, done.tasks["bad"].step) == (7, "go")
    assert json.loads((tmp_path / "run.json").read_text())["state"] == "Failed"


def test_a_failing_finally_fails_the_run(tmp_path: Path) -> None:
    done = execute(inline([script("one", "true")], **{"finally": [script("end", "exit 1")]}), tmp_path)
    assert done.state is FAILED


def test_finally_without_its_result_is_skipped(tmp_path: Path) -> None:
    bad = {"name": "bad", "taskSpec": {"results": [{"name": "r"}], "steps": [{"name": "go", "script": "exit 1"}]}}
    use = {"params": [{"name": "p", "value": "$(tasks.bad.results.r)"}]}
    end = {"name": "end", "taskSpec": {"params": [{"name": "p"}], "steps": [{"name": "go", "script": "true"}]}, **use}
    done = execute(inline([bad], **{"finally": [end]}), tmp_path)
    assert done.tasks["end"].state is SKIPPED


def test_retries_until_it_works(tmp_path: Path) -> None:
    text = f'echo x >> "{tmp_path}/tries"; test "$(wc -l < "{tmp_path}/tries")" -ge 3'
    done = execute(inline([script("flaky", text, retries=3)]), tmp_path)
    assert (done.state, done.tasks["flaky"].attempts) == (OK, 3)


def test_retries_end(tmp_path: Path) -> None:
    done = execute(inline([script("bad", "exit 1", retries=2)]), tmp_path)
    assert (done.state, done.tasks["bad"].attempts) == (FAILED, 3)


def test_a_timeout_ends_the_task_with_its_children(tmp_path: Path) -> None:
    done = execute(inline([script("slow", f'sleep 600 & echo $! > "{tmp_path}/child"; wait', timeout="1s")]), tmp_path)
    assert "did not end within 1 s" in done.tasks["slow"].reason
    assert not alive(tmp_path / "child")


def test_a_step_leaves_no_child_behind(tmp_path: Path) -> None:
    done = execute(inline([script("spawn", f'sleep 600 & echo $! > "{tmp_path}/child"')]), tmp_path)
    assert done.state is OK
    assert not alive(tmp_path / "child")


def test_on_error_continue(tmp_path: Path) -> None:
    steps = [{"name": "a", "script": "exit 9", "onError": "continue"}, {"name": "b", "script": "echo went on"}]
    done = execute(inline([{"name": "t", "taskSpec": {"steps": steps}}]), tmp_path)
    assert done.state is OK
    assert (tmp_path / "logs/t/b.log").read_text() == "went on\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("true", "there is no $(tasks.make.results.r)", id="not-written"),
        pytest.param("head -c 5000 /dev/zero > $(results.r.path)", "larger than 4096 bytes", id="too-large"),
    ],
)
def test_a_result_that_is_not_there_fails(tmp_path: Path, text: str, reason: str) -> None:
    make = {"name": "make", "taskSpec": {"results": [{"name": "r"}], "steps": [{"name": "go", "script": text}]}}
    spec = {"params": [{"name": "p"}], "steps": [{"name": "go", "script": "true"}]}
    use = {"name": "use", "taskSpec": spec, "params": [{"name": "p", "value": "$(tasks.make.results.r)"}]}
    done = execute(inline([make, use]), tmp_path)
    failed = done.failed()
    assert failed is not None
    assert reason in failed.reason


@pytest.mark.parametrize(
    "value", ['$(touch canary); "quotes" `touch canary`', "'; touch canary; '", "$(params.word)", "-n\n$HOME", "%s"]
)
def test_a_value_arrives_unchanged_and_is_never_run(tmp_path: Path, value: str) -> None:
    done = execute(load("journey"), tmp_path, {"word": value})
    assert done.state is OK
    assert (tmp_path / "workspaces/shared/heard").read_text() == value
    assert not list(tmp_path.rglob("canary"))


def test_only_the_given_environment_reaches_a_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "s3cret")
    execute(inline([script("show", "env")]), tmp_path)
    assert "s3cret" not in (tmp_path / "logs/show/go.log").read_text()


def test_a_missing_program_fails_with_its_name(tmp_path: Path) -> None:
    task = {"name": "t", "taskSpec": {"steps": [{"name": "go", "command": ["no-such-program"]}]}}
    done = execute(inline([task]), tmp_path)
    assert done.tasks["t"].exit_code == 127
    assert "no-such-program" in (tmp_path / "logs/t/go.log").read_text()


@pytest.mark.parametrize(
    ("params", "words"),
    [
        pytest.param({"nope": "1"}, "no parameter 'nope'", id="unknown"),
        pytest.param({"list": "1"}, "is an array", id="not-an-array"),
    ],
)
def test_wrong_parameters_start_nothing(tmp_path: Path, params: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        execute(load("journey"), tmp_path, params)
    assert not (tmp_path / "run.json").exists()


def test_two_runs_have_workspaces_and_results_of_their_own(tmp_path: Path) -> None:
    """The known demo's defect 5: its runs share one volume and cross their image tags."""
    one = execute(load("journey"), tmp_path / "one", {"word": "first"})
    two = execute(load("journey"), tmp_path / "two", {"word": "second"})
    assert [(tmp_path / name / "workspaces/shared/heard").read_text() for name in ("one", "two")] == ["first", "second"]
    assert (one.results["said"], two.results["said"]) == ("first", "second")
