"""What a hold-out can and cannot say: rates with their intervals, the real prevalence, and luck.

Every interval is Wilson's at 95 %.
"""

import math
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

import numpy as np
import numpy.typing as npt
from sklearn.metrics import precision_recall_curve

from mlgate.data.synthetic import FRAUD_RATE
from mlgate.evaluate.metrics import Metrics, wilson

REAL_PREVALENCE = FRAUD_RATE
"""Share of fraud in the public set, 492 of 284,807: what a bank sees, where a hold-out may be enriched."""

PRECISION = 0.90
THRESHOLDS = tuple(map(Decimal, ("0.93", "0.95", "0.97", "0.98", "0.9887", "0.99", "0.995", "0.999", "1")))


@dataclass(frozen=True, slots=True)
class Share:
    """A share in [0, 1] with the ends of its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """What the same two error rates mean at ``prevalence``; ``precision`` is ``None`` when nothing is called fraud.

    Assumes that frauds and legitimate rows of the hold-out are each like those outside. The ends put both rates at
    their worst and at their best, so together they hold in at least 90 % of cases.
    """

    prevalence: float
    precision: Share | None
    accuracy: Share
    baseline: float
    gain: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """``None`` where the hold-out lacks the rows to speak of. ``gain`` is accuracy above always saying the majority.

    ``recall_at_precision`` is the highest recall of any cut with a precision of at least ``PRECISION``; as the cut is
    chosen on the hold-out itself, it flatters a little. ``passing`` has a chance for each of ``THRESHOLDS``.
    """

    prevalence: float
    gain: float
    recall: Share | None
    precision: Share | None
    false_alarm_rate: Share | None
    recall_at_precision: Share | None
    real: Real | None
    passing: tuple[tuple[str, float], ...]


def describe(metrics: Metrics, label: npt.NDArray[np.int64], fraud: npt.NDArray[np.float64]) -> Statistics:
    """Statistics of a measurement; ``label`` and ``fraud`` have shape (n,)."""
    c = metrics.counts
    recall, alarms = _share(c.true_positive, c.frauds), _share(c.false_positive, c.total - c.frauds)
    return Statistics(
        prevalence=c.frauds / c.total,
        gain=metrics.accuracy - metrics.baseline,
        recall=recall,
        precision=_share(c.true_positive, c.true_positive + c.false_positive),
        false_alarm_rate=alarms,
        recall_at_precision=_recall_at(label, fraud, PRECISION),
        real=None if recall is None or alarms is None else at_prevalence(recall, alarms, REAL_PREVALENCE),
        passing=tuple((str(each), chance(c.correct, c.total, each)) for each in THRESHOLDS),
    )


def _share(part: int, whole: int) -> Share | None:
    return Share(part / whole, *wilson(part, whole)) if whole else None


def at_prevalence(recall: Share, alarms: Share, prevalence: float) -> Real:
    """Precision and accuracy re-weighted by the rates of true and of false alarms."""
    ends = ((recall.value, alarms.value), (recall.low, alarms.high), (recall.high, alarms.low))
    accuracy = Share(*(hit * prevalence + (1 - false) * (1 - prevalence) for hit, false in ends))
    called = recall.value + alarms.value > 0
    baseline = max(prevalence, 1 - prevalence)
    return Real(
        prevalence=prevalence,
        precision=Share(*(_precision(*each, prevalence) for each in ends)) if called else None,
        accuracy=accuracy,
        baseline=baseline,
        gain=accuracy.value - baseline,
    )


def _precision(hit: float, false: float, prevalence: float) -> float:
    return hit * prevalence / (hit * prevalence + false * (1 - prevalence))


def _recall_at(label: npt.NDArray[np.int64], fraud: npt.NDArray[np.float64], precision: float) -> Share | None:
    frauds = int(label.sum())
    if not frauds:
        return None
    precisions, recalls, _ = precision_recall_curve(label, fraud)
    # The last point of the curve is no cut: it stands for calling nothing fraud. One more or less is not lost to 0.9.
    reached = recalls[:-1][precisions[:-1] >= precision - 1e-12]
    return _share(round(float(reached.max()) * frauds), frauds) if len(reached) else None


def chance(correct: int, total: int, threshold: Decimal) -> float:
    """Probability that a run like this one, with other rows and another seed, meets ``threshold``.

    From Jeffreys' prior, Beta(1/2, 1/2), the true accuracy is Beta(correct + 1/2, wrong + 1/2); the number that such a
    run with as many held-out rows judges rightly is then beta-binomial, and this is its tail.
    """
    needed = int((threshold * total).to_integral_value(ROUND_CEILING))
    a, b = correct + 0.5, total - correct + 0.5
    right = np.arange(needed, total + 1)
    logs = [
        math.lgamma(total + 1) - math.lgamma(k + 1) - math.lgamma(total - k + 1)
        + _log_beta(k + a, total - k + b) - _log_beta(a, b)
        for k in right.tolist()
    ]  # fmt: skip
    return min(1.0, math.fsum(math.exp(each) for each in logs))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
