"""Rows that the driver sends to Spark's workers, where no folder is seen by both."""

import os
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

from mlgate.errors import SettingsError

CHUNK = 500_000
"""Rows that are sent at once: 8 columns of them are 32 MB, and Spark sends no more than 128 MB in a task."""


def asked() -> bool:
    """Whether SPARK_ROWS says ``driver``; raises ``SettingsError`` for what is neither that nor ``path``."""
    way = os.environ.get("SPARK_ROWS", "") or "path"
    if way not in {"path", "driver"}:
        raise SettingsError(f"SPARK_ROWS is {way!r}", fix="path, or driver")
    return way == "driver"


def read(session: Any, rows: str, columns: Sequence[str]) -> Any:
    """The ``columns`` of a CSV or Parquet file that this process sees, as doubles, for Spark's workers.

    Raises ``SettingsError`` when they cannot be read or a value of them is no number.
    """
    import pyarrow

    try:
        table = _table(rows, columns)
    except (OSError, pyarrow.ArrowException) as err:
        raise SettingsError(f"{rows}: {' '.join(str(err).split())[:300]}") from None
    return reduce(lambda one, other: one.union(other), (session.createDataFrame(part) for part in _parts(table)))


def _table(rows: str, columns: Sequence[str]) -> Any:
    import pyarrow
    from pyarrow import csv, parquet

    schema = pyarrow.schema([(name, pyarrow.float64()) for name in columns])
    if rows.rstrip("/").endswith(".parquet"):
        return parquet.read_table(rows, columns=list(columns)).cast(schema)
    options = csv.ConvertOptions(include_columns=list(columns), column_types=schema)
    return csv.read_csv(rows, convert_options=options)


def _parts(table: Any) -> Iterator[Any]:
    yield from (table.slice(start, CHUNK) for start in range(0, max(table.num_rows, 1), CHUNK))
