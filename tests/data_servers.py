"""The virtual databases of the tree, running: one view over a table and a file, by PostgreSQL and by Teiid."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import postgresql
import teiid
from checkouts import ROOT

SQL = ROOT / "base" / "components" / "virtualization-postgresql" / "dev" / "sql"
PASSWORD = "a reader's own"
LOGIN = {"PGUSER": "reader", "PGPASSWORD": PASSWORD, "JDBC_USER": "reader", "JDBC_PASSWORD": PASSWORD}
DATABASE = "csvrdbmsdb"


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the two are; ``teiid`` reads its table from ``postgresql``."""

    postgresql: postgresql.Server
    teiid: teiid.Server

    def sources(self, table: str = "creditfraud") -> dict[str, str]:
        """The address of ``table`` for every way to it."""
        one = f"postgresql://127.0.0.1:{self.postgresql.port}/{DATABASE}?table={table}"
        return {
            "postgresql": one,
            "jdbc": f"jdbc:{one}",
            "teiid": f"jdbc:teiid:{DATABASE}@mm://127.0.0.1:{self.teiid.teiid}?table={table}",
        }


@contextmanager
def running(frame: pd.DataFrame, folder: Path) -> Iterator[Servers]:
    """Both, with the first half of ``frame`` in the file and the rest in the table."""
    with postgresql.running(network=True) as server:
        half = len(frame) // 2
        _fill(server, frame[:half], frame[half:])
        with teiid.running(folder, given(server)) as virtual:
            yield Servers(server, virtual)


def given(server: postgresql.Server) -> dict[str, str]:
    """What Teiid is told of its table, its file and its reader."""
    return {
        "JDBC_URL": f"jdbc:postgresql://127.0.0.1:{server.port}/{DATABASE}",
        "JDBC_USER": postgresql.ADMIN,
        "JDBC_PASSWORD": postgresql.ADMIN_PASSWORD,
        "FEATURES": str(server.folder),
        "READER_PASSWORD_FILE": str(server.folder / "secret"),
    }


def _fill(server: postgresql.Server, in_file: pd.DataFrame, in_table: pd.DataFrame) -> None:
    features = _written(server, "creditcard.csv", in_file.to_csv(index=False))
    rows = _written(server, "table.csv", in_table.to_csv(index=False))
    secret = _written(server, "secret", PASSWORD)
    server.rows("postgres", f"CREATE DATABASE {DATABASE}")
    for file in sorted(SQL.iterdir()):
        text = file.read_text().replace("/features/train/data/creditcard.csv", str(features))
        server.rows(DATABASE, text.replace("/run/secrets/virtual-database/reader-password", str(secret)))
    server.rows(DATABASE, f"COPY fraud_data FROM '{rows}' WITH (FORMAT csv, HEADER)")


def _written(server: postgresql.Server, name: str, text: str) -> Path:
    file = server.folder / name
    file.write_text(text)
    file.chmod(0o644)
    return file
