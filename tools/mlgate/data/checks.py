"""What is wrong with the data, before anything learns from them.

Some findings make every later number meaningless: they deny, and nothing is written. Others are part of real data: they
are told in the record of the split and in the model card, and a person decides. A row "repeats" another when they agree
in everything but the time, which is all that a model may look at.

MG150  rows repeat others. Told: payments of one amount in one second are real (7 rows of the known sample).
MG151  held-out rows were seen in training. Told up to ``SHARE`` of a class, the most that memory can then add to its
       recall; denies above, where memory could pass for skill.
MG152  the same row is legitimate and fraud. Told: the classes may overlap. Denies above ``SHARE`` of the frauds: the
       labels are wrong, or a column is missing.
MG153  a column counts the rows, or alone tells the classes apart without error. Denies: an Id or the answer itself is
       among the features.
MG154  fewer than ``FRAUDS`` frauds on a side. Denies: one fraud more or less would move recall by over ten points.
MG155  a value is not finite, or Amount or Time is below zero. Denies: it is not what the column is said to be.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mlgate.data.order import Order, order
from mlgate.data.split import Split
from mlgate.data.transactions import COLUMNS, FEATURES
from mlgate.results import Result, Status

SHARE = 0.10
FRAUDS = 10
_SEEN = [*FEATURES, "Amount"]
_Finding = tuple[str, bool]
"""What was found, and whether it denies."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Both sides of a split as one, those to train on first, without a copy of them."""

    made: Split

    def column(self, name: str) -> npt.NDArray[np.float64]:
        sides = (self.made.train[name], self.made.holdout[name])
        return np.concatenate([side.to_numpy(dtype=np.float64) for side in sides])

    @property
    def held(self) -> npt.NDArray[np.bool_]:
        return np.arange(len(self.made.train) + len(self.made.holdout)) >= len(self.made.train)


def check(made: Split) -> list[Result]:
    """Every check of a split: VALID, with a message when something is only to be told, or INVALID."""
    rows = _Rows(made)
    equal = order(rows.column(name) for name in _SEEN)
    found: dict[str, Callable[[], Iterator[_Finding]]] = {
        "MG150": lambda: _repeated(made),
        "MG151": lambda: _seen(rows, equal),
        "MG152": lambda: _conflicts(rows, equal),
        "MG153": lambda: _leaks(rows),
        "MG154": lambda: _few(made),
        "MG155": lambda: _ranges(rows),
    }
    return [result for code, findings in found.items() for result in _results(code, list(findings()), made)]


def told(made: Split, results: list[Result]) -> Split:
    """The split with what was found in its record."""
    findings = tuple(f"{found.code} {found.message}" for found in results if found.message)
    return replace(made, record=replace(made.record, findings=findings))


def _results(code: str, findings: list[_Finding], made: Split) -> Iterator[Result]:
    for message, denies in findings or [("", False)]:
        status = Status.INVALID if denies else Status.VALID
        fix = "correct the data or their source" if denies else ""
        yield Result(code=code, check="data", subject=made.record.source, status=status, message=message, fix=fix)


def _repeated(made: Split) -> Iterator[_Finding]:
    number = made.record.duplicates_within
    if number:
        yield f"{number:,} of {made.record.train_rows + made.record.holdout_rows:,} rows repeat others", False


def _seen(rows: _Rows, equal: Order) -> Iterator[_Finding]:
    held, label = rows.held, rows.column("Class")
    trained = np.bincount(equal.group, ~held[equal.equal]) > 0
    seen = equal.equal[held[equal.equal] & trained[equal.group]]
    for value, name in ((0, "legitimate rows"), (1, "frauds")):
        number, total = int((label[seen] == value).sum()), int((held & (label == value)).sum())
        if number:
            yield f"{number:,} of {total:,} held-out {name} were also seen in training", number > SHARE * total


def _conflicts(rows: _Rows, equal: Order) -> Iterator[_Finding]:
    label = rows.column("Class")
    fraud = label[equal.equal] == 1
    legitimate = np.bincount(equal.group, ~fraud) > 0
    number, total = int((fraud & legitimate[equal.group]).sum()), int(label.sum())
    if number:
        yield f"{number:,} of {total:,} frauds equal a legitimate row", number > SHARE * total


def _leaks(rows: _Rows) -> Iterator[_Finding]:
    fraud = rows.column("Class") == 1
    for name in COLUMNS[:-1]:
        values = rows.column(name)
        ordered = np.sort(values)
        # Seconds may well count the rows of a quiet day; nothing else of a payment does.
        if name != "Time" and len(values) > 1 and np.array_equal(ordered, ordered[0] + np.arange(len(values))):
            yield f"{name} counts the rows: it is an identifier", True
        if values[fraud].min() > values[~fraud].max() or values[fraud].max() < values[~fraud].min():
            yield f"{name} alone tells the classes apart without error: it knows the answer", True


def _few(made: Split) -> Iterator[_Finding]:
    sides = {"held out": made.record.holdout_frauds, "left to train on": made.record.train_frauds}
    for name, number in sides.items():
        if number < FRAUDS:
            yield f"{number} frauds are {name}, fewer than {FRAUDS}", True


def _ranges(rows: _Rows) -> Iterator[_Finding]:
    for name in COLUMNS[:-1]:
        if not np.isfinite(rows.column(name)).all():
            yield f"{name} has values that are not finite", True
    for name in ("Amount", "Time"):
        number = int((rows.column(name) < 0).sum())
        if number:
            yield f"{name} is below zero in {number:,} rows", True
