"""Transactions in a Parquet file."""

from collections.abc import Generator
from pathlib import Path

import pandas as pd

_AT_ONCE = 1 << 16
_BUFFER = 1 << 20


def names(path: Path) -> list[str]:
    """Names of the columns in their order; raises ``OSError`` or ``ValueError``."""
    import pyarrow
    from pyarrow import parquet

    try:
        return [str(name) for name in parquet.read_schema(path).names]
    except pyarrow.ArrowException as err:
        raise ValueError(str(err)) from None


def rows(path: Path) -> int:
    """How many rows a file has; raises ``OSError`` or ``ValueError``."""
    import pyarrow
    from pyarrow import parquet

    try:
        return int(parquet.read_metadata(path).num_rows)
    except pyarrow.ArrowException as err:
        raise ValueError(str(err)) from None


def blocks(path: Path, columns: list[str]) -> Generator[pd.DataFrame]:
    """The ``columns`` of a file, some rows at a time; raises ``OSError`` or ``ValueError``."""
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False) as file:
            for batch in file.iter_batches(_AT_ONCE, columns=columns):
                # What pandas once wrote there about an index would take columns away.
                yield batch.to_pandas(ignore_metadata=True)
    except pyarrow.ArrowException as err:
        raise ValueError(str(err)) from None
