"""Rows in order and rows that are equal: what pandas says of the same rows, and the digests of earlier versions."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgate.data import columns, csvfile, sources, synthetic
from mlgate.data.order import order
from mlgate.data.transactions import COLUMNS, canonical

TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.tuples(*[st.integers(0, 2).map(float)] * width), min_size=0, max_size=30)
)


@settings(max_examples=200, deadline=None)
@given(rows=TABLES)
def test_rows_come_in_order_and_equal_ones_together(rows: list[tuple[float, ...]]) -> None:
    frame = pd.DataFrame(rows, columns=range(len(rows[0]) if rows else 1), dtype=np.float64)
    found = order(frame[name].to_numpy() for name in frame)
    assert [tuple(row) for row in frame.iloc[found.rows].to_numpy()] == sorted(rows)
    assert sorted(found.equal) == np.flatnonzero(frame.duplicated(keep=False)).tolist()
    groups = {number: {rows[row] for row in found.equal[found.group == number]} for number in found.group}
    assert all(len(group) == 1 for group in groups.values())
    assert len(groups) == sum(times > 1 for times in Counter(rows).values())


def test_a_later_column_is_not_asked_for_where_none_is_equal() -> None:
    def given_columns() -> object:
        yield np.array([3.0, 1.0, 2.0])
        raise AssertionError

    assert order(given_columns()).rows.tolist() == [1, 2, 0]  # type: ignore[arg-type]


FRAME = synthetic.generate(seed=7, rows=1_000)
FRAME = pd.concat([FRAME, FRAME.assign(V9=1 / 3, Amount=1e-300), FRAME[:7]], ignore_index=True)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_many_small_pieces_are_the_same_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    file = tmp_path / f"rows.{kind}"
    (FRAME.to_csv if kind == "csv" else FRAME.to_parquet)(file, index=False)
    monkeypatch.setattr(csvfile, "AT_ONCE", 13)
    monkeypatch.setattr("mlgate.data.parquet._AT_ONCE", 13)
    monkeypatch.setattr("mlgate.data.transactions._AT_ONCE", 13)
    assert sources.load(f"{kind}:{file}", seed=0).sha256 == _sha256(FRAME)


def _sha256(frame: pd.DataFrame) -> str:
    """As the first version made it: everything at once, by pandas."""
    import hashlib

    values = (frame[list(COLUMNS)].astype(np.float64) + 0.0).sort_values(list(COLUMNS)).to_numpy(dtype="<f8")
    return hashlib.sha256(",".join(COLUMNS).encode() + b"\n" + np.ascontiguousarray(values).tobytes()).hexdigest()


def test_the_hash_is_that_of_the_first_version() -> None:
    assert canonical(FRAME, "test").sha256 == _sha256(FRAME)


def test_a_wrong_row_of_a_later_piece_is_counted_from_the_first() -> None:
    blocks = [FRAME[:5], FRAME[5:9].assign(V4=[0.0, 0.0, np.nan, 0.0])]
    with pytest.raises(Exception, match="row 8: V4 is missing"):
        columns.gathered(blocks, "test", most=9)


@pytest.mark.parametrize("most", [0, 1, 4, len(FRAME), 10**6])
def test_no_guess_of_the_number_of_rows_changes_them(most: int) -> None:
    found = columns.gathered([FRAME[:3], FRAME[3:]], "test", most=most)
    assert all(np.array_equal(found[name], FRAME[name]) for name in COLUMNS)


def test_what_is_written_reads_back_as_the_same_numbers(tmp_path: Path) -> None:
    odd = [0.1, -0.0, 5e-324, 1.7976931348623157e308, 1 / 3, 1e22, 123456789.123456789, -1e-7]
    frame = FRAME[:8].assign(V1=odd, Class=[0, 1] * 4)
    csvfile.write(frame, tmp_path / "rows.csv")
    back = pd.read_csv(tmp_path / "rows.csv", dtype=np.float64)
    assert back.to_numpy().tobytes() == frame.to_numpy(dtype=np.float64).tobytes()
    assert list(back.columns) == list(frame.columns)
