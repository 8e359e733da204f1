"""Scores that mean nothing are findings, never numbers."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgate.data.split import HOLDOUT_FILE
from mlgate.data.transactions import COLUMNS
from mlgate.errors import ToolFailed
from mlgate.evaluate.score import check, score
from mlgate.results import Status
from model_images import Packaged, changed, rewritten

GOOD: dict[str, Any] = {
    "modelFeatures": ["V3", "V4"],
    "wrapperFeatures": ["V3", "V4"],
    "classNames": ["legitimate", "fraud"],
    "probabilities": [[0.25, 0.75], [1.0, 0.0]],
}
NAN, INF = float("nan"), float("inf")

WRONG: dict[str, tuple[dict[str, Any], list[str]]] = {
    "model fitted without names": ({"modelFeatures": None}, ["MG301"]),
    "wrapper in another order": ({"wrapperFeatures": ["V4", "V3"]}, ["MG302"]),
    "wrapper in another order, not asked": ({"wrapperFeatures": ["V4", "V3"], "probabilities": None}, ["MG302"]),
    "no answer for no reason": ({"probabilities": None}, ["MG306"]),
    "wrapper with other names": ({"wrapperFeatures": ["V3", "V5"]}, ["MG302"]),
    "wrapper with fewer names": ({"wrapperFeatures": ["V3"]}, ["MG302"]),
    "wrapper without names": ({"wrapperFeatures": None, "probabilities": None}, ["MG302"]),
    "neither has names": (
        {"modelFeatures": None, "wrapperFeatures": None, "probabilities": None},
        ["MG301", "MG302"],
    ),
    "classes in another order": ({"classNames": ["fraud", "legitimate"]}, ["MG303"]),
    "classes named after features": ({"classNames": ["V3", "V4"]}, ["MG303"]),
    "no class names": ({"classNames": None}, ["MG303"]),
    "a row missing": ({"probabilities": [[0.5, 0.5]]}, ["MG304"]),
    "a row more": ({"probabilities": [[0.5, 0.5]] * 3}, ["MG304"]),
    "no rows": ({"probabilities": []}, ["MG304"]),
    "one column": ({"probabilities": [[0.5], [0.5]]}, ["MG304"]),
    "three columns": ({"probabilities": [[0.5, 0.5, 0.0]] * 2}, ["MG304"]),
    "labels for probabilities": ({"probabilities": [1, 0]}, ["MG304"]),
    "ragged": ({"probabilities": [[0.5, 0.5], [1.0]]}, ["MG304"]),
    "text": ({"probabilities": [["a", "b"], ["c", "d"]]}, ["MG304"]),
    "NaN": ({"probabilities": [[NAN, NAN], [0.5, 0.5]]}, ["MG305"]),
    "infinity": ({"probabilities": [[INF, -INF], [0.5, 0.5]]}, ["MG305"]),
    "negative": ({"probabilities": [[1.5, -0.5], [0.5, 0.5]]}, ["MG305"]),
    "sum above one": ({"probabilities": [[0.5, 0.6], [0.5, 0.5]]}, ["MG305"]),
    "log probabilities": ({"probabilities": [[-0.1, -2.3], [-0.1, -2.3]]}, ["MG305"]),
    "columns that the data lack": (
        {"modelFeatures": ["V99"], "wrapperFeatures": ["V99"], "probabilities": None},
        ["MG306"],
    ),
}


def test_a_good_answer_has_no_finding() -> None:
    assert check(GOOD, 2) == []


@pytest.mark.parametrize(("change", "codes"), WRONG.values(), ids=WRONG)
def test_each_wrong_answer_has_its_own_code(change: dict[str, Any], codes: list[str]) -> None:
    found = check({**GOOD, **change}, 2)
    assert [result.code for result in found] == codes
    assert {result.status for result in found} == {Status.INVALID}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=8,
)


@given(JSON)
def test_whatever_comes_back_is_measured_only_when_it_is_probabilities(answer: Any) -> None:
    if not check({**GOOD, "probabilities": answer}, 2):
        matrix = np.array(answer, dtype=float)
        assert matrix.shape == (2, 2)
        assert np.isfinite(matrix).all()
        assert (abs(matrix.sum(axis=1) - 1) < 1e-5).all()


@pytest.fixture(scope="module")
def rows(fraud: Packaged) -> pd.DataFrame:
    return pd.read_csv(fraud.sealed / HOLDOUT_FILE)[list(COLUMNS[:-1])].head(20)


NAMES = 'feature_names = ["V3", "V4", "V10", "V11", "V12", "V14", "V17"]'
BUILT = {
    "another order": ((NAMES, NAMES.replace('"V3", "V4"', '"V4", "V3"')), "MG302"),
    "a column that is not in the data": ((NAMES, NAMES.replace('"V17"', '"V29"')), "MG302"),
    "no feature_names": ((NAMES, NAMES.replace("feature_names", "features")), "MG302"),
    "classes turned round": (('["legitimate", "fraud"]', '["fraud", "legitimate"]'), "MG303"),
    "labels": (("self.model.predict_proba(", "self.model.predict("), "MG304"),
}


@pytest.mark.parametrize(("change", "code"), BUILT.values(), ids=BUILT)
def test_a_wrapper_that_means_something_else_is_not_scored(
    fraud: Packaged, rows: pd.DataFrame, tmp_path: Path, change: tuple[str, str], code: str
) -> None:
    scores, found = score(rewritten(fraud, tmp_path, *change), fraud.environment, rows)
    assert scores is None
    assert [result.code for result in found] == [code]


def test_defect_8_the_shipped_wrappers_columns_are_named_against_the_models(
    fraud: Packaged, rows: pd.DataFrame, tmp_path: Path
) -> None:
    swapped = rewritten(fraud, tmp_path, NAMES, NAMES.replace('"V3", "V4"', '"V4", "V3"'))
    _, (found,) = score(swapped, fraud.environment, rows)
    assert "['V3', 'V4'" in found.message
    assert "['V4', 'V3'" in found.message


VOUCHING = """

