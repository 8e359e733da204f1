"""Transactions read by a real standalone cluster: the same data set as from the file, and bounded when nobody works."""

from pathlib import Path

import pytest

import spark_cluster
from mlgate.data import cluster, sources, synthetic
from mlgate.data.transactions import canonical
from mlgate.errors import ToolFailed
from mlgate.training import forest
from mlgate.training import spark as training

FRAME = synthetic.generate(seed=7, rows=2_000)
pytestmark = [pytest.mark.data_long, pytest.mark.xdist_group("spark")]


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")


def test_two_workers_read_the_same_data_set(tmp_path: Path) -> None:
    FRAME.to_parquet(tmp_path / "rows.parquet")
    FRAME.to_csv(tmp_path / "rows.csv", index=False)
    with spark_cluster.running(tmp_path, workers=2) as master:
        for name in ("rows.csv", "rows.parquet"):
            loaded = sources.load(f"spark:{tmp_path / name}?master={master}", seed=0)
            assert loaded.sha256 == canonical(FRAME, "test").sha256
        made = cluster.session(master, "spark:rows.csv")
        executors = made.sparkContext._jsc.sc().statusTracker().getExecutorInfos()
        assert len(executors) == 3  # the driver and two workers
        made.stop()


def test_a_master_without_workers_is_an_error_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FRAME.to_csv(tmp_path / "rows.csv", index=False)
    monkeypatch.setattr(cluster, "WORKERS_TIMEOUT_S", 3)
    with spark_cluster.running(tmp_path, workers=0) as master:
        with pytest.raises(ToolFailed, match="gave no worker within 3 s") as caught:
            sources.load(f"spark:{tmp_path}/rows.csv?master={master}", seed=0)
        assert master in str(caught.value)


def test_two_workers_train_the_forest_of_one_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FRAME.to_csv(tmp_path / "rows.csv", index=False)
    found = set()
    with spark_cluster.running(tmp_path, workers=2) as master:
        for address in (master, "local[1]", "local[2]"):
            monkeypatch.setenv("SPARK_MASTER", address)
            trained = training.fit(str(tmp_path / "rows.csv"), ["V3", "V14"], seed=1, trees=5, weights="balanced")
            found.add(forest.digest(trained))
    assert len(found) == 1
