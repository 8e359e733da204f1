"""The transactions of a notebook, split as by the pipeline: training rows beside it, the hold-out out of its sight."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from mlgate.data import REFERENCE_FILE
from mlgate.data.split import Record, read_record
from mlgate.errors import SettingsError, UsageError
from mlgate.repo import Repo
from mlgate.results import Result, passed
from mlgate.settings import load

FILE = "creditcard.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which transactions, and how they are split; ``accepted`` is what the last release remembers of its data."""

    source: str = "synthetic"
    holdout: Decimal = Decimal("0.25")
    seed: int = 2020
    method: str = "stratified"
    accepted: Path | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """Folders of a split: ``train`` has the training rows in data/, ``sealed`` the hold-out."""

    folder: Path

    @property
    def train(self) -> Path:
        return self.folder / "train" / "data" / FILE

    @property
    def sealed(self) -> Path:
        return self.folder / "sealed"

    def record(self) -> Record:
        """How the split was made; raises ``SettingsError`` when the folder holds none."""
        if not self.train.is_file():
            raise SettingsError(f"{self.folder} holds no transactions", fix="start again: make notebook")
        return read_record(self.sealed)


def chosen(repo: Repo, prefix: str | None) -> str | None:
    """The prefix that was asked for, or the only one, or None; raises ``UsageError`` when that is not clear."""
    known = repo.prefixes()
    if prefix is not None:
        repo.require(prefix)
    elif len(known) > 1:
        raise UsageError(f"several prefixes are set up here: {', '.join(known)}", fix="name one: --prefix")
    return prefix or next(iter(known), None)


def wanted(repo: Repo, prefix: str | None, source: str | None) -> Wanted:
    """What the prefix's settings say, or the defaults without a prefix; ``source`` replaces the source."""
    if prefix is None:
        return Wanted(source=source or Wanted().source)
    settings = load(repo.settings_file(prefix))
    return Wanted(
        source=source or settings.data.source,
        holdout=settings.data.holdout,
        seed=settings.data.seed,
        method=settings.choices["split"],
        accepted=repo.overlay(prefix) / "dev" / "release" / REFERENCE_FILE,
    )


def prepare(asked: Wanted, folder: Path) -> tuple[Prepared, list[Result]]:
    """Split into ``folder``, whose earlier split is dropped; findings that deny leave nothing there.

    Raises what reading a source raises.
    """
    from mlgate.data import checks, drift, sources
    from mlgate.data import split as splits

    shutil.rmtree(folder, ignore_errors=True)
    made = splits.split(
        sources.load(asked.source, seed=asked.seed), holdout=asked.holdout, seed=asked.seed, method=asked.method
    )
    results = checks.check(made)
    if asked.accepted is not None:
        results += drift.check(made.train, drift.read(asked.accepted), made.record.source)
    prepared = Prepared(folder)
    if passed(results):
        splits.write(checks.told(made, results), train_csv=prepared.train, sealed=prepared.sealed)
    return prepared, [each for each in results if each.message and not passed([each])]


@contextlib.contextmanager
def ready(repo: Repo, prefix: str | None, source: str | None, prepared: Prepared | None) -> Iterator[Prepared]:
    """The split that was made already, or one for as long as the block runs; raises ``SettingsError`` when denied."""
    if prepared is not None:
        yield prepared
        return
    with tempfile.TemporaryDirectory(prefix="mlgate-split-") as scratch:
        made, denied = prepare(wanted(repo, prefix, source), Path(scratch) / "split")
        if denied:
            raise SettingsError(f"{denied[0].subject}: {denied[0].code} {denied[0].message}", fix=denied[0].fix)
        yield made
