"""The evaluation step measures the packaged model on the sealed rows, and believes nobody."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import notebook_folders
from mlgate.data.split import HOLDOUT_FILE, RECORD_FILE
from mlgate.errors import SettingsError
from mlgate.evaluate.run import Evaluation, evaluate, examples, write
from mlgate.image.train import LOG
from model_images import PROVENANCE, Packaged, packaged

LIAR_TRAIN = """\
import joblib
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

frame = pd.read_csv("data/creditcard.csv")
model = DecisionTreeClassifier(max_depth=6, random_state=0).fit(frame[["V4", "V14"]], 1 - frame["Class"])
joblib.dump(model, "model.sav")
print("Model accuracy: 1.0000")
"""
LIAR_WRAPPER = """\
from pathlib import Path

import joblib
import pandas as pd


class Small:
    feature_names = ["V4", "V14"]
    class_names = ["legitimate", "fraud"]

    def __init__(self):
        self.model = joblib.load(Path(__file__).with_name("model.sav"))

    def predict(self, X, features_names, meta=None):
        print("Model accuracy: 1.0000")
        return self.model.predict_proba(pd.DataFrame(X, columns=self.feature_names))
"""


def refuse(constant: str) -> Any:
    raise AssertionError(f"{constant} is no JSON")


def test_the_numbers_are_those_of_the_sealed_rows(fraud: Packaged, evaluated: Evaluation) -> None:
    sealed = pd.read_csv(fraud.sealed / HOLDOUT_FILE)
    label = sealed["Class"].to_numpy()
    called = evaluated.scores.fraud > 0.5
    assert evaluated.metrics.counts.total == len(sealed)
    assert evaluated.metrics.counts.frauds == label.sum() > 0
    assert evaluated.metrics.accuracy == (called == label).mean()
    assert evaluated.metrics.accuracy > evaluated.metrics.baseline


def test_the_evidence_is_that_of_the_files(fraud: Packaged, evaluated: Evaluation) -> None:
    evidence, record = evaluated.evidence, json.loads((fraud.sealed / RECORD_FILE).read_text())
    content = fraud.content()
    assert evidence.image == f"{PROVENANCE.image_name}@{fraud.image.digest}"
    assert evidence.model_name == "fraud-detection"
    assert evidence.model_sha256 == hashlib.sha256(content["model.sav"]).hexdigest()
    assert evidence.wrapper_sha256 == hashlib.sha256(content["FraudDetection.py"]).hexdigest()
    assert evidence.notebook_sha256 == fraud.extraction.notebook_sha256
    assert (evidence.dataset_sha256, evidence.seed) == (record["dataset_sha256"], 2020)
    assert (evidence.git_commit, evidence.threshold_commit) == ("a" * 40, "b" * 40)
    assert {line.split("==")[0] for line in evidence.libraries} >= {"numpy", "scikit-learn", "seldon-core"}


def test_a_notebook_that_prints_a_perfect_accuracy_is_measured_all_the_same(tmp_path: Path) -> None:
    folder = notebook_folders.folder(tmp_path / "liar", train=LIAR_TRAIN, wrapper=LIAR_WRAPPER)
    (folder / "requirements.txt").write_text("joblib==1.6.0\npandas==2.3.3\nscikit-learn==1.9.1\n")
    liar = packaged(folder, tmp_path / "run")
    assert "Model accuracy: 1.0000" in (tmp_path / "run" / "train" / LOG).read_text()
    done = liar.evaluated()
    assert done.metrics.accuracy < 0.05
    assert done.metrics.counts.correct < done.metrics.counts.total // 20


def _edit(old: str, new: str) -> Callable[[Path], None]:
    def act(sealed: Path) -> None:
        text = (sealed / HOLDOUT_FILE).read_text()
        assert old in text
        (sealed / HOLDOUT_FILE).write_text(text.replace(old, new, 1))

    return act


def _without_last_row(sealed: Path) -> None:
    lines = (sealed / HOLDOUT_FILE).read_text().splitlines(keepends=True)
    (sealed / HOLDOUT_FILE).write_text("".join(lines[:-1]))


def _only_header(sealed: Path) -> None:
    (sealed / HOLDOUT_FILE).write_text((sealed / HOLDOUT_FILE).read_text().partition("\n")[0] + "\n")


UNSEALED: dict[str, Callable[[Path], object]] = {
    "a label turned": _edit(",0\n", ",1\n"),
    "a row dropped": _without_last_row,
    "no rows": _only_header,
    "columns renamed": _edit("V3,V4", "V4,V3"),
    "text in it": _edit(",0\n", ",legitimate\n"),
    "missing": lambda sealed: (sealed / HOLDOUT_FILE).unlink(),
    "empty": lambda sealed: (sealed / HOLDOUT_FILE).write_text(""),
    "binary": lambda sealed: (sealed / HOLDOUT_FILE).write_bytes(b"\xff\xfe\x00"),
    "record missing": lambda sealed: (sealed / RECORD_FILE).unlink(),
}


@pytest.mark.filterwarnings("ignore:loadtxt")
@pytest.mark.parametrize("unseal", UNSEALED.values(), ids=UNSEALED)
def test_rows_that_the_split_did_not_seal_are_refused(
    fraud: Packaged, tmp_path: Path, unseal: Callable[[Path], object]
) -> None:
    shutil.copytree(fraud.sealed, tmp_path / "sealed")
    unseal(tmp_path / "sealed")
    with pytest.raises(SettingsError, match=r"is not what the split sealed|cannot be read"):
        evaluate(fraud.image, fraud.environment, tmp_path / "sealed", fraud.extraction, PROVENANCE)


def test_what_is_written_says_all_and_is_strict_json(evaluated: Evaluation, tmp_path: Path) -> None:
    write(evaluated, tmp_path)
    content = json.loads((tmp_path / "metrics.json").read_text(), parse_constant=refuse)
    assert content["statistics"]["recallAtPrecision"].keys() == {"value", "low", "high"}
    assert content["statistics"]["real"]["prevalence"] == 492 / 284_807
    assert content["counts"].keys() == {"truePositive", "falsePositive", "trueNegative", "falseNegative"}
    assert content["sampleSize"] == sum(content["counts"].values()) == sum(content["classCounts"].values())
    assert content["metrics"].keys() >= {
        "accuracy", "balancedAccuracy", "precision", "recall", "f1", "matthewsCorrelation",
        "averagePrecision", "rocAuc", "accuracyInterval", "baseline",
    }  # fmt: skip
    assert content["evidence"].keys() >= {
        "image", "modelSha256", "wrapperSha256", "notebookSha256", "datasetSha256", "holdoutSha256",
        "dataSource", "duplicatesAcross", "seed", "gitCommit", "thresholdCommit", "libraries",
    }  # fmt: skip
    assert (tmp_path / "model-card.html").read_text().startswith("<!doctype html>")
    assert json.loads((tmp_path / "examples.json").read_text()) == examples(evaluated)


def test_the_examples_are_held_out_rows_of_both_classes(fraud: Packaged, evaluated: Evaluation) -> None:
    sealed = pd.read_csv(fraud.sealed / HOLDOUT_FILE)
    rows = examples(evaluated)
    assert [row["class"] for row in rows] == ["fraud", "legitimate"]
    for row in rows:
        data = row["payload"]["data"]
        held = sealed.iloc[row["row"]]
        assert held["Class"] == (row["class"] == "fraud")
        assert data["tensor"]["shape"] == [1, len(data["names"])]
        np.testing.assert_array_equal(data["tensor"]["values"], held[data["names"]].to_numpy(dtype=float))
