"""What mlgate says about a row: the codes of its findings, or why it gave none."""

import contextlib
import io
import shutil
from dataclasses import dataclass
from pathlib import Path

from corpus import trees_of_corpus
from corpus.model import Row
from mlgate import repo as repos
from mlgate.checks import run
from mlgate.errors import MlgateError


@dataclass(frozen=True, slots=True)
class Answer:
    """``codes`` of all findings; ``refused`` is the message when mlgate could not run, which is an answer for a breakage
    that is met before anything is rendered, and none for a valid tree.
    """

    row: str
    codes: frozenset[str]
    refused: str = ""
    words: tuple[str, ...] = ()

    def caught(self, row: Row) -> bool:
        """Whether a code that the row expects was given."""
        return bool(self.codes & row.codes)


def ask(row: Row, of: dict[str, Path], scratch: Path) -> Answer:
    """Change a copy of the row's tree, validate it, remove it."""
    folder = scratch / row.name
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            tree = trees_of_corpus.changed(row, of, folder)
        report = run.validate(repos.find(tree), workers=1)
    except MlgateError as err:
        return Answer(row.name, frozenset(), str(err))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    words = tuple(f"{found.code} {found.subject}: {found.message}"[:300] for found in report.findings)
    return Answer(row.name, frozenset(found.code for found in report.findings), words=words)
