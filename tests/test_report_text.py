"""Text for people: findings under their stage, the verdict last, colour only for a terminal."""

import io
import re

import pytest
from rich.console import Console

from mlgate.checks.model import Report, Stage
from mlgate.report import FORMATS, text
from trees.reports import BROKEN, CLEAN, EMPTY


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        pytest.param(CLEAN, "validate: 2 objects, 2 checks, 0 findings", id="clean"),
        pytest.param(BROKEN, "validate: 4 objects, 5 checks, 3 findings, 1 suppressed", id="broken"),
    ],
)
def test_the_verdict_is_the_last_line(report: Report, verdict: str) -> None:
    assert text.plain(report).splitlines()[-1] == verdict


def test_a_finding_shows_code_place_subject_and_fix() -> None:
    shown = text.plain(BROKEN)
    assert "MG231 base/cicd/tasks/clone.yaml:7\n      Task/alpha-cicd/clone: 100 %" in shown
    assert "fix: run: mlgate generate" in shown
    assert "note: left out on request" in shown


def test_a_file_without_a_line_shows_no_line() -> None:
    assert "MG221 base/cicd/tasks/clone.yaml\n" in text.plain(BROKEN)


def test_markup_and_control_characters_of_a_message_are_only_text() -> None:
    shown = text.plain(BROKEN)
    assert "[bold]" in shown
    assert "\x1b" not in shown
    assert "\x00" not in shown
    shown.encode()


@pytest.mark.parametrize("terminal", [True, False])
def test_colour_is_for_a_terminal_only(terminal: bool) -> None:
    out = io.StringIO()
    text.write(CLEAN, Console(file=out, force_terminal=terminal, color_system="standard" if terminal else None))
    assert ("\x1b[" in out.getvalue()) is terminal


def test_nobody_who_asks_for_no_colour_gets_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = io.StringIO()
    text.write(BROKEN, Console(file=out, force_terminal=True, color_system="standard"))
    assert not re.search("\x1b\\[(?:[0-9;]*;)?(?:3|4|9|10)[0-7]", out.getvalue())


@pytest.mark.parametrize(
    ("report", "passes"),
    [
        pytest.param(CLEAN, True, id="clean"),
        pytest.param(BROKEN, False, id="broken"),
        pytest.param(EMPTY, False, id="no-stage"),
        pytest.param(Report((*CLEAN.stages, Stage("policy", ())), 2), False, id="a-stage-checked-nothing"),
    ],
)
def test_only_a_report_in_which_every_stage_checked_something_passes(report: Report, passes: bool) -> None:
    assert report.passed is passes


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_a_document_that_can_be_written(form: str) -> None:
    for report in (CLEAN, BROKEN, EMPTY):
        document = FORMATS[form](report)
        document.encode()
        assert document.endswith("\n")


def test_a_finding_shows_severity_chain_and_the_fix_of_its_code() -> None:
    shown = text.plain(BROKEN)
    assert "  error MG221 base/cicd/tasks/clone.yaml\n" in shown
    assert "  warning MG232 " in shown
    assert "fix: build a catalogue of its CRD" in shown
    assert "  suppressed MG231 base/cicd/tasks/clone.yaml:7:3\n" in shown
    assert "via application apps/root.yaml:3:5\n      via resource overlays/alpha/cicd/kustomization.yaml:4:3" in shown
    assert "accepted: until the next release" in shown
