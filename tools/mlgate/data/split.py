"""The split, stratified and seeded or by time; the hold-out is sealed away from training."""

import hashlib
import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlgate.data import REFERENCE_FILE, csvfile, drift
from mlgate.data.order import order
from mlgate.data.transactions import COLUMNS, Transactions, blocks, together
from mlgate.errors import SettingsError
from mlgate.files import write_atomic

HOLDOUT_FILE = "holdout.csv"
RECORD_FILE = "split.json"
METHODS = ("stratified", "time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How a split was made; written beside the hold-out."""

    source: str
    dataset_sha256: str
    holdout_sha256: str
    seed: int
    holdout_fraction: str
    train_rows: int
    holdout_rows: int
    train_frauds: int
    holdout_frauds: int
    duplicates_within: int
    duplicates_across: int
    method: str = METHODS[0]
    findings: tuple[str, ...] = ()
    """What the checks of the data tell, each with its code."""


@dataclass(frozen=True, slots=True)
class Split:
    """Two disjoint sets of rows that together are the data set, and their record."""

    train: pd.DataFrame
    holdout: pd.DataFrame
    record: Record


def split(transactions: Transactions, *, holdout: Decimal, seed: int, method: str = METHODS[0]) -> Split:
    """Hold out ``holdout`` of each class at random (``stratified``), or of all rows the latest (``time``).

    The same rows, fraction, seed and method give the same split; ``seed`` does not matter to ``time``. Raises
    ``SettingsError`` when a class is not on both sides, or for a fraction outside (0, 1).
    """
    if not holdout.is_finite() or not 0 < holdout < 1:
        raise SettingsError(f"holdout is {holdout}, not a fraction between 0 and 1", fix="for example 0.25")
    if seed < 0:
        raise SettingsError(f"seed is {seed}, not 0 or more", fix="for example 2020")
    if method not in METHODS:
        raise SettingsError(f"split is {method[:40]!r}, not {' or '.join(METHODS)}")
    frame = transactions.frame
    taken = _latest(frame, holdout) if method == "time" else _stratified(frame, holdout, seed)
    kept, sealed = _rows(frame, ~taken), _rows(frame, taken)
    how = {"seed": seed, "holdout_fraction": str(holdout), "method": method}
    return Split(kept, sealed, _record(transactions, kept, sealed, **how, **_repeated(frame, taken)))


def _rows(frame: pd.DataFrame, chosen: npt.NDArray[np.bool_]) -> pd.DataFrame:
    return together({name: frame[name].to_numpy()[chosen] for name in COLUMNS})


def _stratified(frame: pd.DataFrame, holdout: Decimal, seed: int) -> npt.NDArray[np.bool_]:
    rng = np.random.Generator(np.random.PCG64(seed))
    taken = np.zeros(len(frame), dtype=bool)
    for value in (0, 1):
        rows = np.flatnonzero(frame["Class"].to_numpy() == value)
        number = round(len(rows) * holdout)
        if not 0 < number < len(rows):
            raise SettingsError(f"Class {value} has {len(rows)} rows, too few to hold {holdout} of them out")
        taken[rng.permutation(rows)[:number]] = True
    return taken


def _latest(frame: pd.DataFrame, holdout: Decimal) -> npt.NDArray[np.bool_]:
    # The canonical order is by time first, and decides also between rows of one second.
    taken = np.arange(len(frame)) >= len(frame) - round(len(frame) * holdout)
    for side, name in ((taken, "held out"), (~taken, "left to train on")):
        if frame["Class"][side].nunique() < 2:
            raise SettingsError(
                f"split by time, the rows that are {name} are not of both classes", fix="split: stratified"
            )
    return taken


def _repeated(frame: pd.DataFrame, taken: npt.NDArray[np.bool_]) -> dict[str, int]:
    """Rows that repeat an earlier one, and held-out rows that are among those left to train on."""
    # Two rows that differ only in time are the same to a model.
    found = order(frame[name].to_numpy() for name in COLUMNS[1:-1])
    held = taken[found.equal]
    trained = np.bincount(found.group, ~held) > 0
    return {
        "duplicates_within": len(found.equal) - len(trained),
        "duplicates_across": int((held & trained[found.group]).sum()),
    }


def _record(transactions: Transactions, train: pd.DataFrame, sealed: pd.DataFrame, **known: Any) -> Record:
    digest = hashlib.sha256()
    for block in blocks(sealed):
        digest.update(block)
    return Record(
        source=transactions.source,
        dataset_sha256=transactions.sha256,
        holdout_sha256=digest.hexdigest(),
        train_rows=len(train),
        holdout_rows=len(sealed),
        train_frauds=int(train["Class"].sum()),
        holdout_frauds=int(sealed["Class"].sum()),
        **known,
    )


def write(result: Split, *, train_csv: Path, sealed: Path) -> None:
    """Write the training rows; into the folder ``sealed`` the hold-out, its record, and what a release remembers."""
    train_csv.parent.mkdir(parents=True, exist_ok=True)
    sealed.mkdir(parents=True, exist_ok=True)
    csvfile.write(result.train, train_csv)
    csvfile.write(result.holdout, sealed / HOLDOUT_FILE)
    write_atomic(sealed / REFERENCE_FILE, drift.text(drift.reference(result.train)))
    write_atomic(sealed / RECORD_FILE, json.dumps(asdict(result.record), indent=2) + "\n")


def read_record(sealed: Path) -> Record:
    """The record of the split in ``sealed``."""
    try:
        content = json.loads((sealed / RECORD_FILE).read_text())
        return Record(**content | {"findings": tuple(content.get("findings", ()))})
    except (OSError, ValueError, TypeError, AttributeError) as err:
        raise SettingsError(f"{sealed / RECORD_FILE}: cannot be read: {err}", fix="run the split step") from None
