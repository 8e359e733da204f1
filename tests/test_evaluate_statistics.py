"""Statistics that keep a good number from promising too much, against published and simulated values."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgate.evaluate.metrics import measure, wilson
from mlgate.evaluate.statistics import REAL_PREVALENCE, THRESHOLDS, Share, Statistics, at_prevalence, chance, describe


def measured(tp: int, fp: int, tn: int, fn: int) -> Statistics:
    label = np.array([1] * (tp + fn) + [0] * (fp + tn))
    fraud = np.array([0.9] * tp + [0.1] * fn + [0.9] * fp + [0.1] * tn)
    return describe(measure(label, fraud), label, fraud)


def test_a_good_model_on_an_enriched_hold_out_loses_to_never_fraud_outside() -> None:
    real = measured(910, 56, 9_944, 90).real
    assert real is not None
    assert real.precision is not None
    assert real.prevalence == pytest.approx(0.00173, abs=1e-5)
    assert real.precision.value == pytest.approx(0.22, abs=0.005)
    assert real.accuracy.value == pytest.approx(0.9942, abs=1e-4)
    assert real.baseline == pytest.approx(0.9983, abs=5e-5)
    assert real.gain < 0


def test_at_the_hold_outs_own_prevalence_nothing_changes() -> None:
    label = np.array([1] * 50 + [0] * 200)
    metrics = measure(label, np.array([0.9] * 45 + [0.1] * 5 + [0.9] * 4 + [0.1] * 196))
    real = at_prevalence(Share(0.9, 0.8, 0.95), Share(0.02, 0.01, 0.05), 0.2)
    assert real.accuracy.value == pytest.approx(metrics.accuracy)
    assert real.precision is not None
    assert real.precision.value == pytest.approx(metrics.precision)


def test_no_false_alarm_seen_is_no_promise_that_there_is_none() -> None:
    real = measured(45, 0, 200, 5).real
    assert real is not None
    assert real.precision is not None
    assert real.precision.value == 1
    assert real.precision.low < 0.1


def test_never_fraud_gains_nothing_anywhere() -> None:
    found = measured(0, 0, 200, 50)
    assert found.gain == 0
    assert found.precision is None
    assert found.real is not None
    assert found.real.gain == pytest.approx(0)
    assert found.real.precision is None


def test_rates_have_wilsons_intervals() -> None:
    found = measured(45, 5, 195, 5)
    assert found.recall == Share(0.9, *wilson(45, 50))
    assert found.precision == Share(0.9, *wilson(45, 50))
    assert found.false_alarm_rate == Share(0.025, *wilson(5, 200))
    assert found.prevalence == 0.2


def test_recall_at_precision_takes_the_best_cut() -> None:
    label = np.array([1] * 10 + [0] * 11)
    fraud = np.array([0.9] * 9 + [0.2] + [0.3] + [0.1] * 10)
    found = describe(measure(label, fraud), label, fraud)
    # Down to 0.2 all ten are caught with one false alarm: 10 of 11 is above 0.9.
    assert found.recall_at_precision == Share(1.0, *wilson(10, 10))
    fraud[11] = 0.3
    found = describe(measure(label, fraud), label, fraud)
    assert found.recall_at_precision == Share(0.9, *wilson(9, 10))


def test_recall_at_exactly_nine_of_ten_counts() -> None:
    assert measured(9, 1, 90, 0).recall_at_precision == Share(1.0, *wilson(9, 9))


def test_a_precision_that_no_cut_reaches_is_undefined() -> None:
    label, fraud = np.array([1, 0, 0]), np.array([0.1, 0.5, 0.9])
    assert describe(measure(label, fraud), label, fraud).recall_at_precision is None


@pytest.mark.parametrize("value", [0, 1])
def test_a_hold_out_of_one_class_has_no_rates_to_reweigh(value: int) -> None:
    label = np.full(9, value)
    found = describe(measure(label, np.full(9, 0.1)), label, np.full(9, 0.1))
    assert found.real is None
    assert (found.recall is None) is (value == 0)
    assert (found.false_alarm_rate is None) is (value == 1)


@pytest.mark.parametrize(("correct", "threshold"), [(244, "0.98"), (244, "0.97"), (238, "0.9887"), (250, "1")])
def test_the_chance_is_that_of_simulated_runs(correct: int, threshold: str) -> None:
    rng = np.random.default_rng(7)
    runs = rng.binomial(250, rng.beta(correct + 0.5, 250 - correct + 0.5, 200_000))
    passed = (runs >= float(threshold) * 250).mean()
    assert chance(correct, 250, Decimal(threshold)) == pytest.approx(passed, abs=0.005)


@settings(max_examples=60, deadline=None)
@given(total=st.integers(1, 400), share=st.floats(0, 1))
def test_chances_are_probabilities_that_fall_with_the_threshold(total: int, share: float) -> None:
    found = [chance(round(share * total), total, each) for each in (Decimal("0.000000001"), *THRESHOLDS)]
    assert all(0 <= each <= 1 for each in found)
    assert found == sorted(found, reverse=True)
    assert chance(round(share * total), total, Decimal(0)) == pytest.approx(1)


def test_the_real_prevalence_is_the_public_sets() -> None:
    assert pytest.approx(492 / 284_807) == REAL_PREVALENCE
