"""Transactions in CSV or Parquet that Spark reads: ``spark:PATH``, with ``?master=spark://HOST:PORT`` for a cluster.

PATH may be any address that Spark reads, such as s3a://bucket/rows.parquet, and a folder as Spark writes one. Without
``?master=`` the variable SPARK_MASTER says where the work is done, and without both it is this machine.
"""

import os
import re
from dataclasses import dataclass
from typing import IO, Any

from mlgate.data import cluster
from mlgate.errors import SettingsError, ToolFailed

SCHEME = "spark:"
_FIX = "for example spark:data/rows.parquet or spark:s3a://bucket/rows.csv?master=spark://spark:7077"
_FILE = re.compile(r"[^@?#\s]+\.(csv|parquet)/?", re.ASCII)
_WHOLE = {"byte", "short", "integer", "long", "float", "double", "decimal"}
# FAILFAST and no pruning: a row with more or fewer fields than names must not lose or gain any.
_CSV = {"header": True, "mode": "FAILFAST", "escape": '"', "encoding": "UTF-8"}


@dataclass(frozen=True, slots=True)
class Files:
    """What Spark is to read, ``kind`` csv or parquet, and the ``master`` that it is to ask."""

    path: str
    kind: str
    master: str

    def __str__(self) -> str:
        return f"{SCHEME}{self.path}" + ("" if self.master.startswith("local") else f"?master={self.master}")


def table(source: str) -> Files:
    """The files that ``source`` names; raises ``SettingsError``, which repeats nothing that may be a password."""
    path, asked, query = source.removeprefix(SCHEME).partition("?")
    match = _FILE.fullmatch(path)
    if not match or (asked and not query.startswith("master=")):
        raise SettingsError("the data source spark:... is not PATH.csv or PATH.parquet, or has a login in it", fix=_FIX)
    return Files(path, match[1], cluster.master(query.removeprefix("master=")))


def export(asked: Files, out: IO[bytes]) -> None:
    """Write the rows of ``asked`` as CSV with a header, every digit of every number.

    Raises ``MissingTool`` without Spark or Java, ``ToolFailed`` when the cluster cannot be reached or loses the work,
    and ``SettingsError`` when the files cannot be read.
    """
    session = cluster.session(asked.master, str(asked))
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        _write(_rows(session, asked), out)
    except (PySparkException, Py4JError) as err:
        raise _refused(asked, err) from None


def _write(rows: Any, out: IO[bytes]) -> None:
    """Write ``rows`` part by part, as they come from the workers: never more than one part is here."""
    import pyarrow
    from pyarrow import csv
    from pyspark.core.rdd import RDD
    from pyspark.serializers import FramedSerializer
    from pyspark.sql.pandas.types import to_arrow_schema

    class Plain(FramedSerializer):  # type: ignore[misc]
        def loads(self, obj: bytes) -> bytes:
            return obj

    schema = to_arrow_schema(rows.schema)
    batches = RDD(rows._jdf.toArrowBatchRdd().toJavaRDD(), rows.sparkSession.sparkContext, Plain())
    with csv.CSVWriter(out, schema) as lines:
        for batch in batches.toLocalIterator():
            lines.write_batch(pyarrow.ipc.read_record_batch(pyarrow.py_buffer(batch), schema))


def _rows(session: Any, asked: Files) -> Any:
    from pyspark.sql.functions import col

    if asked.kind == "csv":
        return session.read.options(**_CSV).csv(_place(asked.path))
    frame = session.read.parquet(_place(asked.path))
    wide = {field.name: "double" if _number(field.dataType.typeName()) else "string" for field in frame.schema}
    return frame.select([col(f"`{name.replace('`', '``')}`").cast(kind).alias(name) for name, kind in wide.items()])


def _number(kind: str) -> bool:
    return kind in _WHOLE or kind.startswith("decimal")


def _place(path: str) -> str:
    return os.path.expanduser(path)  # noqa: PTH111 - not always a path of this machine


def _refused(asked: Files, err: Exception) -> SettingsError | ToolFailed:
    said = " ".join(str(err).split())[:300]
    if re.search(r"master|executor lost|SparkContext (was|has been) (shut down|stopped)|Connection", said):
        return ToolFailed(f"{asked} cannot be read: {said}", fix="is the cluster there?")
    return SettingsError(f"{asked}: {said}", fix=_FIX)
