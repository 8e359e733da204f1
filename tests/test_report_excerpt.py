"""The line of a finding is shown with a mark below its place, and nothing that is secret."""

from pathlib import Path
from typing import Any

import pytest

from mlgate.checks.model import Report, Stage
from mlgate.report import text
from mlgate.report.excerpt import excerpt
from mlgate.results import Result, Status

FILE = 'a: 1\n  image: "app:latest"\n\turl: https://me:hidden@git.example.com/x\n漢字: wide\n' + f"{'x' * 300}: far\n"


def finding(line: int, column: int = 0, **more: Any) -> Result:
    fields: dict[str, Any] = {"code": "MG231", "subject": "Task/a/b", "file": "a.yaml", **more}
    return Result(check="schema", status=Status.INVALID, line=line, column=column, **fields)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    (tmp_path / "a.yaml").write_text(FILE)
    return tmp_path


@pytest.mark.parametrize(
    ("line", "column", "mark"),
    [
        pytest.param(2, 3, "  ^^^^^", id="a-key"),
        pytest.param(2, 10, "         ^", id="a-sign"),
        pytest.param(2, 0, "  ^^^^^", id="no-column"),
        pytest.param(2, 99, "                     ^", id="beyond-the-end"),
        pytest.param(4, 5, "      ^^^^", id="wide-characters"),
    ],
)
def test_the_mark_stands_below_the_place(top: Path, line: int, column: int, mark: str) -> None:
    shown = excerpt(top, finding(line, column))
    assert shown == [f"{line} | {FILE.splitlines()[line - 1]}", f"  | {mark}"]


def test_a_long_line_is_cut_around_the_place(top: Path) -> None:
    line, mark = excerpt(top, finding(5, 303))
    assert line.endswith("x: far")
    assert mark.rstrip("^") == "  | " + " " * 40
    assert len(line) < 130


@pytest.mark.parametrize(
    "result",
    [
        pytest.param(finding(0), id="no-line"),
        pytest.param(finding(99), id="a-line-that-is-not-there"),
        pytest.param(finding(1, file="b.yaml"), id="a-file-that-is-not-there"),
        pytest.param(finding(1, file="../a.yaml"), id="outside"),
        pytest.param(finding(1, file="\0"), id="no-name-of-a-file"),
        pytest.param(finding(1, code="MG271"), id="a-secret-in-git"),
        pytest.param(finding(1, subject="Secret/a/b"), id="an-object-that-holds-a-secret"),
    ],
)
def test_nothing_is_shown_of(top: Path, result: Result) -> None:
    assert excerpt(top, result) == []


def test_a_login_in_an_address_is_hidden(top: Path) -> None:
    shown = excerpt(top, finding(3, 2))
    assert shown[0] == "3 |  url: https://*********@git.example.com/x"


@pytest.mark.parametrize("root", [True, False])
def test_the_text_has_the_line_when_the_root_is_known(top: Path, root: bool) -> None:
    report = Report((Stage("schema", (finding(2, 3),)),), 1, root=top if root else None)
    assert ("2 |   image:" in text.plain(report)) is root
