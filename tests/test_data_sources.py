"""CSV files: accepted by column name whatever their order, refused by name, row and column, never a traceback."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlgate.data import openml, sources, synthetic
from mlgate.data.transactions import COLUMNS, Transactions
from mlgate.errors import MlgateError, SettingsError, ToolFailed

FRAME = synthetic.generate(seed=7, rows=200)
TEXT = FRAME.to_csv(index=False)
HEADER, *ROWS = TEXT.splitlines()


def load(path: Path, text: str) -> Transactions:
    path.write_text(text)
    return sources.load(f"csv:{path}", seed=0)


def cell(row: int, column: str, value: str) -> str:
    """The good file with one value replaced; ``row`` counts from 1."""
    lines = list(ROWS)
    fields = lines[row - 1].split(",")
    fields[COLUMNS.index(column)] = value
    lines[row - 1] = ",".join(fields)
    return "\n".join([HEADER, *lines])


def quoted() -> str:
    return "\n".join(",".join(f'"{field}"' for field in line.split(",")) for line in TEXT.splitlines())


def quoted_class() -> str:
    return FRAME.assign(Class=FRAME["Class"].map("'{}'".format)).to_csv(index=False)


def with_id() -> str:
    return FRAME.assign(Id=range(200))[["Id", *COLUMNS]].to_csv(index=False)


SAME: dict[str, Callable[[], str]] = {
    "quoted": quoted,
    "class in single quotes": quoted_class,
    "with Id": with_id,
    "columns reversed": lambda: FRAME[list(reversed(COLUMNS))].to_csv(index=False),
    "rows shuffled": lambda: FRAME.sample(frac=1, random_state=1).to_csv(index=False),
    "blank lines": lambda: TEXT.replace("\n", "\n\n"),
    "Windows lines": lambda: TEXT.replace("\n", "\r\n"),
    "byte order mark": lambda: "\ufeff" + TEXT,
    "class as 1.0": lambda: FRAME.assign(Class=FRAME["Class"].astype(float)).to_csv(index=False),
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME.keys())
def test_the_same_rows_in_another_dress_are_the_same_data_set(tmp_path: Path, text: Callable[[], str]) -> None:
    plain = load(tmp_path / "a.csv", TEXT)
    other = load(tmp_path / "b.csv", text())
    assert other.sha256 == plain.sha256
    pd.testing.assert_frame_equal(other.frame, plain.frame)


def test_one_changed_digit_is_another_data_set(tmp_path: Path) -> None:
    first = ROWS[0].split(",")[COLUMNS.index("V1")]
    changed = cell(1, "V1", str(float(first) + 1e-9))
    assert load(tmp_path / "a.csv", changed).sha256 != load(tmp_path / "b.csv", TEXT).sha256


BAD = {
    "column missing": (FRAME.drop(columns="V7").to_csv(index=False), "column V7 is missing"),
    "column twice": ("\n".join(f"{line},{line.split(',')[1]}" for line in TEXT.splitlines()), "V1 stands 2 times"),
    "no header": ("\n".join(ROWS), "column Time is missing"),
    "header only": (HEADER, "there are no rows"),
    "empty file": ("", "cannot be read as CSV"),
    "one field too many in every row": (
        "\n".join([HEADER, *(f"{line},0" for line in ROWS)]),
        "more fields than the header",
    ),
    "one field too many in one row": ("\n".join([HEADER, *ROWS[:9], ROWS[9] + ",0"]), "cannot be read as CSV"),
    "short row": ("\n".join([HEADER, *ROWS[:4], "1,2,3"]), "row 5: V3 is missing"),
    "text": (cell(5, "V4", "abc"), "row 5: V4 is 'abc', not a finite number"),
    "blank": (cell(6, "V4", ""), "row 6: V4 is missing"),
    "NaN": (cell(7, "V4", "NaN"), "row 7: V4 is missing"),
    "infinity": (cell(8, "V4", "inf"), "row 8: V4 is 'inf', not a finite number"),
    "too large": (cell(9, "V4", "1e999"), "row 9: V4 is 'inf', not a finite number"),
    "True": (cell(3, "Amount", "True"), "row 3: Amount is 'True', not a finite number"),
    "underscore": (cell(3, "Amount", "1_000"), "row 3: Amount is '1_000', not a finite number"),
    "decimal comma": (cell(3, "Amount", '"1,5"'), "row 3: Amount is '1,5', not a finite number"),
    "Class 2": (cell(4, "Class", "2"), "row 4: Class is 2, not 0 or 1"),
    "Class 0.5": (cell(4, "Class", "0.5"), "row 4: Class is 0.5, not 0 or 1"),
    "one class only": (
        FRAME[FRAME["Class"] == 0].to_csv(index=False),
        "every row has Class 0; both classes are needed",
    ),
    "another separator": (TEXT.replace(",", ";"), "column Time is missing"),
}


@pytest.mark.parametrize(("text", "reason"), BAD.values(), ids=BAD.keys())
def test_refused_for_the_stated_reason(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "bad.csv"
    with pytest.raises(SettingsError, match=re.escape(reason)) as caught:
        load(path, text)
    assert str(path) in str(caught.value)


def test_a_column_of_booleans_is_no_column_of_numbers(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="row 1: Class is 'False'"):
        load(tmp_path / "bad.csv", FRAME.assign(Class=FRAME["Class"].astype(bool)).to_csv(index=False))


@pytest.mark.parametrize("source", ["", "csv:", "csv", "https://example.com/x.csv", "csv:~no-such-user/x", "csv:a\0b"])
def test_a_wrong_source_is_refused(source: str) -> None:
    with pytest.raises(SettingsError):
        sources.load(source, seed=0)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.csv does not exist"):
        sources.load(f"csv:{tmp_path / 'absent.csv'}", seed=0)
    with pytest.raises(SettingsError, match="cannot be read as CSV"):
        sources.load(f"csv:{tmp_path}", seed=0)


def test_a_file_is_read_as_text_whatever_its_name_promises(tmp_path: Path) -> None:
    assert load(tmp_path / "plain.zip", TEXT).sha256 == load(tmp_path / "plain.csv", TEXT).sha256


_FIELD = st.one_of(
    st.text(max_size=6),
    st.floats(width=32).map(repr),
    st.sampled_from(["", "0", "1", '"', "'1'", "NaN", "None", "1e309", "\0", "\r", "-", "0x1", "99999999999999999999"]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
        st.lists(_FIELD, min_size=1, max_size=40).map(
            lambda fields: "\n".join([HEADER, *ROWS[:2], ",".join(fields)]).encode("utf-8", "replace")
        ),
    )
)
def test_any_file_is_loaded_or_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(text)
    try:
        loaded = sources.load(f"csv:{path}", seed=0)
    except SettingsError:
        return
    assert set(loaded.frame["Class"]) == {0, 1}


def test_openml_without_a_network_is_one_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # A proxy that refuses every connection, so the machine's own network cannot decide this test.
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    monkeypatch.setattr("sklearn.datasets._openml.time.sleep", lambda _: None, raising=False)
    with pytest.raises(ToolFailed, match="OpenML could not be read") as caught:
        sources.load("openml", seed=0)
    assert "csv:PATH" in caught.value.fix


def test_the_openml_frame_is_checked_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    arff = FRAME.assign(Class=FRAME["Class"].map("'{}'".format).astype("category"))
    monkeypatch.setattr(openml, "fetch", lambda: arff)
    assert sources.load("openml", seed=0).source == "openml"
    monkeypatch.setattr(openml, "fetch", lambda: arff.drop(columns="Time"))
    with pytest.raises(MlgateError, match="openml: column Time is missing"):
        sources.load("openml", seed=0)


@pytest.mark.skipif("DATA" not in os.environ, reason="DATA names no real data set; the synthetic one covers the code")
def test_the_real_transactions_load() -> None:
    loaded = sources.load(f"csv:{os.environ['DATA']}", seed=0)
    assert loaded.frame["Class"].value_counts().to_dict().keys() == {0, 1}
    assert "/" not in loaded.source
