"""Tables and views of a real PostgreSQL: the same data set as the file; refusals name the source, never a password."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

import postgresql as servers
from checkouts import ROOT
from mlgate.data import postgresql, sources, synthetic
from mlgate.data.transactions import COLUMNS, canonical
from mlgate.errors import MlgateError, SettingsError, ToolFailed

FRAME = synthetic.generate(seed=7, rows=200)
HASH = canonical(FRAME, "test").sha256
SQL = ROOT / "base" / "components" / "virtualization-postgresql" / "dev" / "sql"
SECRET = "a reader's own"
needs_server = pytest.mark.skipif(servers.left_out(), reason=servers.MISSING)
_EXACT = ", ".join(f'"{name}"::text::numeric AS "{name}"' for name in COLUMNS)
OTHERS = """
CREATE TABLE exact AS SELECT EXACT FROM CreditFraud;
CREATE TABLE "a ""name""; DROP VIEW CreditFraud" AS SELECT 7 AS "Id", * FROM CreditFraud;
CREATE TABLE short AS SELECT "Time", "V1" FROM CreditFraud;
CREATE TABLE hole AS SELECT * FROM CreditFraud; INSERT INTO hole ("Time") VALUES (1);
CREATE TABLE nothing AS SELECT * FROM CreditFraud LIMIT 0;
CREATE TABLE closed AS SELECT * FROM CreditFraud;
CREATE SCHEMA own; CREATE TABLE own.rows AS SELECT * FROM CreditFraud;
CREATE FUNCTION fails() RETURNS double precision LANGUAGE sql VOLATILE AS 'SELECT 1 / (random() * 0)';
CREATE VIEW failing AS SELECT fails() AS "Time";
GRANT USAGE ON SCHEMA own TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA public, own TO reader;
REVOKE ALL ON closed FROM reader;
ALTER ROLE reader SET extra_float_digits = -10;
""".replace("EXACT", _EXACT)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """The virtual database of base/components with the rows of ``FRAME``, and what else a reader may meet."""
    with servers.running() as server:
        features, secret = server.folder / "features.csv", server.folder / "secret"
        features.write_text(FRAME.to_csv(index=False))
        secret.write_text(SECRET)
        features.chmod(0o644)
        for file in sorted(SQL.iterdir()):
            text = file.read_text().replace("/features/train/data/creditcard.csv", str(features))
            server.rows("postgres", text.replace("/run/secrets/virtual-database/reader-password", str(secret)))
        server.rows("postgres", OTHERS)
        yield server


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGUSER", "reader")
    monkeypatch.setenv("PGPASSWORD", SECRET)


def url(server: servers.Server, table: str) -> str:
    # libpq takes a folder for the host: there the server's socket is.
    return f"postgresql://{quote(str(server.folder), safe='')}/postgres?table={quote(table)}"


@needs_server
@pytest.mark.parametrize("table", ["creditfraud", "public.creditfraud", "own.rows", "exact"])
def test_the_same_rows_are_the_same_data_set(server: servers.Server, login: None, table: str) -> None:
    loaded = sources.load(url(server, table), seed=0)
    assert loaded.sha256 == HASH
    assert loaded.source.endswith(f"/postgres?table={table}")


@needs_server
def test_a_name_is_a_name_whatever_stands_in_it(server: servers.Server, login: None) -> None:
    assert sources.load(url(server, 'a "name"; DROP VIEW CreditFraud'), seed=0).sha256 == HASH
    assert sources.load(url(server, "creditfraud"), seed=0).sha256 == HASH


@needs_server
@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("CreditFraud", 'relation "CreditFraud" does not exist'),
        ("absent", 'relation "absent" does not exist'),
        ("closed", "permission denied for table closed"),
        ("short", "column V2 is missing"),
        ("hole", "row 201: V1 is missing"),
        ("nothing", "there are no rows"),
        ("failing", "division by zero"),
    ],
)
def test_a_refusal_names_the_table_and_the_reason(server: servers.Server, login: None, table: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason) as caught:
        sources.load(url(server, table), seed=0)
    assert f"?table={table}" in str(caught.value)


@needs_server
@pytest.mark.parametrize("password", ["", "wrong-but-secret"])
def test_who_is_not_let_in_is_told_so_without_the_password(
    server: servers.Server, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("PGUSER", "reader")
    monkeypatch.setenv("PGPASSWORD", password)
    monkeypatch.setenv("PGPASSFILE", "/dev/null")
    with pytest.raises(ToolFailed, match=r"creditfraud cannot be read: .*password") as caught:
        sources.load(url(server, "creditfraud"), seed=0)
    assert not password or password not in str(caught.value)
    assert "PGPASSWORD" in caught.value.fix


@needs_server
def test_a_password_file_serves_too(server: servers.Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "pgpass"
    file.write_text(f"*:*:*:reader:{SECRET}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGUSER", "reader")
    monkeypatch.setenv("PGPASSFILE", str(file))
    assert sources.load(url(server, "creditfraud"), seed=0).sha256 == HASH


def test_a_server_that_is_not_there_is_named_and_nothing_takes_its_place(login: None) -> None:
    with pytest.raises(ToolFailed, match=r"postgresql://127\.0\.0\.1:1/db\?table=rows cannot be read") as caught:
        sources.load("postgresql://127.0.0.1:1/db?table=rows", seed=0)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("postgresql://me:hunter2@host/db?table=t", "user or password"),
        ("postgresql://me@host/db?table=t", "user or password"),
        ("postgresql://host/db?table=t&password=hunter2", "does not end in"),
        ("postgresql://host/db?password=hunter2", "does not end in"),
        ("postgresql://host/db?table=t&table=hunter2", "does not end in"),
        ("postgresql://host/db", "does not end in"),
        ("postgresql://host?table=t", "is not HOST:PORT/DATABASE"),
        ("postgresql:///db?table=t", "is not HOST:PORT/DATABASE"),
        ("postgresql://host/db?table=t#x", "is not HOST:PORT/DATABASE"),
        ("postgresql://host:many/db?table=t", "no address"),
        ("postgresql://[host/db?table=t", "no address"),
        ("postgresql://host/db?table=", "names no table"),
        ("postgresql://host/db?table=a.b.c", "names no table"),
        ("postgresql://host/db?table=a%00b", "names no table"),
        ("postgres://me:hunter2@host/db?table=t", "'postgres://' is unknown"),
        (f"mysql://me:hunter2{'x' * 80}@host/db", "'mysql://' is unknown"),
    ],
)
def test_an_address_is_refused_without_repeating_a_password(source: str, reason: str) -> None:
    with pytest.raises(MlgateError, match=reason) as caught:
        sources.load(source, seed=0)
    assert "hunter2" not in f"{caught.value} {caught.value.fix}"


def test_the_port_and_the_schema_are_parts_of_the_address() -> None:
    asked = postgresql.table("postgresql://db.example.com:5433/sales?table=own.rows")
    assert asked == postgresql.Table("postgresql://db.example.com:5433/sales", ("own", "rows"))
    assert str(asked) == "postgresql://db.example.com:5433/sales?table=own.rows"
