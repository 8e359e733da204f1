"""Reading transactions; whatever is wrong is named by file, column and row, and nothing falls back."""

import re
import tempfile
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
import pandas as pd

from mlgate.data import jdbc, openml, parquet, postgresql, spark, synthetic
from mlgate.data.transactions import COLUMNS, Transactions, canonical
from mlgate.errors import SettingsError

KINDS = (
    "synthetic, openml, csv:PATH, parquet:PATH, postgresql://HOST:PORT/DATABASE?table=NAME, "
    "jdbc:postgresql://HOST:PORT/DATABASE?table=NAME, jdbc:teiid:VDB@mm://HOST:PORT?table=NAME "
    "or spark:PATH.parquet?master=spark://HOST:PORT"
)
_FIX = f"the columns are {COLUMNS[0]}, V1..V28, Amount, Class (Id is optional); Class is 0 or 1"
_NUMBER = re.compile(r"""\s*(['"]?)([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\1\s*""", re.ASCII)

# So that a number and the same number in quotes are one; from pandas 3.1 on this is the only way it reads.
_OLD = tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1)
_EXACT: dict[str, Any] = {"float_precision": "round_trip"} if _OLD else {}


class Server(Protocol):
    """A module that reads from a server: what its addresses begin with, the table that one names, its rows as CSV."""

    SCHEME: str

    def table(self, source: str, /) -> Any:
        """What ``source`` asks for, shown by ``str`` without a secret; raises ``SettingsError``."""

    def export(self, asked: Any, out: IO[bytes], /) -> None:
        """Write every row with a header, every digit of every number; raises ``MlgateError``."""


SERVERS: tuple[Server, ...] = (postgresql, jdbc, spark)
"""A further kind of server is one module more, named here."""


def load(source: str, *, seed: int) -> Transactions:
    """Transactions of a source: one of ``KINDS``. The same rows are the same data set, whichever they come from.

    ``seed`` matters to ``synthetic`` only. Raises ``SettingsError`` for data that break the rules and ``ToolFailed``
    when a server cannot be reached.
    """
    if source == "synthetic":
        return canonical(synthetic.generate(seed=seed), source)
    if source == "openml":
        return canonical(checked(openml.fetch(), source), source)
    for server in SERVERS:
        if source.startswith(server.SCHEME):
            return _served(server, server.table(source))
    kind, _, name = source.partition(":")
    if kind in ("csv", "parquet") and name:
        path = _expanded(name)
        frame = _csv(path, str(path)) if kind == "csv" else _parquet(path)
        return canonical(checked(frame, str(path)), f"{kind}:{path.name}")
    shown, address, _ = source[:80].partition("//")  # what follows may hold a password
    raise SettingsError(f"data source {shown + address!r} is unknown", fix=f"use {KINDS}")


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError as err:
        raise SettingsError(f"{path}: {err}", fix="pass the path of a file") from None


def _served(server: Server, asked: Any) -> Transactions:
    with tempfile.TemporaryFile() as rows:
        server.export(asked, rows)
        return canonical(checked(_csv(rows, str(asked)), str(asked)), str(asked))


def _parquet(path: Path) -> pd.DataFrame:
    try:
        _check_header(parquet.names(path), str(path))
        return parquet.read(path, list(COLUMNS))
    except FileNotFoundError:
        raise SettingsError(f"{path} does not exist", fix="pass the path of a Parquet file") from None
    except (OSError, ValueError, OverflowError) as err:
        said = " ".join(str(err).split())[:200]
        raise SettingsError(f"{path}: cannot be read as Parquet: {said}", fix=_FIX) from None


def _csv(file: Path | IO[bytes], where: str) -> pd.DataFrame:
    try:
        # pandas would rename a second V1 to "V1.1", so the header is first read as data.
        header = pd.read_csv(
            _start(file), header=None, nrows=1, dtype=str, keep_default_na=False, encoding="utf-8-sig", compression=None
        )
        _check_header(header.iloc[0].tolist(), where)
        frame: pd.DataFrame = pd.read_csv(
            _start(file), encoding="utf-8-sig", compression=None, low_memory=False, **_EXACT
        )
    except FileNotFoundError:
        raise SettingsError(f"{where} does not exist", fix="pass the path of a CSV file") from None
    except (OSError, ValueError, OverflowError) as err:
        raise SettingsError(f"{where}: cannot be read as CSV: {' '.join(str(err).split())[:200]}", fix=_FIX) from None
    # With more fields than names pandas takes the first field for an index and shifts all the others.
    if not isinstance(frame.index, pd.RangeIndex):
        raise SettingsError(f"{where}: the rows have more fields than the header has names", fix=_FIX)
    return frame


def _start(file: Path | IO[bytes]) -> Any:
    if not isinstance(file, Path):
        file.seek(0)
    return file


def _check_header(names: list[str], where: str) -> None:
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise SettingsError(f"{where}: column {missing[0]} is missing ({len(missing)} in all)", fix=_FIX)
    doubled = [name for name in COLUMNS if names.count(name) > 1]
    if doubled:
        raise SettingsError(f"{where}: column {doubled[0]} stands {names.count(doubled[0])} times", fix=_FIX)


def checked(raw: pd.DataFrame, where: str) -> pd.DataFrame:
    """Numbers by column name, or ``SettingsError`` that names the first column and row that is wrong.

    Rows are counted from 1, without the header and without blank lines.
    """
    _check_header([str(name) for name in raw.columns], where)
    if raw.empty:
        raise SettingsError(f"{where}: there are no rows", fix=_FIX)
    frame = pd.DataFrame({name: _numbers(raw[name], name, where) for name in COLUMNS})
    _check_class(frame["Class"], where)
    return frame


def _numbers(column: pd.Series, name: str, where: str) -> np.ndarray:
    plain = column.dtype.kind in "iuf"
    numbers = column.to_numpy(dtype=np.float64) if plain else np.array([_number(value) for value in column])
    wrong = np.flatnonzero(~np.isfinite(numbers))
    if len(wrong):
        row = int(wrong[0])
        value = column.iloc[row]
        said = "missing" if pd.isna(value) else f"{str(value)[:40]!r}, not a finite number"
        raise SettingsError(f"{where}: row {row + 1}: {name} is {said}", fix=_FIX)
    return numbers


def _number(value: object) -> float:
    match = _NUMBER.fullmatch(str(value))
    return float(match[2]) if match else np.nan


def _check_class(column: pd.Series, where: str) -> None:
    wrong = np.flatnonzero(~column.isin([0, 1]).to_numpy())
    if len(wrong):
        row = int(wrong[0])
        raise SettingsError(f"{where}: row {row + 1}: Class is {column.iloc[row]:g}, not 0 or 1", fix=_FIX)
    if column.nunique() < 2:
        raise SettingsError(f"{where}: every row has Class {column.iloc[0]:g}; both classes are needed", fix=_FIX)
