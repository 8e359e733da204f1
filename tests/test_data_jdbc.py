"""What a JDBC driver reads, from real PostgreSQL and real Teiid: the same data set as the file, or a named refusal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import data_servers
import postgresql
import teiid
from data_servers import LOGIN, PASSWORD, Servers
from mlgate.data import jdbc, sources, synthetic
from mlgate.data.transactions import canonical
from mlgate.errors import MissingTool, MlgateError, SettingsError, ToolFailed

FRAME = synthetic.generate(seed=7, rows=400)
HASH = canonical(FRAME, "test").sha256
WAYS = ("jdbc", "teiid")
needs_servers = pytest.mark.skipif(
    postgresql.left_out() or teiid.left_out(), reason=f"{postgresql.MISSING}, or {teiid.MISSING}"
)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with data_servers.running(FRAME, tmp_path_factory.mktemp("teiid")) as servers:
        yield servers


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in LOGIN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("JDBC_DRIVERS", str(teiid.drivers()))


@needs_servers
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_files_are_the_same_data_set(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"rows.{kind}"
    FRAME.to_csv(file, index=False) if kind == "csv" else FRAME.to_parquet(file)
    assert sources.load(f"{kind}:{file}", seed=0).sha256 == HASH


@needs_servers
@pytest.mark.parametrize("way", ["postgresql", *WAYS])
def test_the_view_is_the_same_data_set_by_every_way(servers: Servers, login: None, way: str) -> None:
    loaded = sources.load(servers.sources()[way], seed=0)
    assert loaded.sha256 == HASH
    assert loaded.source == servers.sources()[way]


@needs_servers
def test_a_short_float_is_the_number_that_is_shown(servers: Servers, login: None) -> None:
    columns = ", ".join(f'"{name}"::real' for name in FRAME.columns)
    text = "CREATE TABLE short AS SELECT COLUMNS FROM CreditFraud; GRANT SELECT ON short TO reader"
    servers.postgresql.rows(data_servers.DATABASE, text.replace("COLUMNS", columns))
    asked = servers.sources("short")
    assert sources.load(asked["jdbc"], seed=0).sha256 == sources.load(asked["postgresql"], seed=0).sha256


@needs_servers
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["fraud_data", "absent", 'a" OR "b'])
def test_a_reader_reads_the_view_and_nothing_else(servers: Servers, login: None, way: str, name: str) -> None:
    asked = servers.sources(name.replace(" ", "%20"))[way]
    with pytest.raises(SettingsError, match=r"does not exist|not entitled|permission denied") as caught:
        sources.load(asked, seed=0)
    assert f"?table={name}" in str(caught.value)


@needs_servers
@pytest.mark.parametrize("call", ["getTextFiles('creditcard.csv')", "saveFile('x', 'y')"])
def test_the_files_behind_the_view_are_out_of_reach(servers: Servers, call: str) -> None:
    import psycopg

    login = f"host=127.0.0.1 port={servers.teiid.pg} dbname={data_servers.DATABASE} user=reader"
    with psycopg.connect(login, password=PASSWORD, autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM CreditFraud").fetchall() == [(len(FRAME),)]
        with pytest.raises(psycopg.Error, match="not entitled"):
            connection.execute(f"CALL csv.{call}")


@needs_servers
@pytest.mark.parametrize("password", ["", "wrong-but-secret"])
@pytest.mark.parametrize("way", WAYS)
def test_who_is_not_let_in_is_told_so_without_the_password(
    servers: Servers, login: None, monkeypatch: pytest.MonkeyPatch, way: str, password: str
) -> None:
    monkeypatch.setenv("JDBC_PASSWORD", password)
    with pytest.raises(ToolFailed, match=r"table=creditfraud cannot be read: .*password") as caught:
        sources.load(servers.sources()[way], seed=0)
    assert not password or password not in str(caught.value)
    assert "JDBC_PASSWORD" in caught.value.fix


@needs_servers
@pytest.mark.parametrize("user", ["postgres", "reader' --"])
def test_nobody_but_the_reader_is_let_in(
    servers: Servers, login: None, monkeypatch: pytest.MonkeyPatch, user: str
) -> None:
    monkeypatch.setenv("JDBC_USER", user)
    with pytest.raises(ToolFailed, match="user or password is wrong"):
        sources.load(servers.sources()["teiid"], seed=0)


@needs_servers
@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("jdbc:postgresql://127.0.0.1:1/db?table=rows", "refused"),
        ("jdbc:teiid:csvrdbmsdb@mm://127.0.0.1:1?table=rows", "refused"),
        ("jdbc:oracle://127.0.0.1:1/db?table=rows", "no driver"),
    ],
)
def test_a_server_that_is_not_there_is_named_and_nothing_takes_its_place(login: None, source: str, reason: str) -> None:
    with pytest.raises(ToolFailed, match=reason) as caught:
        sources.load(source, seed=0)
    assert str(caught.value).startswith(f"{source} cannot be read")
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize("left_out", ["JDBC_URL", "JDBC_PASSWORD", "FEATURES", "READER_PASSWORD_FILE"])
@pytest.mark.skipif(teiid.left_out(), reason=teiid.MISSING)
def test_teiid_does_not_start_half_told(tmp_path: Path, left_out: str) -> None:
    told = data_servers.given(postgresql.Server(tmp_path, "nobody", 1))
    (tmp_path / "secret").write_text("x")
    process = teiid.start(tmp_path, {name: value for name, value in told.items() if name != left_out})
    assert process.wait(timeout=60) == 2
    assert (tmp_path / "teiid.log").read_text().endswith(f"{left_out} is not set\n")


@pytest.mark.skipif(teiid.left_out(), reason=teiid.MISSING)
def test_teiid_does_not_start_with_an_empty_password(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("\n")
    process = teiid.start(tmp_path, data_servers.given(postgresql.Server(tmp_path, "nobody", 1)))
    assert process.wait(timeout=60) == 2
    assert "READER_PASSWORD_FILE is empty" in (tmp_path / "teiid.log").read_text()


@pytest.mark.parametrize(("named", "said"), [("", "names no jar"), ("/absent/driver.jar", "driver.jar does not exist")])
def test_without_a_driver_the_place_for_it_is_named(named: str, said: str) -> None:
    with pytest.raises(MissingTool, match=said) as caught:
        jdbc.jars(named)
    assert "JDBC_DRIVERS" in caught.value.fix


@pytest.mark.parametrize(
    "source",
    [
        "jdbc:postgresql://me:hunter2@host/db?table=t",
        "jdbc:postgresql://host/db?table=t&password=hunter2",
        "jdbc:postgresql://host/db?password=hunter2",
        "jdbc:postgresql://host/db",
        "jdbc:postgresql://host/db;password=hunter2?table=t",
        "jdbc:teiid:vdb@mm://host:1;password=hunter2?table=t",
        "jdbc:teiid:vdb;password=hunter2@mm://host:1?table=t",
        "jdbc:postgresql:db?table=t",
        "jdbc:postgresql://host/db?table=",
        "jdbc:postgresql://host/db?table=a.b.c",
        "jdbc:postgresql://host/a b?table=t",
        "jdbc:",
    ],
)
def test_an_address_is_refused_without_repeating_a_password(source: str) -> None:
    with pytest.raises(MlgateError, match=r"the data source jdbc:") as caught:
        sources.load(source, seed=0)
    assert "hunter2" not in f"{caught.value} {caught.value.fix}"
