"""Reading transactions; whatever is wrong is named by file, column and row, and nothing falls back."""

import contextlib
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import IO, Any, Protocol

import pandas as pd

from mlgate.data import csvfile, jdbc, openml, parquet, postgresql, spark, synthetic
from mlgate.data.columns import FIX, check_header, gathered
from mlgate.data.transactions import COLUMNS, Transactions, canonical, taken
from mlgate.errors import SettingsError

KINDS = (
    "synthetic, openml, csv:PATH, parquet:PATH, postgresql://HOST:PORT/DATABASE?table=NAME, "
    "jdbc:postgresql://HOST:PORT/DATABASE?table=NAME, jdbc:teiid:VDB@mm://HOST:PORT?table=NAME "
    "or spark:PATH.parquet?master=spark://HOST:PORT"
)
_UNREADABLE = (OSError, ValueError, OverflowError)
_Blocks = Generator[pd.DataFrame]


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
        return _read(len(found := openml.fetch()), (each for each in [found]), source, source)
    for server in SERVERS:
        if source.startswith(server.SCHEME):
            return _served(server, server.table(source))
    kind, _, name = source.partition(":")
    if kind in ("csv", "parquet") and name:
        path = _expanded(name)
        pieces = _csv(path, str(path)) if kind == "csv" else _parquet(path)
        return _read(*pieces, str(path), f"{kind}:{path.name}")
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
        return _read(*_csv(rows, str(asked)), str(asked), str(asked))


def _read(most: int, blocks: _Blocks, where: str, source: str) -> Transactions:
    # Closed at once, as a piece that is refused leaves a reader behind whose file may be gone before it.
    with contextlib.closing(blocks):
        return taken(gathered(blocks, where, most), source)


def _parquet(path: Path) -> tuple[int, _Blocks]:
    """How many rows a file has, and its pieces."""
    try:
        check_header(parquet.names(path), str(path))
        return parquet.rows(path), _parquet_blocks(path)
    except FileNotFoundError:
        raise SettingsError(f"{path} does not exist", fix="pass the path of a Parquet file") from None
    except _UNREADABLE as err:
        raise _no_parquet(path, err) from None


def _parquet_blocks(path: Path) -> _Blocks:
    try:
        yield from parquet.blocks(path, list(COLUMNS))
    except _UNREADABLE as err:
        raise _no_parquet(path, err) from None


def _no_parquet(path: Path, err: Exception) -> SettingsError:
    said = " ".join(str(err).split())[:200]
    return SettingsError(f"{path}: cannot be read as Parquet: {said}", fix=FIX)


def _csv(file: Path | IO[bytes], where: str) -> tuple[int, _Blocks]:
    """How many rows a file can have, and its pieces."""
    try:
        return csvfile.most(file), csvfile.blocks(file, where)
    except (OSError, ValueError):
        return 0, csvfile.blocks(file, where)
