"""GitHub annotations: one line each, whatever the message holds."""

from dataclasses import replace

from mlgate.checks.model import Report, Stage
from mlgate.report import github
from trees.reports import BROKEN, CLEAN, HARD_FINDINGS


def test_a_finding_is_one_line_with_its_place() -> None:
    first = github.dump(BROKEN).splitlines()[0]
    assert first.startswith(
        "::error file=base/cicd/tasks/clone.yaml,line=7,title=MG231 schema::Task/alpha-cicd/clone: "
    )
    assert "100 %25" in first
    assert "%0A second line" in first
    assert "%0Afix: run: mlgate generate" in first


def test_a_property_cannot_be_ended_by_its_value() -> None:
    odd = replace(HARD_FINDINGS[0], file="a,line=1::x%.yaml")
    line = github.dump(Report((Stage("schema", (odd,)),), 1)).splitlines()[0]
    assert "file=a%2Cline=1%3A%3Ax%25.yaml,line=7" in line


def test_what_has_no_file_has_no_place() -> None:
    warning = github.dump(BROKEN).splitlines()[2]
    assert warning.startswith("::warning title=MG232 schema::")


def test_a_clean_report_is_its_verdict() -> None:
    assert github.dump(CLEAN) == "validate: 2 objects, 2 checks, 0 findings\n"


def test_no_more_annotations_than_github_shows_and_the_others_are_counted() -> None:
    many = Report((Stage("schema", (HARD_FINDINGS[0],) * 25),), 1)
    lines = github.dump(many).splitlines()
    assert sum(line.startswith("::error ") for line in lines) == github.LIMIT
    assert lines[-2].startswith("15 more findings have no annotation")


def test_an_accepted_finding_is_no_annotation_and_a_column_is_named() -> None:
    assert "known" not in github.dump(BROKEN)
    placed = replace(HARD_FINDINGS[0], column=3, end_line=9)
    assert ",line=7,endLine=9,col=3,title=" in github.dump(Report((Stage("schema", (placed,)),), 1))
