"""Parquet files: the same rows as in CSV are the same data set; what is wrong is named."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from mlgate.data import sources, synthetic
from mlgate.data.transactions import COLUMNS, canonical
from mlgate.errors import SettingsError

FRAME = synthetic.generate(seed=7, rows=200)
HASH = canonical(FRAME, "test").sha256


def load(path: Path, frame: pd.DataFrame) -> str:
    frame.to_parquet(path)
    return sources.load(f"parquet:{path}", seed=0).sha256


SAME: dict[str, Callable[[], pd.DataFrame]] = {
    "as it is": lambda: FRAME,
    "with Id": lambda: FRAME.assign(Id=range(200)),
    "Id as index": lambda: FRAME.assign(Id=range(200)).set_index("Id"),
    "Time as index": lambda: FRAME.set_index("Time"),
    "columns reversed": lambda: FRAME[list(reversed(COLUMNS))],
    "rows shuffled": lambda: FRAME.sample(frac=1, random_state=1),
    "numbers as text": lambda: FRAME.map(lambda value: repr(float(value))),
    "Class as category": lambda: FRAME.astype({"Class": "category"}),
    "Class as one byte": lambda: FRAME.astype({"Class": "int8"}),
}


@pytest.mark.parametrize("frame", SAME.values(), ids=SAME.keys())
def test_the_same_rows_are_the_same_data_set(tmp_path: Path, frame: Callable[[], pd.DataFrame]) -> None:
    assert load(tmp_path / "a.parquet", frame()) == HASH


def test_the_source_is_named_without_its_folder(tmp_path: Path) -> None:
    FRAME.to_parquet(tmp_path / "a.parquet")
    assert sources.load(f"parquet:{tmp_path / 'a.parquet'}", seed=0).source == "parquet:a.parquet"


BAD: dict[str, tuple[Callable[[], pd.DataFrame], str]] = {
    "column missing": (lambda: FRAME.drop(columns="V7"), "column V7 is missing"),
    "no rows": (lambda: FRAME.head(0), "there are no rows"),
    "missing value": (lambda: FRAME.assign(V4=FRAME["V4"].where(FRAME.index != 6)), "row 7: V4 is missing"),
    "missing class": (
        lambda: FRAME.assign(Class=FRAME["Class"].astype("Int64").where(FRAME.index != 2)),
        "row 3: Class",
    ),
    "infinity": (lambda: FRAME.assign(V4=float("inf")), "row 1: V4 is 'inf', not a finite number"),
    "booleans": (lambda: FRAME.astype({"Class": bool}), "row 1: Class is 'False', not a finite number"),
    "dates": (lambda: FRAME.assign(Time=pd.Timestamp("2026-01-01")), "row 1: Time is '2026-01-01"),
    "lists": (lambda: FRAME.assign(V1=pd.Series([[1.0]] * 200)), "row 1: V1 is"),
}


@pytest.mark.parametrize(("frame", "reason"), BAD.values(), ids=BAD.keys())
def test_refused_for_the_stated_reason(tmp_path: Path, frame: Callable[[], pd.DataFrame], reason: str) -> None:
    with pytest.raises(SettingsError, match=reason) as caught:
        load(tmp_path / "bad.parquet", frame())
    assert "bad.parquet" in str(caught.value)


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    table = pa.Table.from_pandas(FRAME)
    parquet.write_table(table.append_column("V1", table.column("V2")), tmp_path / "a.parquet")
    with pytest.raises(SettingsError, match="column V1 stands 2 times"):
        sources.load(f"parquet:{tmp_path / 'a.parquet'}", seed=0)


@pytest.mark.parametrize("content", [b"", b"Time,V1\n", b"PAR1", b"PAR1" + bytes(40) + b"PAR1"], ids=repr)
def test_what_is_no_parquet_is_one_message(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match="cannot be read as Parquet"):
        sources.load(f"parquet:{path}", seed=0)


def test_a_damaged_file_is_one_message(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    FRAME.to_parquet(path, compression="snappy")
    content = path.read_bytes()
    for at in range(4, len(content), len(content) // 40):
        path.write_bytes(content[:at] + bytes(64) + content[at + 64 :])
        try:
            sources.load(f"parquet:{path}", seed=0)
        except SettingsError:
            continue


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.parquet does not exist"):
        sources.load(f"parquet:{tmp_path / 'absent.parquet'}", seed=0)
    with pytest.raises(SettingsError, match="cannot be read as Parquet"):
        sources.load(f"parquet:{tmp_path}", seed=0)
