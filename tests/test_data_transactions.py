"""The canonical form: one identity for the same rows, whatever their order."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgate.data import synthetic
from mlgate.data.transactions import COLUMNS, canonical

FRAME = synthetic.generate(seed=3, rows=150)
HASH = canonical(FRAME, "test").sha256


@settings(max_examples=40, deadline=None)
@given(order=st.permutations(range(len(FRAME))))
def test_any_order_of_rows_has_the_same_hash_and_frame(order: list[int]) -> None:
    shuffled = canonical(FRAME.iloc[order], "test")
    assert shuffled.sha256 == HASH
    pd.testing.assert_frame_equal(shuffled.frame, canonical(FRAME, "test").frame)


@settings(max_examples=40, deadline=None)
@given(row=st.integers(0, 149), column=st.sampled_from(COLUMNS))
def test_any_changed_value_changes_the_hash(row: int, column: str) -> None:
    changed = FRAME.copy()
    changed[column] = [value + (number == row) for number, value in enumerate(changed[column])]
    assert canonical(changed, "test").sha256 != HASH


def test_a_doubled_row_changes_the_hash() -> None:
    assert canonical(pd.concat([FRAME, FRAME.iloc[:1]]), "test").sha256 != HASH


def test_minus_zero_is_zero() -> None:
    plus, minus = FRAME.assign(V1=0.0), FRAME.assign(V1=-0.0)
    assert np.signbit(minus["V1"]).all()
    assert canonical(plus, "test").sha256 == canonical(minus, "test").sha256


def test_the_hash_is_the_one_of_earlier_versions() -> None:
    rows = pd.DataFrame(np.arange(62.0).reshape(2, 31), columns=list(COLUMNS)).assign(Class=[1, 0])
    assert canonical(rows, "test").sha256 == "03709284477011f2074b41a6032fb26bf9ce9c60f0f6b55e48ea35d6e0ee0cff"


def test_columns_are_typed_and_in_order() -> None:
    frame = canonical(FRAME[list(reversed(COLUMNS))], "test").frame
    assert tuple(frame.columns) == COLUMNS
    assert set(map(str, frame.dtypes[:-1])) == {"float64"}
    assert str(frame["Class"].dtype) == "int64"
