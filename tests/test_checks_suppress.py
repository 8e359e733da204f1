"""A finding can be accepted with a reason and until a day; nothing else about it changes, and the gate never."""

from datetime import date
from pathlib import Path

import pytest

from mlgate.checks import suppress, suppressions
from mlgate.checks.model import Report, Stage
from mlgate.repo import Repo
from mlgate.results import Result, Status
from trees.reports import result

TODAY = date(2026, 3, 1)
GOOD = "- {code: MG254, subject: 'Task/*', reason: the vendor has no tags, expires: 2026-03-01}\n"
FOUND = result(Status.INVALID, "MG254")


def run(folder: Path, text: str, *results: Result, today: date = TODAY, whole: bool = True) -> Report:
    (folder / ".mlgate.yaml").write_text(text)
    report = Report((Stage("names", (result(), *(results or (FOUND,)))),), 1)
    return suppress.accepted(Repo(folder), report, today, whole=whole)


def codes(report: Report) -> list[str]:
    return [each.code for each in report.stages[-1].findings]


def listed(*entries: str) -> str:
    return "suppressions:\n" + "".join(entries)


def test_an_accepted_finding_is_shown_and_counted_and_does_not_fail(tmp_path: Path) -> None:
    report = run(tmp_path, listed(GOOD))
    assert report.passed
    assert report.counts["suppressed"] == 1
    assert report.verdict.endswith("0 findings, 1 suppressed")
    (shown,) = report.findings
    assert shown.reason == "the vendor has no tags (until 2026-03-01, .mlgate.yaml:2:3)"
    assert [each.status for each in report.results].count(Status.SUPPRESSED) == 1


def test_without_the_file_it_fails(tmp_path: Path) -> None:
    report = Report((Stage("names", (FOUND,)),), 1)
    assert suppress.accepted(Repo(tmp_path), report, TODAY) is report
    assert not report.passed


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        pytest.param(GOOD.replace("2026-03-01", "2026-02-28"), "MG290", id="expired"),
        pytest.param(GOOD.replace("reason: the vendor has no tags, ", ""), "MG291", id="without-a-reason"),
        pytest.param(GOOD.replace("the vendor has no tags", "ok"), "MG291", id="a-reason-that-is-none"),
        pytest.param(GOOD.replace("2026-03-01", "soon"), "MG291", id="no-date"),
        pytest.param(GOOD.replace("2026-03-01", "2026-02-30"), "MG291", id="no-day-of-the-calendar"),
        pytest.param(GOOD.replace("subject: 'Task/*', ", ""), "MG291", id="without-a-subject"),
        pytest.param(GOOD.replace("code:", "codes: x, code:"), "MG291", id="an-unknown-key"),
        pytest.param(GOOD.replace("Task/", "Pod/"), "MG292", id="another-subject"),
        pytest.param(GOOD.replace("code: MG254", "file: 'apps/*', code: MG254"), "MG292", id="another-file"),
    ],
)
def test_what_accepts_nothing_is_a_finding_and_the_finding_stays(tmp_path: Path, entry: str, code: str) -> None:
    report = run(tmp_path, listed(entry))
    assert codes(report) == [code]
    assert report.stages[0].findings == (FOUND,)
    assert not report.passed
    assert report.stages[-1].findings[0].line == 2


@pytest.mark.parametrize("code", sorted(suppress.NEVER))
def test_what_guards_the_gate_is_never_accepted(tmp_path: Path, code: str) -> None:
    bad = result(Status.INVALID, code)
    report = run(tmp_path, listed(GOOD.replace("MG254", code)), bad)
    assert report.stages[0].findings == (bad,)
    assert codes(report) == ["MG293"]


@pytest.mark.parametrize("status", [Status.ERROR, Status.SKIPPED])
def test_what_was_not_checked_is_never_accepted(tmp_path: Path, status: Status) -> None:
    report = run(tmp_path, listed(GOOD), result(status, "MG254"))
    assert codes(report) == ["MG292"]


@pytest.mark.parametrize("text", ["[", "- a\n", "suppressions: 1\n", "suppressions: []\nmore: 1\n", "\x00", ""])
def test_a_file_that_is_none_accepts_nothing_and_says_so(tmp_path: Path, text: str) -> None:
    assert codes(run(tmp_path, text)) == ["MG291"]


def test_a_bad_entry_leaves_the_good_ones(tmp_path: Path) -> None:
    report = run(tmp_path, listed(GOOD, "- {code: MG254}\n"))
    assert set(codes(report)) == {"MG291"}
    assert report.counts["suppressed"] == 1


def test_a_part_of_the_repository_does_not_show_that_one_matches_nothing(tmp_path: Path) -> None:
    assert codes(run(tmp_path, listed(GOOD.replace("Task/", "Pod/")), whole=False)) == []


def test_the_file_is_found_at_the_root(tmp_path: Path) -> None:
    assert suppressions.load(Repo(tmp_path)) == ([], [])
