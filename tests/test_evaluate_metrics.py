"""Metrics against scikit-learn, Wilson's interval against published values and its own equation."""

import dataclasses
import math
import warnings
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from mlgate.errors import SettingsError
from mlgate.evaluate.metrics import Counts, Z, count, luck, measure, wilson

ROWS = st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1, allow_subnormal=False)), min_size=1, max_size=30)


@settings(max_examples=50, deadline=None)
@given(ROWS)
@example([(0, 0.5), (1, 0.5)])
@example([(1, 1.0), (1, 0.0)])
@example([(0, 0.0)])
def test_every_metric_is_scikit_learns_or_undefined(rows: list[tuple[int, float]]) -> None:
    label = np.array([row[0] for row in rows])
    fraud = np.array([row[1] for row in rows])
    called = (fraud > 0.5).astype(int)
    got = measure(label, fraud)
    tn, fp, fn, tp = reference.confusion_matrix(label, called, labels=[0, 1]).ravel()
    assert got.counts == Counts(tp, fp, tn, fn) == count(label, called)
    assert got.accuracy == reference.accuracy_score(label, called)
    assert got.baseline == reference.accuracy_score(label, np.full(len(label), np.median(label) > 0.5, dtype=int))
    expected = {
        "precision": reference.precision_score(label, called) if called.any() else None,
        "recall": reference.recall_score(label, called) if label.any() else None,
        "f1": reference.f1_score(label, called) if label.any() or called.any() else None,
        "balanced_accuracy": reference.balanced_accuracy_score(label, called) if 0 < label.sum() < len(rows) else None,
        "average_precision": reference.average_precision_score(label, fraud) if label.any() else None,
        "roc_auc": reference.roc_auc_score(label, fraud) if 0 < label.sum() < len(rows) else None,
        "matthews_correlation": reference.matthews_corrcoef(label, called)
        if 0 < label.sum() < len(rows) and 0 < called.sum() < len(rows)
        else None,
    }
    for name, value in expected.items():
        assert getattr(got, name) == (None if value is None else pytest.approx(value, abs=1e-12)), name


@given(ROWS)
def test_nothing_is_ever_nan_nor_warned_about(rows: list[tuple[int, float]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = measure(np.array([row[0] for row in rows]), np.array([row[1] for row in rows]))
    numbers = [value for value in dataclasses.asdict(got).values() if isinstance(value, float)]
    assert numbers
    assert all(-1 <= number <= 1 for number in numbers)


def test_a_half_is_not_called_fraud() -> None:
    assert measure(np.array([1, 0]), np.array([0.5, np.nextafter(0.5, 1)])).counts == Counts(0, 1, 0, 1)


def test_counts_are_plain_integers_of_any_size() -> None:
    counts = measure(np.array([1, 0]), np.array([0.9, 0.1])).counts
    assert {type(value) for value in dataclasses.astuple(counts)} == {int}


@pytest.mark.parametrize("label", [[], [2], [0, 1, -1]], ids=str)
def test_a_hold_out_that_measures_nothing_is_refused(label: list[int]) -> None:
    with pytest.raises(SettingsError, match="no rows, or labels other than 0 and 1"):
        measure(np.array(label, dtype=int), np.full(len(label), 0.5))


@pytest.mark.parametrize(
    ("correct", "total", "low", "high"),
    [
        (238, 250, 0.918, 0.972),
        (240, 250, 0.928, 0.978),
        (243, 250, 0.943, 0.986),
        (247, 250, 0.965, 0.996),
        (250, 250, 0.985, 1.0),
        (45, 50, 0.786, 0.957),
        (0, 10, 0.0, 0.278),
        (1, 1, 0.207, 1.0),
    ],
)
def test_wilson_has_the_known_values(correct: int, total: int, low: float, high: float) -> None:
    got = wilson(correct, total)
    assert [round(value, 3) for value in got] == [low, high]


@given(st.integers(1, 300_000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_wilsons_ends_are_where_the_score_test_turns(pair: tuple[int, int]) -> None:
    correct, total = pair
    share = correct / total
    low, high = wilson(correct, total)
    assert 0 <= low <= share <= high <= 1
    for end in (low, high):
        if 0 < end < 1:
            assert abs(share - end) == pytest.approx(Z * math.sqrt(end * (1 - end) / total), rel=1e-6, abs=1e-9)


def test_all_right_reaches_exactly_one() -> None:
    assert wilson(250, 250)[1] == 1
    assert wilson(0, 250)[0] == 0


@pytest.mark.parametrize(
    ("threshold", "says"),
    [
        ("0.9887", "245 of 250 is 98.00%, 95 % interval 95.40% to 99.14%: 98.87 % lies within"),
        ("1", "100 % is above it, so to pass there would be luck"),
        ("0.992", "99.2 % is above it"),
        ("0.93", "the model reaches 93 % beyond doubt"),
    ],
)
def test_luck_is_called_by_its_name(threshold: str, says: str) -> None:
    assert says in luck(245, 250, Decimal(threshold))
