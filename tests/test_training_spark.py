"""A forest trained by Spark on this machine: arrays that answer as Spark does, and the same rows, the same forest."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlgate.data import cluster, synthetic
from mlgate.errors import SettingsError
from mlgate.training import forest, job, sent, spark
from test_data_spark import needs_java

FEATURES = ["V3", "V4", "V10", "V11", "V12", "V14", "V17"]
FRAME = synthetic.generate(seed=1, rows=2_000)
SMALL: dict[str, Any] = {"seed": 2020, "trees": 8, "depth": 6, "bins": 32, "partitions": 2}
pytestmark = pytest.mark.xdist_group("spark")


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARK_MASTER", raising=False)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("rows") / "rows.csv"
    FRAME.to_csv(file, index=False)
    return file


@pytest.fixture(scope="module")
def both(rows: Path) -> Any:
    """Spark's own model, and the arrays that were made of it."""
    models = []

    def keeping(model: Any, names: Any) -> forest.Arrays:
        models.append(model)
        return forest.exported(model, names)

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SPARK_MASTER", raising=False)
        patch.setattr(spark, "exported", keeping)
        arrays = spark.fit(str(rows), FEATURES, weights="balanced", **SMALL)
    return models[0], arrays


@pytest.fixture(scope="module")
def trained(both: Any) -> Any:
    return both[1]


