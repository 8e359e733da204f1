"""Training by Spark on a standalone cluster of this machine: ``python bench/data_spark.py train|evaluate ...``."""

import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import spark_cluster
from mlgate.data.split import HOLDOUT_FILE
from mlgate.evaluate.metrics import measure
from mlgate.training import forest, spark

FEATURES = ["V3", "V4", "V10", "V11", "V12", "V14", "V17"]
DEPTH = 12


def train(folder: str, workers: str, trees: str) -> None:
    """Train on what the split step wrote to ``folder``, the cluster's processes included; print the seconds of it."""
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    rows = Path(folder) / "train" / "data" / "creditcard.csv"
    with (
        tempfile.TemporaryDirectory(prefix="spark-", dir=folder) as name,
        spark_cluster.running(Path(name), workers=int(workers)) as os.environ["SPARK_MASTER"],
    ):
        start = time.perf_counter()
        found = spark.fit(str(rows), FEATURES, seed=2020, trees=int(trees), depth=DEPTH, partitions=16)
        seconds = time.perf_counter() - start
        _end()
    np.savez(Path(folder) / "spark.npz", **found)
    print(json.dumps({"seconds": seconds, "digest": forest.digest(found)}))


def _end() -> None:
    from pyspark.sql import SparkSession

    if session := SparkSession.getActiveSession():
        session.stop()


def judge(folder: str) -> None:
    """Score the trees on the sealed hold-out by the evaluator of every way, some rows at a time."""
    kept = np.load(Path(folder) / "spark.npz")
    arrays = {name: int(kept[name]) if name == "depth" else kept[name] for name in kept.files}
    with (Path(folder) / "sealed" / HOLDOUT_FILE).open() as file:
        names = file.readline().rstrip("\n").split(",")
        columns = [names.index(name) for name in [*FEATURES, "Class"]]
        rows = np.loadtxt(file, delimiter=",", ndmin=2, dtype="<f8", usecols=columns)
    pieces = np.array_split(rows[:, :-1], max(1, len(rows) // 10_000))
    fraud = np.concatenate([forest.probabilities(arrays, piece)[:, 1] for piece in pieces])
    print(json.dumps(asdict(measure(rows[:, -1].astype(np.int64), fraud))))


if __name__ == "__main__":
    {"train": train, "evaluate": judge}[sys.argv[1]](*sys.argv[2:])
