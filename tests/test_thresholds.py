"""What people may type as a threshold, and how exactly it is kept."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgate import thresholds
from mlgate.errors import UsageError


@pytest.mark.parametrize(
    ("said", "fraction"),
    [
        ("98.87", "0.9887"),
        ("98.87%", "0.9887"),
        ("0.9887", "0.9887"),
        ("98.876", "0.98876"),
        ("100", "1"),
        ("1%", "0.01"),
    ],
)
def test_accepted(said: str, fraction: str) -> None:
    assert thresholds.parse(said) == Decimal(fraction)


@pytest.mark.parametrize(
    "said",
    ["9887", "NaN", "98,87", "101", "1", "", "0", "-5", "inf", "1e2", "٩٨", "0.98876543219", "98.87%%", "--help"],
)
def test_refused(said: str) -> None:
    with pytest.raises(UsageError):
        thresholds.parse(said)


def oracle(text: str) -> Fraction | None:
    body = text.strip(" ").removesuffix("%").removesuffix(" ") if "%" in text else text.strip(" ")
    if not re.fullmatch(r"\d{1,3}(\.\d{1,20})?", body, re.ASCII):
        return None
    value = Fraction(body)
    if value == 1 and "%" not in text:
        return None
    share = value / 100 if "%" in text or value > 1 else value
    return share if 0 < share <= 1 and (share * 10**9).denominator == 1 else None


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=12), st.from_regex(r"\A\d{1,4}(\.\d{1,12})?%?\Z", fullmatch=True)))
def test_any_text_is_judged_as_the_oracle_does(said: str) -> None:
    try:
        got: Fraction | None = Fraction(thresholds.parse(said))
    except UsageError:
        got = None
    assert got == oracle(said)


@settings(deadline=None)
@given(st.integers(1, 10**9))
def test_what_is_stored_is_what_was_said(units: int) -> None:
    fraction = Decimal(units) / 10**9
    assert Decimal(thresholds.stored(fraction)) == fraction
    assert "." in thresholds.stored(fraction)
