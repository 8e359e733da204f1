"""Every code that anything here gives is explained, and nothing else is."""

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

from mlgate.checks import codes, explain
from mlgate.cli import main
from mlgate.errors import OK
from mlgate.results import Result, Severity, Status

ROOT = Path(__file__).parents[1]
CODE = re.compile(r"\bM[A-Z]\d{3}\b")
# Policy codes are those of the rules; a code in a test or a sample is one that is expected, not given.
SOURCES = sorted(
    [
        *(ROOT / "tools" / "mlgate").rglob("*.py"),
        *(ROOT / "tools" / "engine").glob("*.go"),
        *(ROOT / "policy").glob("*/*.rego"),
    ]
)


def expected(path: Path) -> set[str]:
    """Codes in texts of a program; what only a comment or a docstring names is not expected there."""
    whole = ast.parse(path.read_text())
    bodies = (node.body for node in ast.walk(whole) if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef))
    told = {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}
    texts = (node for node in ast.walk(whole) if isinstance(node, ast.Constant) and id(node) not in told)
    return given([node.value for node in texts if isinstance(node.value, str)])


def given(texts: list[str]) -> set[str]:
    return {code for text in texts for code in CODE.findall(text)}


def sources() -> list[str]:
    return [path.read_text() for path in SOURCES if not path.name.endswith("_test.rego")]


def test_every_code_has_an_entry_and_every_entry_a_code() -> None:
    assert set(explain.entries()) == given(sources())


def test_the_search_sees_every_family() -> None:
    families = {code[:3] for code in given(sources())}
    assert families >= {"MG1", "MG2", "MG3", "MG6", "MA0", "MR0"}


def test_no_code_is_put_together_where_the_search_cannot_see_it() -> None:
    assert not [text for text in sources() if re.search(r"""f["']M[A-Z]\d?\{""", text)]


@pytest.mark.parametrize("entry", explain.entries().values(), ids=explain.entries().keys())
def test_every_field_says_something_on_one_line(entry: explain.Entry) -> None:
    told = [getattr(entry, field.name) for field in fields(entry)]
    assert all(isinstance(words, str) and words.strip() and "\n" not in words.strip() for words in told)


@pytest.mark.parametrize("entry", explain.entries().values(), ids=explain.entries().keys())
def test_every_code_names_the_test_that_finds_it(entry: explain.Entry) -> None:
    # The corpus is a sample on most runs, so it is nobody's only test.
    assert (ROOT / entry.test).parent.name in ("tests", "cluster")
    assert (ROOT / entry.test) != Path(__file__)
    assert entry.code in expected(ROOT / entry.test)


def test_a_code_in_a_comment_or_a_docstring_is_not_expected(tmp_path: Path) -> None:
    file = tmp_path / "test_a.py"
    file.write_text('"""MG201"""\n# MG202\ndef f():\n    """MG203"""\n    assert "MG204 "\n')
    assert expected(file) == {"MG204"}


@pytest.mark.parametrize("code", explain.entries())
@pytest.mark.parametrize("status", [Status.INVALID, Status.ERROR, Status.SKIPPED])
def test_every_finding_has_a_fix_and_a_severity(code: str, status: Status) -> None:
    whole = explain.complete(Result(code=code, check="c", subject="s", status=status))
    assert whole.fix
    assert isinstance(whole.severity, Severity)


def test_a_finding_keeps_what_it_says_itself() -> None:
    own = Result(code="MG202", check="c", subject="s", status=Status.INVALID, fix="own", severity=Severity.INFO)
    assert explain.complete(own) == own


def test_the_page_of_codes_has_every_code_once() -> None:
    heads = re.findall(r"^### (\w+) ", codes.document(), re.MULTILINE)
    assert heads == list(explain.entries())


def test_no_two_codes_share_a_title() -> None:
    titles = [entry.title for entry in explain.entries().values()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("code", ["MG202", "mg202"])
def test_a_code_is_explained(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", code]) == OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "MG202 An orphan file"
    assert [line.split(":")[0] for line in lines[1:]] == ["severity", "wrong", "why", "fix", "example", "test"]


def test_without_a_code_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == OK
    assert [line[:5] for line in capsys.readouterr().out.splitlines()] == list(explain.entries())


def test_an_unknown_code_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "MG999"]) == 2
    assert "list them: mlgate explain" in capsys.readouterr().err
