"""Metrics of a binary classifier, from integer counts wherever counts decide."""

import math
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, roc_auc_score

from mlgate import thresholds
from mlgate.errors import SettingsError

Z = 1.959963984540054
"""Normal quantile at 97.5 %, for 95 % intervals."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The confusion matrix; fraud is positive."""

    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int

    @property
    def total(self) -> int:
        return self.true_positive + self.false_positive + self.true_negative + self.false_negative

    @property
    def correct(self) -> int:
        return self.true_positive + self.true_negative

    @property
    def frauds(self) -> int:
        return self.true_positive + self.false_negative


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Fractions in [0, 1] (MCC in [-1, 1]); ``None`` where a metric is undefined, never NaN."""

    counts: Counts
    accuracy: float
    balanced_accuracy: float | None
    precision: float | None
    recall: float | None
    f1: float | None
    matthews_correlation: float | None
    average_precision: float | None
    roc_auc: float | None
    accuracy_interval: tuple[float, float]
    baseline: float


def count(label: npt.NDArray[np.int64], predicted: npt.NDArray[np.int64]) -> Counts:
    """Counts of two arrays of 0 and 1, shape (n,) each."""
    return Counts(
        int(((predicted == 1) & (label == 1)).sum()),
        int(((predicted == 1) & (label == 0)).sum()),
        int(((predicted == 0) & (label == 0)).sum()),
        int(((predicted == 0) & (label == 1)).sum()),
    )


def measure(label: npt.NDArray[np.int64], fraud: npt.NDArray[np.float64]) -> Metrics:
    """Measure fraud probabilities, shape (n,), against labels of 0 and 1; a row is called fraud above one half.

    Raises ``SettingsError`` when there is no row or a label is neither.
    """
    if not len(label) or not np.isin(label, (0, 1)).all():
        raise SettingsError("the hold-out has no rows, or labels other than 0 and 1", fix="run the split step again")
    both = 0 < label.sum() < len(label)
    c = count(label, (fraud > 0.5).astype(np.int64))
    recall = _ratio(c.true_positive, c.frauds)
    specificity = _ratio(c.true_negative, c.total - c.frauds)
    return Metrics(
        counts=c,
        accuracy=c.correct / c.total,
        balanced_accuracy=None if recall is None or specificity is None else (recall + specificity) / 2,
        precision=_ratio(c.true_positive, c.true_positive + c.false_positive),
        recall=recall,
        f1=_ratio(2 * c.true_positive, 2 * c.true_positive + c.false_positive + c.false_negative),
        matthews_correlation=_matthews(c),
        average_precision=float(average_precision_score(label, fraud)) if label.any() else None,
        roc_auc=float(roc_auc_score(label, fraud)) if both else None,
        accuracy_interval=wilson(c.correct, c.total),
        baseline=max(c.frauds, c.total - c.frauds) / c.total,
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _matthews(c: Counts) -> float | None:
    product = (
        (c.true_positive + c.false_positive)
        * (c.true_positive + c.false_negative)
        * (c.true_negative + c.false_positive)
        * (c.true_negative + c.false_negative)
    )
    if not product:
        return None
    return (c.true_positive * c.true_negative - c.false_positive * c.false_negative) / math.sqrt(product)


def wilson(correct: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (Wilson 1927), both ends in [0, 1]."""
    share = correct / total
    centre = share + Z * Z / (2 * total)
    spread = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
    scale = 1 + Z * Z / total
    # At the ends the formula gives 0 and 1 but for rounding.
    low = (centre - spread) / scale if correct else 0.0
    high = (centre + spread) / scale if correct < total else 1.0
    return low, high


def luck(correct: int, total: int, threshold: Decimal) -> str:
    """Say what a hold-out of ``total`` rows can tell about ``threshold``, a fraction."""
    low, high = wilson(correct, total)
    measured = f"{correct} of {total} is {correct / total:.2%}, 95 % interval {low:.2%} to {high:.2%}"
    said = thresholds.spoken(threshold)
    if threshold > Decimal(high):
        return f"{measured}: {said} is above it, so to pass there would be luck."
    if threshold > Decimal(low):
        return f"{measured}: {said} lies within, so a hold-out of this size cannot tell whether the model reaches it."
    return f"{measured}: the model reaches {said} beyond doubt."
