"""Transactions as CSV, read and written piece by piece."""

import io
from collections.abc import Generator
from pathlib import Path
from typing import IO, Any

import pandas as pd

from mlgate.data.columns import FIX, check_header
from mlgate.data.transactions import COLUMNS
from mlgate.errors import SettingsError
from mlgate.files import replacing

AT_ONCE = 20_000
"""Rows of a piece: their text and numbers take some 25 MB while they are read."""

# So that a number and the same number in quotes are one; from pandas 3.1 on this is the only way it reads.
_OLD = tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1)
_EXACT: dict[str, Any] = {"float_precision": "round_trip"} if _OLD else {}


def most(file: Path | IO[bytes]) -> int:
    """How many rows a file can have at most; raises ``OSError``."""
    size = file.stat().st_size if isinstance(file, Path) else file.seek(0, io.SEEK_END)
    # A row has at least one digit of each column, and what follows it.
    return size // (2 * len(COLUMNS)) + 1


def blocks(file: Path | IO[bytes], where: str) -> Generator[pd.DataFrame]:
    """Pieces of a file; raises ``SettingsError`` that says why it is no CSV file of transactions."""
    try:
        # pandas would rename a second V1 to "V1.1", so the header is first read as data.
        header = pd.read_csv(
            _start(file), header=None, nrows=1, dtype=str, keep_default_na=False, encoding="utf-8-sig", compression=None
        )
        check_header(header.iloc[0].tolist(), where)
        with pd.read_csv(
            _start(file), encoding="utf-8-sig", compression=None, low_memory=False, chunksize=AT_ONCE, **_EXACT
        ) as pieces:
            for piece in pieces:
                # With more fields than names pandas takes the first field for an index and shifts all the others.
                if not isinstance(piece.index, pd.RangeIndex):
                    raise SettingsError(f"{where}: the rows have more fields than the header has names", fix=FIX)
                yield piece
    except FileNotFoundError:
        raise SettingsError(f"{where} does not exist", fix="pass the path of a CSV file") from None
    except (OSError, ValueError, OverflowError) as err:
        raise SettingsError(f"{where}: cannot be read as CSV: {' '.join(str(err).split())[:200]}", fix=FIX) from None


def _start(file: Path | IO[bytes]) -> Any:
    if not isinstance(file, Path):
        file.seek(0)
    return file


def write(frame: pd.DataFrame, path: Path) -> None:
    """Put the rows in ``path`` in one rename, every number in the shortest text that reads back as the same number."""
    import pyarrow
    from pyarrow import csv

    names = list(frame.columns)
    columns = [frame[name].to_numpy() for name in names]
    schema = pyarrow.schema([(name, pyarrow.from_numpy_dtype(frame[name].dtype)) for name in names])
    plain = csv.WriteOptions(quoting_style="none", quoting_header="none")
    with replacing(path) as out, csv.CSVWriter(out, schema, write_options=plain) as rows:
        for start in range(0, len(frame), AT_ONCE):
            piece = [pyarrow.array(each[start : start + AT_ONCE]) for each in columns]
            rows.write_batch(pyarrow.record_batch(piece, schema=schema))
