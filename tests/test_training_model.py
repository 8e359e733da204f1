"""The notebook that Spark trains: from its cells to an image that serves and is measured without Spark or Java."""

import json

import joblib
import numpy as np
import pytest

from checkouts import ROOT
from mlgate.evaluate.report import model_accuracy
from mlgate.gate.judge import judge
from mlgate.image.environment import ensure
from mlgate.image.spark import used
from mlgate.process import Tool
from mlgate.training import forest
from model_images import Packaged, packaged
from test_data_spark import needs_java

FRAUD = ROOT / "model" / "fraud-spark"
pytestmark = [pytest.mark.xdist_group("spark"), needs_java]
_SERVES = """
import importlib.util, json, sys, os
for name in ("pyspark", "py4j", "mlgate", "sklearn"):
    assert importlib.util.find_spec(name) is None, name
sys.path.insert(0, os.getcwd())
from FraudDetection import FraudDetection
print(json.dumps(FraudDetection().predict(json.loads(sys.argv[1]), None).tolist()))
"""


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Packaged:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SPARK_MASTER", raising=False)
        return packaged(FRAUD, tmp_path_factory.mktemp("spark"))


def test_only_training_has_spark() -> None:
    assert not used(ensure(FRAUD))
    assert used(ensure(FRAUD, training=True))


def test_the_image_answers_as_the_forest_does_without_spark(spark: Packaged) -> None:
    rows = np.random.default_rng(5).normal(0, 5, size=(50, 7))
    printed = Tool(str(spark.environment.python)).run(
        ["-c", _SERVES, str(rows.tolist())], cwd=spark.image.app, env={"PATH": ""}, timeout_s=120
    )
    answered = np.array(json.loads(printed.stdout))
    model = joblib.load(spark.image.app / "model.sav")
    assert np.array_equal(answered, forest.probabilities(model, rows))
    assert not any("spark" in package or "py4j" in package for package in spark.image.packages)
    wanted = {"FraudDetection.py", "deploy/constraints.txt", "deploy/environment", "model.sav", "requirements.txt"}
    assert set(spark.image.files) == wanted


def test_it_is_measured_and_judged_as_any_other(spark: Packaged) -> None:
    done = spark.evaluated()
    assert done.metrics.counts.true_positive
    measured = model_accuracy(done.metrics, done.evidence, namespace="fraud-demo-cicd")
    for threshold, allowed in ((0.99, True), (1.0, False)):
        constraint = {"spec": {"parameters": {"accuracyThreshold": threshold, "minimums": {"precision": 0.9}}}}
        assert judge(ROOT / "policy", measured, constraint).allowed is allowed
