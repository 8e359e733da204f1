"""The ModelAccuracy object says what was measured, in the form that the cluster and the gate take."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from mlgate.evaluate.report import camel, metrics_json, model_accuracy
from mlgate.evaluate.run import Evaluation

CRD = Path(__file__).parents[1] / "policy" / "crd" / "modelaccuracy.yaml"


@pytest.fixture
def report(evaluated: Evaluation) -> dict[str, Any]:
    return model_accuracy(evaluated.metrics, evaluated.evidence, namespace="team-cicd")


def test_it_keeps_the_schema_of_the_cluster(report: dict[str, Any]) -> None:
    (version,) = yaml.safe_load(CRD.read_text())["spec"]["versions"]
    schema = version["schema"]["openAPIV3Schema"]
    jsonschema.validate(report, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**report, "spec": {**report["spec"], "accuracy": "1.0"}}, schema)


def test_accuracy_is_a_number_that_agrees_with_its_counts(report: dict[str, Any]) -> None:
    spec = report["spec"]
    counts = spec["counts"]
    assert type(spec["accuracy"]) is float
    total = sum(counts.values())
    assert abs(spec["accuracy"] * total - counts["truePositive"] - counts["trueNegative"]) < 1e-9 * total


def test_it_is_bound_to_image_and_commit(evaluated: Evaluation, report: dict[str, Any]) -> None:
    digest = evaluated.evidence.image.partition("@sha256:")[2]
    assert len(digest) == 64
    assert report["metadata"] == {"name": f"fraud-detection-{digest[:12]}-aaaaaaaa", "namespace": "team-cicd"}
    assert report["spec"]["image"] == evaluated.evidence.image
    assert report["spec"]["evidence"]["thresholdCommit"] == "b" * 40


def test_all_metrics_of_the_gate_are_there(report: dict[str, Any]) -> None:
    assert report["spec"]["metrics"].keys() == {
        "balancedAccuracy", "precision", "recall", "f1", "matthewsCorrelation", "averagePrecision", "rocAuc",
        "accuracyLowerBound",
    }  # fmt: skip


def test_an_undefined_metric_is_left_out_for_the_gate_and_null_for_programs(evaluated: Evaluation) -> None:
    metrics = replace(evaluated.metrics, precision=None)
    report = model_accuracy(metrics, evaluated.evidence, namespace="team-cicd")
    assert "precision" not in report["spec"]["metrics"]
    text = json.dumps(metrics_json(metrics, evaluated.evidence), allow_nan=False)
    assert json.loads(text)["metrics"]["precision"] is None


def test_it_survives_yaml(report: dict[str, Any]) -> None:
    assert yaml.safe_load(yaml.safe_dump(report)) == report


@pytest.mark.parametrize(("name", "spelled"), [("f1", "f1"), ("roc_auc", "rocAuc"), ("model_sha256", "modelSha256")])
def test_names_are_spelled_as_kubernetes_does(name: str, spelled: str) -> None:
    assert camel(name) == spelled
