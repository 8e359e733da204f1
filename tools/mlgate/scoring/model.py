"""What scores: rows in, probabilities and the digest of the model that gave them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mlgate.errors import ToolFailed
from mlgate.scoring.transaction import Poison, Reason

Row = tuple[float, ...]


class Away(Exception):
    """The model does not answer now; the same question may be answered later."""


class Refused(Exception):
    """The model answers, and takes not one or several of the rows."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Probability of fraud of each row, in [0, 1], and the model's digest ``sha256:...``."""

    fraud: tuple[float, ...]
    digest: str


class Model(Protocol):
    """``names`` are the features of a row in their order."""

    @property
    def names(self) -> tuple[str, ...]: ...

    def score(self, rows: Sequence[Row]) -> Scores:
        """Score at least one row; raises ``Away``, ``Refused``, or ``ToolFailed`` for an answer that is none."""
        ...

    def close(self) -> None: ...


def probabilities(answer: object, rows: int) -> tuple[float, ...]:
    """Column 1 of an answer of shape (rows, 2); raises ``ToolFailed`` for anything but probabilities."""
    try:
        matrix = np.array(answer, dtype=float)
    except (ValueError, TypeError, OverflowError):
        raise ToolFailed(f"the model's answer is no table of numbers: {str(answer)[:200]}") from None
    if matrix.shape != (rows, 2):
        raise ToolFailed(f"the model answered with the shape {matrix.shape}, not ({rows}, 2)")
    # `all` of a comparison, so that NaN, which compares to nothing, fails it.
    if not ((matrix >= 0).all() and np.allclose(matrix.sum(axis=1), 1, rtol=0, atol=1e-6)):
        raise ToolFailed("the model's answer has rows that are no probabilities")
    return tuple(min(value, 1.0) for value in matrix[:, 1].tolist())


def probe(model: Model) -> Scores:
    """Ask about a row of zeros, which every model of these features takes; raises ``ToolFailed`` when it does not."""
    try:
        return model.score([(0.0,) * len(model.names)])
    except Refused as err:
        names = ", ".join(model.names)
        raise ToolFailed(f"the model refuses a row of {names}: {err}", fix="name the model's own features") from None


def judge(model: Model, rows: Sequence[Row]) -> list[tuple[float, str] | Poison]:
    """Probability and digest of each row, or the model's reason to refuse it, found by halving the rows.

    When the model refuses all, a row of zeros tells whether rows or model are to blame: a changed model must not send
    everything to the dead letters.
    """
    found = _halved(model, rows)
    if all(isinstance(each, Poison) for each in found):
        probe(model)
    return found


def _halved(model: Model, rows: Sequence[Row]) -> list[tuple[float, str] | Poison]:
    try:
        scores = model.score(rows)
    except Refused as err:
        if len(rows) == 1:
            return [Poison(Reason.REFUSED, " ".join(str(err).split())[:200])]
        middle = len(rows) // 2
        return _halved(model, rows[:middle]) + _halved(model, rows[middle:])
    return [(fraud, scores.digest) for fraud in scores.fraud]
