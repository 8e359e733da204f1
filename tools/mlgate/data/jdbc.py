"""Transactions behind a JDBC driver: ``jdbc:postgresql://HOST:PORT/DATABASE?table=NAME``, or Teiid's
``jdbc:teiid:VDB@mm://HOST:PORT?table=NAME`` (``mms`` encrypts all of it).

The drivers are Java: JDBC_DRIVERS names their jars, or the folder that holds them. User and password come from
JDBC_USER and JDBC_PASSWORD alone, so that no address ever holds them.
"""

import csv
import io
import os
import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mlgate.data import tables
from mlgate.errors import MissingTool, SettingsError, ToolFailed

SCHEME = "jdbc:"
LOGIN_TIMEOUT_S = 10
FETCH_ROWS = 5_000
_FIX = (
    "for example jdbc:postgresql://virtual-database:5432/csvrdbmsdb?table=creditfraud "
    "or jdbc:teiid:csvrdbmsdb@mm://virtual-database:31000?table=creditfraud"
)
_ACCESS = "set JDBC_USER and JDBC_PASSWORD"
_DRIVERS = "set JDBC_DRIVERS to the folder with the drivers, as model/fraud/jdbc/README.md tells"
# Properties of a driver may follow ? and ;, and @ may follow a login: what stands there may be a password.
_URL = re.compile(r"jdbc:(?:[a-z][a-z0-9]*:|teiid:[\w.-]+@mms?:)//[^@/?;#\s]+(?:/[^@/?;#\s]+)?", re.ASCII)
# Of SQLSTATE: the server is not there, or who asks is not let in.
_NO_WAY = ("08", "28")


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view; ``name`` has one or two parts, spelled as the database keeps them, ``url`` no credentials."""

    url: str
    name: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.url}?table={'.'.join(self.name)}"


def table(source: str) -> Table:
    """The table that ``source`` names; raises ``SettingsError``, which repeats nothing that may be a password."""
    url, _, query = source.partition("?")
    if not _URL.fullmatch(url):
        raise SettingsError("the data source jdbc:... is no address, or has a login or properties in it", fix=_FIX)
    return Table(url, tables.name(query, "jdbc:...", _FIX))


def export(asked: Table, out: IO[bytes]) -> None:
    """Write the rows of ``asked`` as CSV with a header, every number as the driver spells it.

    Raises ``MissingTool`` without Java or drivers, ``ToolFailed`` when the server cannot be reached or lets nobody in,
    and ``SettingsError`` when it refuses the question.
    """
    import jpype

    _start()
    try:
        with closing(_connect(asked)) as connection:
            text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
            try:
                _rows(connection, asked, csv.writer(text))
            finally:
                text.detach()
    except jpype.JException as err:
        raise _refused(asked, err) from None


def _start() -> None:
    """Start Java once in the life of this process; it cannot be started twice."""
    import jpype

    if jpype.isJVMStarted():
        return
    found = jars(os.environ.get("JDBC_DRIVERS", ""))
    try:
        # Without -Xrs Java would take over the signals by which a run is stopped.
        jpype.startJVM("-Xrs", "-Xmx512m", classpath=found, convertStrings=True, interrupt=True)
    except jpype.JVMNotFoundException:
        raise MissingTool("Java is missing: JDBC drivers need it", fix="install Java 17 or later") from None


def jars(named: str) -> list[str]:
    """The jars of ``named``, jars and folders of them with ``os.pathsep`` between; raises ``MissingTool``."""
    places = [Path(place) for place in named.split(os.pathsep) if place]
    found = [jar for place in places for jar in (sorted(place.glob("*.jar")) if place.is_dir() else [place])]
    gone = [jar for jar in found if not jar.is_file()]
    if gone or not found:
        what = f"{gone[0]} does not exist" if gone else "JDBC_DRIVERS names no jar"
        raise MissingTool(f"no JDBC driver: {what}", fix=_DRIVERS)
    return list(map(str, found))


def _connect(asked: Table) -> Any:
    import jpype

    manager = jpype.JClass("java.sql.DriverManager")
    manager.setLoginTimeout(LOGIN_TIMEOUT_S)
    login = jpype.JClass("java.util.Properties")()
    for name in ("user", "password"):
        login.setProperty(name, os.environ.get(f"JDBC_{name.upper()}", ""))
    return manager.getConnection(asked.url, login)


def _rows(connection: Any, asked: Table, out: Any) -> None:
    connection.setReadOnly(True)
    # PostgreSQL's driver reads piece by piece only within a transaction.
    if connection.getMetaData().getDatabaseProductName() == "PostgreSQL":
        connection.setAutoCommit(False)
    quote = connection.getMetaData().getIdentifierQuoteString()
    name = ".".join(quote + part.replace(quote, quote * 2) + quote for part in asked.name)
    with closing(connection.createStatement()) as statement:
        statement.setFetchSize(FETCH_ROWS)
        rows = statement.executeQuery(f"SELECT * FROM {name}")  # noqa: S608 - quoted as the database says
        columns = range(1, rows.getMetaData().getColumnCount() + 1)
        out.writerow([rows.getMetaData().getColumnLabel(column) for column in columns])
        # Text, as a float of 4 bytes would else become another number than the one that is shown.
        while rows.next():
            out.writerow([rows.getString(column) for column in columns])


def _refused(asked: Table, err: Any) -> SettingsError | ToolFailed:
    said = " ".join(str(err.getMessage()).split())[:300]
    for secret in filter(None, (os.environ.get("JDBC_PASSWORD"),)):
        said = said.replace(secret, "***")
    state = str(err.getSQLState() or "") if hasattr(err, "getSQLState") else ""
    if "No suitable driver" in said:
        return ToolFailed(f"{asked} cannot be read: no driver among JDBC_DRIVERS knows the address", fix=_DRIVERS)
    if state.startswith(_NO_WAY) or not state:
        return ToolFailed(f"{asked} cannot be read: {said}", fix=f"is the server there? {_ACCESS}")
    return SettingsError(f"{asked}: {said}", fix=f"name a table or view that may be read; {_ACCESS}")