class Vouching:
    feature_names_in_ = FraudDetection.feature_names

    def __init__(self, model):
        self.model = model

    def predict_proba(self, rows):
        return self.model.predict_proba(rows.to_numpy())
"""


def test_the_wrapper_cannot_vouch_for_the_model(fraud: Packaged, rows: pd.DataFrame, tmp_path: Path) -> None:
    """What the model was fitted on is read from the packaged file, whatever the wrapper shows."""
    source = fraud.content()["FraudDetection.py"].decode()
    lying = source.replace('["V3", "V4"', '["V4", "V3"').replace("joblib.load(", "Vouching(joblib.load(")
    lying = lying.replace('with_name("model.sav"))', 'with_name("model.sav")))') + VOUCHING
    image = changed(fraud, tmp_path, {"FraudDetection.py": lying.encode()})
    scores, found = score(image, fraud.environment, rows)
    assert scores is None
    assert [result.code for result in found] == ["MG302"]


def test_a_wrapper_sees_features_only(fraud: Packaged, rows: pd.DataFrame, tmp_path: Path) -> None:
    told = "import os, sys; raise SystemExit(repr([sys.argv, dict(os.environ), open(sys.argv[3]).readline()]))"
    spy = rewritten(fraud, tmp_path, "        self.model = ", f"        {told}\n        self.model = ")
    with pytest.raises(ToolFailed) as caught:
        score(spy, fraud.environment, rows)
    said = str(caught.value)
    assert "Time,V1,V2" in said
    for secret in ("Class", "holdout", "sealed"):
        assert secret not in said.replace(str(tmp_path), "")


def test_a_wrapper_that_fails_is_quoted(fraud: Packaged, rows: pd.DataFrame, tmp_path: Path) -> None:
    failing = "        raise OSError('no licence')\n        self.model = "
    broken = rewritten(fraud, tmp_path, "        self.model = ", failing)
    with pytest.raises(ToolFailed, match="no licence"):
        score(broken, fraud.environment, rows)


def test_what_is_printed_does_not_disturb(fraud: Packaged, rows: pd.DataFrame, tmp_path: Path) -> None:
    loud = rewritten(fraud, tmp_path, "        self.model = ", "        print('{}')\n        self.model = ")
    scores, found = score(loud, fraud.environment, rows)
    assert found == []
    assert scores is not None
    assert scores.fraud.shape == (20,)


def test_another_environment_than_the_packaged_one_does_not_score(fraud: Packaged, rows: pd.DataFrame) -> None:
    other = replace(fraud.environment, packages=fraud.environment.packages[1:])
    with pytest.raises(ToolFailed, match=re.escape("the environment is not the one that was packaged")):
        score(fraud.image, other, rows)
