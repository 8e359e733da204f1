"""The split: stratified, repeatable, disjoint, complete, recorded, and the hold-out sealed elsewhere."""

import json
import os
import re
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgate.data import sources, synthetic
from mlgate.data.split import HOLDOUT_FILE, RECORD_FILE, read_record, split, write
from mlgate.data.transactions import COLUMNS, Transactions, canonical
from mlgate.errors import SettingsError

FRAME = synthetic.generate(seed=11, rows=400)
DATA = canonical(FRAME, "test")
QUARTER = Decimal("0.25")


def both(data: Transactions, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    made = split(data, holdout=QUARTER, seed=seed)
    return made.train, made.holdout


@settings(max_examples=30, deadline=None)
@given(holdout=st.decimals("0.15", "0.85", places=3), seed=st.integers(0, 2**32 - 1))
def test_the_sides_are_disjoint_complete_and_stratified(holdout: Decimal, seed: int) -> None:
    made = split(DATA, holdout=holdout, seed=seed)
    together = canonical(pd.concat([made.train, made.holdout]), "test")
    assert together.sha256 == DATA.sha256
    for value in (0, 1):
        number = int((DATA.frame["Class"] == value).sum())
        assert int((made.holdout["Class"] == value).sum()) == round(number * holdout)


def test_two_runs_are_equal_and_another_seed_is_not() -> None:
    for one, other in zip(both(DATA), both(DATA), strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert not both(DATA, seed=1)[1].equals(both(DATA, seed=2)[1])


def test_defect_12_the_order_of_rows_in_the_file_decides_nothing() -> None:
    shuffled = canonical(FRAME.sample(frac=1, random_state=3), "test")
    for one, other in zip(both(DATA), both(shuffled), strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_by_time_the_latest_rows_are_held_out() -> None:
    made = split(DATA, holdout=QUARTER, seed=1, method="time")
    assert made.record.method == "time"
    assert len(made.holdout) == 100
    assert made.train["Time"].max() <= made.holdout["Time"].min()
    assert canonical(pd.concat([made.train, made.holdout]), "test").sha256 == DATA.sha256


def test_by_time_neither_the_order_of_the_file_nor_the_seed_decides_anything() -> None:
    crowded = FRAME.assign(Time=FRAME["Time"] // 40_000)
    one = split(canonical(crowded, "test"), holdout=QUARTER, seed=1, method="time")
    shuffled = canonical(crowded.sample(frac=1, random_state=3), "test")
    other = split(shuffled, holdout=QUARTER, seed=2, method="time")
    pd.testing.assert_frame_equal(one.holdout, other.holdout)
    pd.testing.assert_frame_equal(one.train, other.train)


@pytest.mark.parametrize(("first", "last"), [(1, 0), (0, 1)], ids=["all held out legitimate", "all trained legitimate"])
def test_by_time_a_side_of_one_class_is_refused(first: int, last: int) -> None:
    rows = FRAME.sort_values("Time").assign(Class=[first] * 300 + [last] * 100)
    with pytest.raises(SettingsError, match="not of both classes"):
        split(canonical(rows, "test"), holdout=QUARTER, seed=1, method="time")


def test_another_method_is_refused() -> None:
    with pytest.raises(SettingsError, match="split is 'latest', not stratified or time"):
        split(DATA, holdout=QUARTER, seed=1, method="latest")


def test_duplicates_are_counted_within_and_across() -> None:
    copies = pd.concat([FRAME, FRAME[FRAME["Class"] == 0].assign(Time=lambda frame: frame["Time"] + 1)])
    made = split(canonical(copies, "test"), holdout=QUARTER, seed=1)
    features = list(COLUMNS[1:-1])
    seen = set(map(tuple, made.train[features].to_numpy()))
    across = sum(tuple(row) in seen for row in made.holdout[features].to_numpy())
    assert made.record.duplicates_within == len(FRAME[FRAME["Class"] == 0])
    assert made.record.duplicates_across == across > 0
    assert split(DATA, holdout=QUARTER, seed=1).record.duplicates_across == 0


def test_written_and_read_back(tmp_path: Path) -> None:
    made = split(DATA, holdout=QUARTER, seed=1)
    write(made, train_csv=tmp_path / "train" / "data" / "creditcard.csv", sealed=tmp_path / "sealed")
    assert read_record(tmp_path / "sealed") == made.record
    trained = pd.read_csv(
        tmp_path / "train" / "data" / "creditcard.csv", dtype=dict.fromkeys(COLUMNS[:-1], str)
    ).astype(made.train.dtypes)
    pd.testing.assert_frame_equal(trained, made.train)
    sealed = pd.read_csv(tmp_path / "sealed" / HOLDOUT_FILE, dtype=dict.fromkeys(COLUMNS[:-1], str)).astype(
        made.train.dtypes
    )
    pd.testing.assert_frame_equal(sealed, made.holdout)
    assert not list((tmp_path / "train").rglob(HOLDOUT_FILE))


def test_two_writes_are_equal_to_the_byte(tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder = tmp_path / name
        write(split(DATA, holdout=QUARTER, seed=1), train_csv=folder / "train.csv", sealed=folder)
    for name in ("train.csv", HOLDOUT_FILE, RECORD_FILE):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_record_names_what_was_done(tmp_path: Path) -> None:
    write(split(DATA, holdout=QUARTER, seed=1), train_csv=tmp_path / "train.csv", sealed=tmp_path)
    record = json.loads((tmp_path / RECORD_FILE).read_text())
    assert record["dataset_sha256"] == DATA.sha256
    assert (record["seed"], record["holdout_fraction"], record["source"]) == (1, "0.25", "test")
    assert record["train_rows"] + record["holdout_rows"] == 400
    assert record["train_frauds"] + record["holdout_frauds"] == int(FRAME["Class"].sum())
    assert re.fullmatch("[0-9a-f]{64}", record["holdout_sha256"])


@pytest.mark.parametrize("holdout", ["0", "1", "-0.5", "1.5", "NaN", "Infinity", "0.01"])
def test_a_fraction_that_leaves_a_side_empty_is_refused(holdout: str) -> None:
    with pytest.raises(SettingsError, match=r"not a fraction|too few"):
        split(DATA, holdout=Decimal(holdout), seed=1)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(SettingsError, match="seed is -1"):
        split(DATA, holdout=QUARTER, seed=-1)


def test_a_record_that_cannot_be_read_is_one_message(tmp_path: Path) -> None:
    (tmp_path / RECORD_FILE).write_text('{"seed": 1}')
    with pytest.raises(SettingsError, match=r"split\.json: cannot be read"):
        read_record(tmp_path)


@pytest.mark.skipif("DATA" not in os.environ, reason="DATA names no real data set; the synthetic one covers the code")
def test_a_quarter_of_the_real_transactions() -> None:
    made = split(sources.load(f"csv:{os.environ['DATA']}", seed=0), holdout=QUARTER, seed=2020)
    assert made.record.holdout_rows == pytest.approx((made.record.train_rows + made.record.holdout_rows) / 4, abs=1)
