"""A Random Forest trained by Spark MLlib, handed out as plain arrays that need neither Spark nor Java.

The rows stay with Spark's workers; only counts and the finished trees come here. The same rows, seed and ``partitions``
give the same forest, whatever the rows' order or file, and whatever the number of workers and cores: a row's values
alone say which partition it is in and where, and every sum that Spark makes in an order of its own is exact.
"""

import contextlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mlgate.data import cluster
from mlgate.errors import SettingsError, ToolFailed
from mlgate.training import sent
from mlgate.training.forest import Arrays, exported

_CSV = {"header": True, "mode": "FAILFAST", "escape": '"', "encoding": "UTF-8"}
_GRAIN = 1024
"""Weights are multiples of 1/1024: sums of them are exact in a double, in whatever order they are made."""


def fit(  # noqa: PLR0913 - what a forest is made of
    rows: str,
    features: Sequence[str],
    *,
    seed: int,
    label: str = "Class",
    trees: int = 100,
    depth: int = 12,
    bins: int = 64,
    weights: Mapping[int, float] | str = "",
    partitions: int = 32,
) -> Arrays:
    """Train on ``rows``, a CSV file or a Parquet file or folder that Spark's workers see, and return the forest.

    With SPARK_ROWS=driver they need not see it: this process reads the columns and sends them, and must hold them.

    ``label`` is 0 or 1. ``weights`` is what a row of each class counts, ``balanced`` for as much in all as the other
    class, or nothing for 1. The master is SPARK_MASTER, the cluster that spark-submit chose, or this machine. Raises
    ``SettingsError`` for rows that cannot be trained on, ``MissingTool`` without Spark or Java, and ``ToolFailed`` when
    the cluster is not there or loses the work. The arrays are described in ``mlgate.training.forest``.
    """
    session = _session(rows)
    # It would join partitions by their size, and the partitions are a part of the seed.
    session.conf.set("spark.sql.adaptive.enabled", "false")
    shape = {"numTrees": trees, "maxDepth": depth, "maxBins": bins, "seed": seed}
    with _told(rows):
        read = sent.read if sent.asked() else _read
        frame = _placed(read(session, rows, [*features, label]), partitions).persist()
        try:
            weighed = _weighed(frame, weights, _counts(frame, label, rows), label)
            return exported(_forest(weighed, features, label, **shape), features)
        finally:
            frame.unpersist()


@contextlib.contextmanager
def _told(rows: str) -> Iterator[None]:
    """What Spark raises, as an error that names the rows."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as err:
        said = " ".join(str(err).split())[:300]
        if re.search(r"executor lost|SparkContext (was|has been) (shut down|stopped)|Connection", said):
            raise ToolFailed(f"{rows} cannot be trained on: {said}", fix="is the cluster there?") from None
        raise SettingsError(f"{rows}: {said}") from None


def _session(rows: str) -> Any:
    if "PYSPARK_GATEWAY_PORT" not in os.environ:
        return cluster.session(cluster.master(""), rows)
    from pyspark.sql import SparkSession  # spark-submit has made the JVM, and knows the master

    return SparkSession.builder.getOrCreate()


def _read(session: Any, rows: str, columns: Sequence[str]) -> Any:
    from pyspark.sql.functions import col

    place = rows if "://" in rows else Path(rows).absolute().as_uri()
    parquet = rows.rstrip("/").endswith(".parquet")
    frame = session.read.parquet(place) if parquet else session.read.options(**_CSV).csv(place)
    return frame.select([col(f"`{name}`").cast("double").alias(name) for name in columns])


def _placed(frame: Any, partitions: int) -> Any:
    """Every row in the partition and at the place that its own values say; rows that are equal may change places."""
    from pyspark.sql.functions import col

    every = [col(f"`{name}`") for name in frame.columns]
    return frame.repartition(partitions, *every).sortWithinPartitions(*every)


def _counts(frame: Any, label: str, rows: str) -> dict[float, int]:
    found = {each[label]: each["count"] for each in frame.groupBy(f"`{label}`").count().collect()}
    if set(found) != {0.0, 1.0}:
        shown = ", ".join(sorted(map(str, found))[:5]) or "nothing"
        raise SettingsError(f"{rows}: {label} is {shown}, not 0 and 1", fix="train on rows of both classes")
    return found


def _weighed(frame: Any, weights: Mapping[int, float] | str, counts: Mapping[float, int], label: str) -> Any:
    from pyspark.sql.functions import col, lit, when

    one = col(f"`{label}`") == 1.0
    chosen = _weights(weights, counts)
    return frame.withColumn("weight", when(one, lit(chosen[1])).otherwise(lit(chosen[0])))


def _weights(weights: Mapping[int, float] | str, counts: Mapping[float, int]) -> dict[int, float]:
    if weights == "balanced":
        weights = {each: sum(counts.values()) / (2 * counts[each]) for each in (0, 1)}
    if isinstance(weights, str):
        if weights:
            raise SettingsError(f"weights={weights!r} is unknown", fix="balanced, or {0: ..., 1: ...}")
        return {0: 1.0, 1: 1.0}
    if set(weights) != {0, 1} or not all(np.isfinite(each) and each > 0 for each in weights.values()):
        raise SettingsError("weights needs a number above 0 for each of the classes 0 and 1")
    return {each: max(1, round(weight * _GRAIN)) / _GRAIN for each, weight in weights.items()}


def _forest(frame: Any, features: Sequence[str], label: str, **shape: int) -> Any:
    from pyspark.ml.classification import RandomForestClassifier
    from pyspark.ml.feature import VectorAssembler

    assembled = VectorAssembler(inputCols=list(features), outputCol="features").transform(frame)
    columns = {"featuresCol": "features", "labelCol": label, "weightCol": "weight"}
    return RandomForestClassifier(**columns, **shape).fit(assembled)
