"""The model card stands alone, is safe to open, and does not flatter."""

import re
from dataclasses import replace

import numpy as np
import pytest

from mlgate.evaluate.card import render
from mlgate.evaluate.metrics import measure
from mlgate.evaluate.report import Evidence
from mlgate.evaluate.run import Evaluation

LABEL = np.array([1] * 50 + [0] * 200)
FRAUD = np.array([0.9] * 45 + [0.1] * 5 + [0.2] * 200)


@pytest.fixture
def evidence(evaluated: Evaluation) -> Evidence:
    return replace(evaluated.evidence, data_source="csv:creditcard.csv")


def card(evidence: Evidence, label: "np.ndarray" = LABEL, fraud: "np.ndarray" = FRAUD) -> str:
    return render(measure(label, fraud), evidence, label, fraud)


def test_it_needs_nothing_else(evidence: Evidence) -> None:
    text = card(evidence)
    assert not re.search(r"""<(script|link|img|iframe|object)|@import|(src|href)=["'](?!#)|url\((?!#)""", text)


def test_it_fits_a_phone_and_a_dark_room(evidence: Evidence) -> None:
    text = card(evidence)
    assert 'name="viewport" content="width=device-width' in text
    assert "prefers-color-scheme:dark" in text
    assert "color-scheme:light dark" in text


def test_it_shows_matrix_curve_interval_and_baseline(evidence: Evidence) -> None:
    text = card(evidence)
    for number, says in ((45, "caught"), (5, "missed"), (200, "let through"), (0, "false alarm")):
        assert f">{number}<small>{says}</small>" in text
    assert text.count("<svg") == 1
    assert "between 95.404 % and 99.143 % (Wilson, 95 %): to pass a threshold above that would be luck" in text
    assert "would score 80.000 %: the gain is +18.000 percentage points" in text
    for name in ("image", "dataset", "holdout", "model", "wrapper", "notebook"):
        assert getattr(evidence, "image" if name == "image" else f"{name}_sha256") in text


def test_it_says_what_the_numbers_mean_outside_and_how_far_luck_goes(evidence: Evidence) -> None:
    text = card(evidence)
    assert "20.000 % of the hold-out are frauds; of real payments about 0.173 % are." in text
    assert '<td>accuracy of never saying fraud</td><td class="n">99.827 %</td>' in text
    assert "<td>recall at a precision of 90% or more</td>" in text
    assert re.search(r"<td>98.87 %</td><td class=\"n\">[0-9.]+%</td>", text)


def test_it_tells_what_the_checks_of_the_data_found(evidence: Evidence) -> None:
    assert "The checks of the data found nothing." in card(evidence)
    assert "<li>MG150 7 rows repeat others</li>" in card(
        replace(evidence, data_findings=("MG150 7 rows repeat others",))
    )


def test_synthetic_numbers_are_called_that(evidence: Evidence) -> None:
    assert "The transactions are synthetic" not in card(evidence)
    assert "The transactions are synthetic" in card(replace(evidence, data_source="synthetic"))


def test_a_perfect_score_promises_no_luck_but_keeps_its_interval(evidence: Evidence) -> None:
    text = card(evidence, LABEL, LABEL.astype(float))
    assert "between 98.487 % and 100.000 % (Wilson, 95 %)." in text


@pytest.mark.parametrize("label", [np.zeros(9, int), np.ones(9, int)], ids=["no fraud", "only fraud"])
def test_what_is_undefined_is_called_undefined(evidence: Evidence, label: "np.ndarray") -> None:
    text = card(evidence, label, np.full(9, 0.1))
    assert "undefined" in text
    assert "nan" not in re.sub(r"<svg.*</svg>", "", text, flags=re.DOTALL).lower().split()


def test_text_from_elsewhere_cannot_become_markup(evidence: Evidence) -> None:
    planted = "<script>alert(1)</script>"
    named = replace(evidence, model_name=planted, data_source=planted, libraries=(planted,), git_commit=planted)
    text = card(replace(named, data_findings=(planted,)))
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 6


def test_the_same_measurement_gives_the_same_card(evidence: Evidence) -> None:
    assert card(evidence) == card(evidence)
