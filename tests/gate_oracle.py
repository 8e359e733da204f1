"""What the gate must answer, written without looking at the rule: fractions instead of scaled integers."""

import math
import random
from collections.abc import Iterator, Mapping
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

DIGEST = "sha256:" + "ab" * 32


def report(accuracy: Any, counts: Any, **more: Any) -> dict[str, Any]:
    """A ModelAccuracy that is right in everything but what is given."""
    return {
        "apiVersion": "ai.devops.demo/v1",
        "kind": "ModelAccuracy",
        "metadata": {"name": "fraud", "namespace": "demo-cicd"},
        "spec": {
            "modelName": "fraud-detection",
            "image": f"registry.example.com/fraud@{DIGEST}",
            "accuracy": accuracy,
            "counts": counts,
            "metrics": {},
            "evidence": {"datasetSha256": "a", "gitCommit": "b", "modelSha256": "c", "wrapperSha256": "d"},
            **more,
        },
    }


def counts(correct: int, total: int) -> dict[str, int]:
    """Confusion counts with the wanted number of correct answers."""
    wrong = total - correct
    return {
        "truePositive": correct // 3,
        "trueNegative": correct - correct // 3,
        "falsePositive": wrong // 2,
        "falseNegative": wrong - wrong // 2,
    }


def allowed(accuracy: Any, threshold: Any, correct: int, total: int) -> bool:
    """Is a report with this accuracy over these counts good enough?"""
    numbers = [value for value in (accuracy, threshold) if type(value) in (int, float) and math.isfinite(value)]
    if len(numbers) != 2 or not 0 <= accuracy <= 1 or not 0 < threshold <= 1:
        return False
    if abs(Fraction(repr(accuracy)) * total - correct) > Fraction(total, 10**9):
        return False
    required = Fraction(repr(threshold))
    return (required * 10**9).denominator == 1 and Fraction(correct, total) >= required


ODD: list[Any] = [None, "0.99", "80", "", "high", "NaN", True, False, [0.99], {"value": 0.99}, 80, 1.01, -0.1, -1, 2]


def pairs(seed: int, number: int) -> Iterator[tuple[Any, Any, int, int]]:
    """(accuracy, threshold, correct, total), many of them at and beside the threshold."""
    rng = random.Random(seed)  # noqa: S311 - test data, not a secret
    for _ in range(number):
        total = rng.choice([1, 3, 7, 100, 250, 1000, 12_500, 71_202, 10**9])
        threshold: Any = rng.choice([1.0, 1, 0.93, 0.98, 0.9887, 0.98876, 0.5, 0.999999999, 1e-9, 0.1])
        near = math.ceil(Fraction(repr(threshold)) * total) + rng.choice([-1, 0, 0, 1, -rng.randint(0, total)])
        correct = min(max(near, 0), total)
        accuracy: Any = correct / total
        kind = rng.random()
        if kind < 0.15:
            accuracy = rng.choice(ODD)
        elif kind < 0.25:
            accuracy = round(rng.random(), rng.randint(1, 6))
        elif kind < 0.35:
            threshold = rng.choice([*ODD, 0, 0.0, 0.12345678901])
        yield accuracy, threshold, correct, total


METRICS = ("averagePrecision", "matthewsCorrelation", "rocAuc")
SHARES = ("balancedAccuracy", "f1", "gain", "precision", "recall")
NAMES = (*METRICS, *SHARES, "accuracyLowerBound")


def wilson(correct: int, total: int) -> Decimal:
    """Lower end of the 95 % score interval, as the textbook writes it."""
    with localcontext(prec=60):
        squared = Decimal("3.841458820694124")
        share = Decimal(correct) / total
        spread = (squared * share * (1 - share) / total + squared**2 / (4 * Decimal(total) ** 2)).sqrt()
        return (share + squared / (2 * total) - spread) / (1 + squared / total)


def _mean(*shares: Fraction | None) -> Fraction | None:
    known = [share for share in shares if share is not None]
    return sum(known, Fraction(0)) / len(known) if len(known) == len(shares) else None


def share(name: str, n: Mapping[str, int]) -> Fraction | None:
    """A metric that follows from the counts; None where it is undefined."""
    hit, false_alarm, calm, missed = (
        n["truePositive"],
        n["falsePositive"],
        n["trueNegative"],
        n["falseNegative"],
    )
    recall = Fraction(hit, hit + missed) if hit + missed else None
    precision = Fraction(hit, hit + false_alarm) if hit + false_alarm else None
    specificity = Fraction(calm, calm + false_alarm) if calm + false_alarm else None
    harmonic = Fraction(2 * hit, 2 * hit + false_alarm + missed) if hit + false_alarm + missed else None
    gain = Fraction(hit + calm - max(hit + missed, calm + false_alarm), sum(n.values()))
    values = {"recall": recall, "precision": precision, "f1": harmonic, "gain": gain}
    return values[name] if name in values else _mean(recall, specificity)


def reaches(name: str, floor: Any, n: Mapping[str, int], metrics: Mapping[str, Any]) -> bool:
    """Does a report with these counts and metrics reach one minimum?"""
    if type(floor) not in (int, float) or not 0 < floor <= 1 or (Fraction(repr(floor)) * 10**9).denominator != 1:
        return False
    if name == "accuracyLowerBound":
        return wilson(n["truePositive"] + n["trueNegative"], sum(n.values())) >= Decimal(repr(floor))
    if name in SHARES:
        value = share(name, n)
        return value is not None and value >= Fraction(repr(floor))
    found: Any = metrics.get(name)
    return name in METRICS and type(found) in (int, float) and floor <= found <= 1


def floors(seed: int, number: int) -> Iterator[tuple[dict[str, Any], dict[str, int], dict[str, Any]]]:
    """(minimums, counts, metrics), many of the floors at and beside what the counts give."""
    rng = random.Random(seed)  # noqa: S311 - test data, not a secret
    for _ in range(number):
        size = rng.choice([1, 4, 20, 1000, 10**5, 2 * 10**8])
        n = {name: rng.randint(0, size) for name in ("truePositive", "falsePositive", "trueNegative", "falseNegative")}
        n["truePositive"] += not sum(n.values())
        name = rng.choice([*NAMES, "beauty"]) if rng.random() < 0.2 else rng.choice(NAMES)
        metrics = {
            other: rng.choice([0.5, 1.0, -0.5, 1, 1.5, "0.9", None, True]) for other in METRICS if rng.random() < 0.9
        }
        yield {name: _near(rng, name, n)}, n, metrics


def _near(rng: random.Random, name: str, n: Mapping[str, int]) -> Any:
    if rng.random() < 0.15:
        return rng.choice([0, -0.1, 1.5, 0.5, 1, 0.12345678901])
    at: Fraction | Decimal | None = Fraction(1, 2)
    if name in SHARES:
        at = share(name, n)
    if name == "accuracyLowerBound":
        at = wilson(n["truePositive"] + n["trueNegative"], sum(n.values()))
    units = math.floor((at or Fraction(1, 2)) * 10**9) + rng.choice([-1, 0, 0, 1, 1000])
    return min(max(units, 1), 10**9) / 10**9
