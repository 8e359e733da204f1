"""What a person sees: lines in a log, a table on a terminal, the last lines of what failed."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from mlgate.pipeline import run, view
from mlgate.pipeline.child import Stop
from pipeline_runs import inline, place, script

REMARKS = "echo 'WARNING: skipped [b]so[/b]'; echo 'NOTE: nobody told'; echo 'no WARNING: in the middle'"


def _watched(folder: Path, terminal: bool) -> str:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100)
    pipeline = inline([script("good", REMARKS), script("bad", "seq 1 40; echo '[red]not markup'; sleep 0.3; exit 4")])
    where = place(folder, pipeline)
    watched = view.for_console(console, where)
    try:
        done = run.execute(pipeline, {}, where, view=watched, stop=Stop())
    finally:
        watched.close()
    view.summary(console, done, where)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("terminal", [False, True], ids=["lines", "screen"])
def test_states_and_the_last_lines_of_the_failure_are_shown(tmp_path: Path, terminal: bool) -> None:
    said = _watched(tmp_path, terminal)
    for words in ("good", "Succeeded", "step go exited 4", "[red]not markup", "  40\n"):
        assert words in said
    assert "  10\n" not in said


def test_lines_have_no_control_characters(tmp_path: Path) -> None:
    assert "\x1b" not in _watched(tmp_path, terminal=False)


def test_the_tail_of_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert view.tail(tmp_path / "ghost.log") == []


@pytest.mark.parametrize("terminal", [False, True], ids=["lines", "screen"])
def test_what_a_step_remarks_is_seen_without_opening_its_log(tmp_path: Path, terminal: bool) -> None:
    said = _watched(tmp_path, terminal)
    assert "WARNING: skipped [b]so[/b]" in said
    assert "NOTE: nobody told" in said
    assert "no WARNING: in the middle" not in said
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["tasks"][0]["remarks"] == ["WARNING: skipped [b]so[/b]", "NOTE: nobody told"]
