"""New data are held to the last accepted ones: what moved is found, chance is not, and a person can accept it."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlgate.cli import main
from mlgate.data import REFERENCE_FILE, drift, synthetic
from mlgate.data.split import read_record
from mlgate.errors import SettingsError
from mlgate.results import Status

OLD = synthetic.generate(seed=1, rows=20_000)
NEW = synthetic.generate(seed=2, rows=10_000)
KEPT = drift.reference(OLD)


def found(frame: pd.DataFrame, kept: drift.Reference = KEPT) -> dict[str, tuple[str, bool]]:
    """Code to message and whether it denies, of everything that says something."""
    told = [each for each in drift.check(frame, kept, "test") if each.message]
    return {each.code: (each.message, each.status is Status.INVALID) for each in told}


def frauds(times: int) -> pd.DataFrame:
    more = NEW[NEW["Class"] == 1]
    return pd.concat([NEW, *[more] * (times - 1)])


def test_other_rows_of_the_same_kind_say_nothing() -> None:
    results = drift.check(NEW, KEPT, "test")
    assert [(each.code, each.message) for each in results] == [("MG156", ""), ("MG157", "")]


CASES: dict[str, tuple[Callable[[], pd.DataFrame], str, str, bool]] = {
    "cents for euros": (lambda: NEW.assign(Amount=NEW["Amount"] * 100), "MG156", "Amount lies differently", True),
    "a column moved": (lambda: NEW.assign(V3=NEW["V3"] + 1), "MG156", "V3 lies differently", True),
    "a little": (lambda: NEW.assign(V3=NEW["V3"] + 0.4), "MG156", "V3 lies differently", False),
    "a constant": (lambda: NEW.assign(V9=0.0), "MG156", "V9 lies differently", True),
    "many more frauds": (lambda: frauds(8), "MG157", "of the rows are frauds", True),
    "no fraud left": (lambda: NEW.assign(Class=(NEW.index < 1).astype(int)), "MG157", "of the rows are frauds", True),
}


@pytest.mark.parametrize(("frame", "code", "message", "denies"), CASES.values(), ids=CASES)
def test_what_moved_is_named(frame: Callable[[], pd.DataFrame], code: str, message: str, denies: bool) -> None:
    said = found(frame())
    assert set(said) == {code}
    assert message in said[code][0]
    assert said[code][1] is denies


def test_chance_alone_denies_nothing_of_small_data() -> None:
    rng = np.random.default_rng(0)
    said = [
        found(_normal(rng, 200), drift.reference(_normal(rng, 200)))
        for _ in range(50)
    ]  # fmt: skip
    assert sum(map(bool, said)) <= 1


def _normal(rng: np.random.Generator, rows: int) -> pd.DataFrame:
    frame = pd.DataFrame(rng.standard_normal((rows, 30)), columns=[*KEPT.columns, "Time"])
    return frame.assign(Class=(np.arange(rows) < rows // 4).astype(int))


def test_a_column_of_few_values_is_compared_too() -> None:
    same = NEW.assign(V7=0.0)
    assert found(same, drift.reference(OLD.assign(V7=0.0))) == {}
    assert "V7" in found(NEW, drift.reference(OLD.assign(V7=0.0)))["MG156"][0]


def test_a_reference_reads_back_and_holds_no_row(tmp_path: Path) -> None:
    file = tmp_path / REFERENCE_FILE
    file.write_text(drift.text(KEPT))
    assert drift.read(file) == KEPT
    assert len(file.read_text()) < 12_000
    values = {round(value, 9) for value in OLD["V1"]}
    assert not values & set(KEPT.columns["V1"].cuts)


def test_nothing_accepted_before_is_said() -> None:
    [only] = drift.check(NEW, drift.read(Path("/absent/reference.json")), "test")
    assert (only.code, only.status) == ("MG156", Status.VALID)
    assert "no data set was accepted before" in only.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        json.dumps({"rows": 5, "frauds": 1, "columns": {}}),
        drift.text(KEPT).replace('"frauds": ', '"frauds": -'),
        drift.text(KEPT).replace('"V1"', '"V99"'),
        drift.text(KEPT).replace('"cuts": [', '"cuts": [NaN,', 1),
        drift.text(KEPT).replace('"shares": [', '"shares": [0.1,', 1),
    ],
    ids=["empty", "list", "nothing", "no column", "frauds", "column", "nan", "shares"],
)
def test_a_reference_that_cannot_be_understood_is_no_pass(tmp_path: Path, text: str) -> None:
    file = tmp_path / REFERENCE_FILE
    file.write_text(text)
    with pytest.raises(SettingsError, match=r"data-reference\.json: cannot be read"):
        drift.read(file)


def split(folder: Path, *more: str) -> int:
    places = ["--source", str(folder), "--sealed", str(folder / "sealed"), "--holdout", "0.25", "--seed", "2020"]
    return main(["step", "split", *places, "--prefix", "demo", *more])


def test_the_step_denies_drifted_data_until_a_person_accepts_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release = tmp_path / "repo" / "overlays" / "demo" / "dev" / "release"
    release.mkdir(parents=True)
    assert split(tmp_path, "--data-source", "synthetic") == 0
    assert "no data set was accepted before" in capsys.readouterr().out
    (tmp_path / "sealed" / REFERENCE_FILE).replace(release / REFERENCE_FILE)
    rows = synthetic.generate(seed=3)
    moved = tmp_path / "moved.csv"
    rows.assign(Amount=rows["Amount"] * 100).to_csv(moved, index=False)
    assert split(tmp_path, "--data-source", f"csv:{moved}") == 1
    assert "MG156 csv:moved.csv: Amount lies differently" in capsys.readouterr().out
    assert not (tmp_path / "sealed" / REFERENCE_FILE).exists()
    (release / REFERENCE_FILE).unlink()
    assert split(tmp_path, "--data-source", f"csv:{moved}") == 0
    assert read_record(tmp_path / "sealed").findings == (
        "MG156 no data set was accepted before: nothing to compare with",
    )
