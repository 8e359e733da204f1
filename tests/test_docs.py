"""What the documents point at is there: every file, every test, every code."""

import ast
import re
from pathlib import Path

import pytest

from mlgate.cli import VERBS

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("base/*/*/README.md")])
_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_PATH = re.compile(r"`((?:apps|base|policy|tools|model|tests|docs)/(?!NAME|PREFIX)[\w./-]*)`")
_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#]+)(?:#[\w-]+)?\)")
_VERB = re.compile(r"^(?:\$ )?mlgate ([a-z][\w-]*)", re.MULTILINE)


def missing(text: str, folder: Path) -> list[str]:
    """Everything that ``text`` names and that is not there."""
    found = [f"{file}::{name}" for file, name in _TEST.findall(text) if not _has(ROOT / file, name)]
    found += [path for path in _PATH.findall(text) if not (ROOT / path).exists()]
    found += [link for link in _LINK.findall(text) if not (folder / link).exists()]
    return found + [verb for verb in _VERB.findall(text) if verb not in VERBS]


def _has(file: Path, name: str) -> bool:
    if not file.is_file():
        return False
    functions = {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}
    return not name or name in functions


@pytest.mark.parametrize("document", DOCUMENTS, ids=[str(path.relative_to(ROOT)) for path in DOCUMENTS])
def test_everything_a_document_names_is_there(document: Path) -> None:
    assert missing(document.read_text(), document.parent) == []


@pytest.mark.parametrize(
    "text",
    [
        "`tests/test_docs.py::test_no_such`",
        "`tests/test_no_such.py`",
        "`base/no/such`",
        "[a page](no-such.md)",
        "mlgate no-such --prefix x",
    ],
)
def test_what_is_not_there_is_found(text: str) -> None:
    assert missing(text, ROOT)


def test_the_known_demos_twelve_defects_each_name_a_test() -> None:
    rows = [line for line in (ROOT / "docs" / "known-defects.md").read_text().splitlines() if re.match(r"\| \d", line)]
    assert [int(row.split("|")[1]) for row in rows] == list(range(1, 13))
    assert all(_TEST.search(row) for row in rows)