def asked(trained: forest.Arrays) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Rows at every threshold, a hair to either side of it, at random, and far out."""
    rng = np.random.default_rng(7)
    found = rng.normal(0, 4, size=(3_000, len(FEATURES)))
    inner = np.flatnonzero(np.isfinite(trained["threshold"]))
    for step in (0, -np.inf, np.inf):
        some = rng.normal(0, 4, size=(len(inner), len(FEATURES)))
        edge = trained["threshold"][inner]
        some[np.arange(len(inner)), trained["feature"][inner]] = edge if not step else np.nextafter(edge, step)
        found = np.vstack([found, some])
    return np.vstack([found, np.full((1, len(FEATURES)), 1e300), np.full((1, len(FEATURES)), -1e300)])


@needs_java
def test_the_arrays_answer_as_spark_does(both: Any) -> None:
    from pyspark.ml.functions import vector_to_array
    from pyspark.ml.linalg import Vectors

    model, trained = both
    wanted = asked(trained)
    session = cluster.session(cluster.LOCAL, "rows")
    frame = session.createDataFrame(
        [(at, Vectors.dense(row)) for at, row in enumerate(wanted.tolist())], ["at", "features"]
    )
    answered = model.transform(frame).orderBy("at").select(vector_to_array("probability")).collect()
    ours = forest.probabilities(trained, wanted)
    assert np.abs(ours - np.array([row[0] for row in answered])).max() <= 1e-12
    assert len(np.unique(ours[:, 1])) > 20


@needs_java
def test_order_place_and_cores_of_the_rows_change_nothing(
    trained: forest.Arrays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shuffled = FRAME.sample(frac=1, random_state=3)
    (tmp_path / "rows.parquet").mkdir()
    for part, frame in enumerate((shuffled[:700], shuffled[700:])):
        frame.to_parquet(tmp_path / "rows.parquet" / f"part-{part}.parquet")
    monkeypatch.setenv("SPARK_MASTER", "local[1]")
    again = spark.fit(str(tmp_path / "rows.parquet"), FEATURES, weights="balanced", **SMALL)
    assert forest.digest(again) == forest.digest(trained)


@needs_java
def test_the_seed_and_the_partitions_are_what_it_depends_on(trained: forest.Arrays, rows: Path) -> None:
    for change in ({"seed": 2021}, {"partitions": 3}):
        other = spark.fit(str(rows), FEATURES, weights="balanced", **{**SMALL, **change})
        assert forest.digest(other) != forest.digest(trained)


@needs_java
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"Class": 0}, "Class is 0.0, not 0 and 1"),
        ({"Class": 2}, "Class is 2.0, not 0 and 1"),
        ({"Class": np.nan}, "Class is None, not 0 and 1"),
    ],
)
def test_rows_of_one_class_or_of_another_label_are_refused(tmp_path: Path, change: dict[str, float], says: str) -> None:
    FRAME.head(20).assign(**change).to_csv(tmp_path / "rows.csv", index=False)
    with pytest.raises(SettingsError, match=says):
        spark.fit(str(tmp_path / "rows.csv"), FEATURES, **SMALL)


@needs_java
@pytest.mark.parametrize("name", ["absent.csv", "absent.parquet"])
def test_rows_that_are_not_there_are_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        spark.fit(str(tmp_path / name), FEATURES, **SMALL)


@needs_java
@pytest.mark.parametrize("bad", ["", "text", "NaN"])
def test_an_empty_or_broken_number_ends_the_training(tmp_path: Path, bad: str) -> None:
    head, first, *rest = FRAME.head(40).assign(Class=[0, 1] * 20).to_csv(index=False).splitlines()
    at = head.split(",").index("V3")
    values = first.split(",")
    (tmp_path / "rows.csv").write_text("\n".join([head, ",".join([*values[:at], bad, *values[at + 1 :]]), *rest]))
    with pytest.raises(SettingsError, match=r"rows\.csv"):
        spark.fit(str(tmp_path / "rows.csv"), FEATURES, **SMALL)


def test_weights_are_exact_in_any_order_of_their_sum() -> None:
    assert spark._weights("balanced", {0.0: 900, 1.0: 100}) == {0: 569 / 1024, 1: 5.0}
    assert spark._weights("", {0.0: 9, 1.0: 1}) == {0: 1.0, 1: 1.0}
    assert spark._weights({0: 1.0, 1: 0.1}, {}) == {0: 1.0, 1: 102 / 1024}


@pytest.mark.parametrize("weights", ["even", {0: 1.0}, {0: 1.0, 1: 0.0}, {0: 1.0, 1: float("nan")}, {0: -1.0, 1: 1.0}])
def test_weights_that_are_none_are_refused(weights: Any) -> None:
    with pytest.raises(SettingsError, match="weights"):
        spark._weights(weights, {0.0: 9, 1.0: 1})


def test_rows_that_the_driver_sends_make_the_same_forest(
    rows: Path, trained: forest.Arrays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPARK_ROWS", "driver")
    monkeypatch.setattr(sent, "CHUNK", 700)
    FRAME.to_parquet(tmp_path / "rows.parquet")
    for file in (rows, tmp_path / "rows.parquet"):
        found = spark.fit(str(file), FEATURES, weights="balanced", **SMALL)
        assert forest.digest(found) == forest.digest(trained)


def test_rows_that_cannot_be_sent_are_an_error_that_names_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_ROWS", "driver")
    (tmp_path / "rows.csv").write_text("V3,Class\nmany,0\n")
    for name in ("rows.csv", "absent.csv"):
        with pytest.raises(SettingsError, match=name):
            spark.fit(str(tmp_path / name), ["V3"], seed=1)
    monkeypatch.setenv("SPARK_ROWS", "elsewhere")
    with pytest.raises(SettingsError, match="SPARK_ROWS is 'elsewhere'"):
        spark.fit(str(tmp_path / "rows.csv"), ["V3"], seed=1)


def test_a_job_saves_the_forest_that_it_trained(rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "forest.npz"
    assert job.main([str(rows), str(out), "--features", "V3,V14", "--seed", "1"]) == 0
    with np.load(out) as saved:
        assert set(saved) >= {"root", "feature", "threshold", "probability"}
    assert "sha256 of the forest: " in capsys.readouterr().out
    assert job.main([str(tmp_path / "absent.csv"), str(out), "--features", "V3", "--seed", "1"]) == 2
    assert "absent.csv" in capsys.readouterr().err
