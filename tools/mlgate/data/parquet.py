"""Transactions in a Parquet file."""

from pathlib import Path

import pandas as pd


def names(path: Path) -> list[str]:
    """Names of the columns in their order; raises ``OSError`` or ``ValueError``."""
    import pyarrow
    from pyarrow import parquet

    try:
        return [str(name) for name in parquet.read_schema(path).names]
    except pyarrow.ArrowException as err:
        raise ValueError(str(err)) from None


def read(path: Path, columns: list[str]) -> pd.DataFrame:
    """The ``columns`` of a file; raises ``OSError`` or ``ValueError``."""
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(path).read(columns=columns)
        # What pandas once wrote there about an index would take columns away.
        frame: pd.DataFrame = table.to_pandas(ignore_metadata=True)
    except pyarrow.ArrowException as err:
        raise ValueError(str(err)) from None
    return frame
