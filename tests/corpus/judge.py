"""What mlgate says about a row: the codes of its findings, or why it gave none."""

import contextlib
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus import trees_of_corpus
from corpus.model import Row
from mlgate.cli import main
from mlgate.errors import FOUND, OK
from mlgate.results import Status

_SILENT = (Status.VALID.value, Status.SUPPRESSED.value)


@dataclass(frozen=True, slots=True)
class Answer:
    """``codes`` of all findings; ``refused`` is what was said instead when mlgate did not run."""

    codes: frozenset[str]
    refused: str = ""
    words: tuple[str, ...] = ()

    def caught(self, row: Row) -> bool:
        """Whether a code that the row expects was given, or the run refused in the words that it expects."""
        return bool(self.codes & row.codes) or bool(row.refusal and row.refusal in self.refused)


@contextlib.contextmanager
def tree_of(row: Row, of: dict[str, Path], scratch: Path) -> Iterator[Path]:
    """A copy of the row's tree with its edit, for as long as it is needed."""
    folder = scratch / row.name
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield trees_of_corpus.changed(row, of, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def ask(row: Row, of: dict[str, Path], scratch: Path) -> Answer:
    """Validate a changed copy of the row's tree, as a person would: by the verb."""
    with tree_of(row, of, scratch) as tree:
        out = scratch / f"{row.name}.json"
        words = io.StringIO()
        with contextlib.redirect_stderr(words):
            code = main(["validate", str(tree), "--no-cache", "--format", "json", "--output", str(out)])
        if code not in (OK, FOUND):
            return Answer(frozenset(), words.getvalue().strip())
        report = json.loads(out.read_text())
        out.unlink()
    found = [each for stage in report["stages"] for each in stage["results"] if each["status"] not in _SILENT]
    told = tuple(f"{each['code']} {each['subject']}: {each['message']}"[:300] for each in found)
    return Answer(frozenset(each["code"] for each in found), words=told)
