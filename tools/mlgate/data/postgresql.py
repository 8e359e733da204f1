"""Transactions in a PostgreSQL table or view: ``postgresql://HOST:PORT/DATABASE?table=NAME``.

Who asks is nobody's business in a settings file: user and password come from the environment alone, as every client of
PostgreSQL takes them (PGUSER, PGPASSWORD or PGPASSFILE), and so do sslmode and the like.
"""

from dataclasses import dataclass
from typing import IO
from urllib.parse import urlsplit

from mlgate.data import tables
from mlgate.errors import SettingsError, ToolFailed

SCHEME = "postgresql://"
CONNECT_TIMEOUT_S = 10
_FIX = "for example postgresql://virtual-database:5432/csvrdbmsdb?table=creditfraud"
_ACCESS = "set PGUSER and PGPASSWORD or PGPASSFILE"


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view; ``name`` has one or two parts, spelled as PostgreSQL keeps them, ``server`` no credentials."""

    server: str
    name: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.server}?table={'.'.join(self.name)}"


def table(url: str) -> Table:
    """The table that ``url`` names; raises ``SettingsError``, which repeats nothing that may be a password."""
    if "@" in url:
        raise SettingsError("the data source postgresql://... has a user or password in it", fix=_ACCESS)
    try:
        parts = urlsplit(url)
        whole = bool(parts.hostname and parts.path.strip("/") and not parts.fragment and parts.port != 0)
    except ValueError as err:
        raise SettingsError(f"the data source postgresql://... is no address: {err}", fix=_FIX) from None
    if not whole:
        raise SettingsError("the data source postgresql://... is not HOST:PORT/DATABASE?table=NAME", fix=_FIX)
    name = tables.name(parts.query, "postgresql://...", _FIX)
    return Table(f"{SCHEME}{parts.netloc}{parts.path}", name)


def export(asked: Table, out: IO[bytes]) -> None:
    """Write the rows of ``asked`` as CSV with a header, every digit of every number.

    Raises ``ToolFailed`` when the server cannot be reached, and ``SettingsError`` when it refuses the question.
    """
    import psycopg
    from psycopg import sql

    question = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT WITH (FORMAT csv, HEADER)").format(
        sql.Identifier(*asked.name)
    )
    # Whatever the server or the role is set to: shortest text that reads back as the same number, and nothing written.
    options = "-c extra_float_digits=1 -c default_transaction_read_only=on -c client_encoding=UTF8"
    try:
        with (
            psycopg.connect(asked.server, connect_timeout=CONNECT_TIMEOUT_S, options=options) as connection,
            connection.cursor().copy(question) as rows,
        ):
            for block in rows:
                out.write(block)
    except (psycopg.ProgrammingError, psycopg.DataError) as err:
        raise SettingsError(f"{asked}: {_said(err)}", fix=f"name a table or view that may be read; {_ACCESS}") from None
    except psycopg.Error as err:
        raise ToolFailed(f"{asked} cannot be read: {_said(err)}", fix=f"is the server there? {_ACCESS}") from None


def _said(err: Exception) -> str:
    return " ".join(str(err).split())[:300]
