"""What mlgate says about a row: the codes of its findings, or why it gave none."""

import contextlib
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus import trees_of_corpus
from corpus.model import Row
from mlgate import repo as repos
from mlgate.checks import run
from mlgate.checks.argo import run as argo
from mlgate.checks.argo.follow import Options
from mlgate.checks.model import Report
from mlgate.errors import MlgateError
from mlgate.repo import Repo


@dataclass(frozen=True, slots=True)
class Answer:
    """``codes`` of all findings; ``refused`` is the message when mlgate could not run, which catches nothing."""

    codes: frozenset[str]
    refused: str = ""
    words: tuple[str, ...] = ()

    def caught(self, row: Row) -> bool:
        """Whether a code that the row expects was given."""
        return bool(self.codes & row.codes)


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
    """Validate a changed copy of the row's tree."""
    with tree_of(row, of, scratch) as tree:
        try:
            report = _validated(row, tree)
        except MlgateError as err:
            return Answer(frozenset(), str(err))
    words = tuple(f"{found.code} {found.subject}: {found.message}"[:300] for found in report.findings)
    return Answer(frozenset(found.code for found in report.findings), words=words)


def _validated(row: Row, tree: Path) -> Report:
    if row.tree == "foreign":
        return argo.validate_foreign(Repo(tree), Options())
    return run.validate(repos.find(tree), workers=1)
