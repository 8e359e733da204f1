"""Each check of the data finds its own defect, denies or tells as it says, and passes the data that are good."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlgate.cli import main
from mlgate.data import checks, sources, synthetic
from mlgate.data.split import RECORD_FILE, Split, read_record, split
from mlgate.data.transactions import COLUMNS, canonical
from mlgate.results import Status, passed

QUARTER = Decimal("0.25")
CODES = ["MG150", "MG151", "MG152", "MG153", "MG154", "MG155"]


def good() -> pd.DataFrame:
    """600 rows, 200 of them fraud, none like another."""
    frame = synthetic.generate(seed=5, rows=600)
    return frame.assign(Class=np.where(np.arange(600) % 3 == 0, 1, 0))


GOOD = good()
FRAUDS = GOOD.index[GOOD["Class"] == 1]
LEGITIMATE = GOOD.index[GOOD["Class"] == 0]


def made(frame: pd.DataFrame, holdout: Decimal = QUARTER) -> Split:
    return split(canonical(frame, "test"), holdout=holdout, seed=1)


def found(made: Split) -> dict[str, bool]:
    """Code to whether it denies, of everything that says something."""
    return {each.code: each.status is Status.INVALID for each in checks.check(made) if each.message}


def copied(*, number: int, value: int, to: int) -> Callable[[], pd.DataFrame]:
    """The good rows and ``number`` of a class once more, a second later, as class ``to``."""
    rows = GOOD[GOOD["Class"] == value].head(number)
    return lambda: pd.concat([GOOD, rows.assign(Class=to, Time=rows["Time"] + 1)])


def test_good_data_pass_every_check_and_say_nothing() -> None:
    results = checks.check(made(GOOD))
    assert [each.code for each in results] == CODES
    assert passed(results)
    assert found(made(GOOD)) == {}
    assert checks.told(made(GOOD), results).record.findings == ()


CASES: dict[str, tuple[Callable[[], pd.DataFrame], str, bool]] = {
    "a repeated row": (copied(number=1, value=0, to=0), "MG150", False),
    "a label conflict": (copied(number=1, value=1, to=0), "MG152", False),
    "many label conflicts": (copied(number=100, value=1, to=0), "MG152", True),
    "an Id as a feature": (lambda: GOOD.assign(V5=np.random.default_rng(1).permutation(600) + 7.0), "MG153", True),
    "the answer above": (lambda: GOOD.assign(V9=GOOD["Class"] * 1.0), "MG153", True),
    "the answer below": (lambda: GOOD.assign(Amount=2.0 - GOOD["Class"]), "MG153", True),
    "the answer in the time": (lambda: GOOD.assign(Time=GOOD["Time"] + GOOD["Class"] * 1e6), "MG153", True),
    "few frauds": (lambda: pd.concat([GOOD.loc[LEGITIMATE], GOOD.loc[FRAUDS[:36]]]), "MG154", True),
    "a negative amount": (lambda: GOOD.assign(Amount=GOOD["Amount"].where(GOOD.index != 3, -0.01)), "MG155", True),
    "a negative time": (lambda: GOOD.assign(Time=GOOD["Time"] - GOOD["Time"].min() - 1), "MG155", True),
}


@pytest.mark.parametrize(("frame", "code", "denies"), CASES.values(), ids=CASES.keys())
def test_each_defect_has_its_code_and_consequence(frame: Callable[[], pd.DataFrame], code: str, denies: bool) -> None:
    results = found(made(frame()))
    assert results[code] is denies
    assert {each for each, other in results.items() if other and each != code} <= {"MG151"}


@pytest.mark.parametrize(("value", "number"), [(0, 100), (1, 50)], ids=["legitimate", "frauds"])
def test_seen_rows_deny_only_above_the_share_of_their_own_class(value: int, number: int) -> None:
    plain = made(GOOD)
    held = plain.holdout[plain.holdout["Class"] == value]
    assert len(held) == number
    limit = number // 10
    for seen, denies in ((1, False), (limit, False), (limit + 1, True)):
        leaked = replace(plain, train=pd.concat([plain.train, held.head(seen)], ignore_index=True))
        assert found(leaked)["MG151"] is denies


@pytest.mark.parametrize(("frauds", "denied"), [(36, True), (37, True), (38, False), (39, False)])
def test_the_floor_is_ten_frauds_held_out(frauds: int, denied: bool) -> None:
    rows = made(pd.concat([GOOD.loc[LEGITIMATE], GOOD.loc[FRAUDS[:frauds]]]))
    assert (rows.record.holdout_frauds < 10) is denied
    assert ("MG154" in found(rows)) is denied


def test_the_floor_holds_for_training_too() -> None:
    rows = made(pd.concat([GOOD.loc[LEGITIMATE], GOOD.loc[FRAUDS[:40]]]), Decimal("0.8"))
    assert rows.record.holdout_frauds >= 10
    assert found(rows) == {"MG154": True}


def test_what_is_not_finite_is_seen_whoever_made_the_rows() -> None:
    plain = made(GOOD)
    assert found(replace(plain, train=plain.train.assign(V3=np.inf)))["MG155"]


def test_seconds_may_count_the_rows() -> None:
    assert found(made(GOOD.assign(Time=np.arange(600.0)))) == {}


def test_the_default_data_pass() -> None:
    assert found(made(synthetic.generate(seed=2020))) == {}


def test_the_step_tells_and_records_what_does_not_deny(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert step(tmp_path, copied(number=1, value=0, to=0)()) == 0
    assert "MG150" in capsys.readouterr().out
    assert read_record(tmp_path / "sealed").findings[0] == "MG150 1 of 601 rows repeat others"


def test_the_step_denies_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert step(tmp_path, GOOD.assign(V9=GOOD["Class"] * 1.0)) == 1
    assert "MG153" in capsys.readouterr().out
    assert not (tmp_path / "train").exists()
    assert not (tmp_path / "sealed" / RECORD_FILE).exists()


def step(folder: Path, frame: pd.DataFrame) -> int:
    frame[list(COLUMNS)].to_csv(folder / "rows.csv", index=False)
    places = ["--source", str(folder), "--sealed", str(folder / "sealed")]
    return main(
        ["step", "split", *places, "--data-source", f"csv:{folder / 'rows.csv'}", "--holdout", "0.25", "--seed", "1"]
    )


def test_a_record_without_findings_can_be_read(tmp_path: Path) -> None:
    assert step(tmp_path, GOOD) == 0
    file = tmp_path / "sealed" / RECORD_FILE
    content = json.loads(file.read_text())
    assert content.pop("findings") == []
    file.write_text(json.dumps(content))
    assert read_record(tmp_path / "sealed").findings == ()


@pytest.mark.skipif("DATA" not in os.environ, reason="DATA names no real data set; the synthetic one covers the code")
def test_the_real_transactions_pass_with_their_repeated_rows_told() -> None:
    results = found(made(sources.load(f"csv:{os.environ['DATA']}", seed=0).frame))
    assert results.keys() <= {"MG150", "MG151", "MG152"}
    assert not any(results.values())
