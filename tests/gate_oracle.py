"""What the gate must answer, written without looking at the rule: fractions instead of scaled integers."""

import math
import random
from collections.abc import Iterator
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
