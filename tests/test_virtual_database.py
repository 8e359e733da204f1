"""The virtual database's SQL, run by a real PostgreSQL as the image's entrypoint runs it."""

import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import postgresql
from checkouts import ROOT
from mlgate.cli import main
from mlgate.data.split import read_record
from mlgate.data.transactions import COLUMNS

pytestmark = pytest.mark.skipif(postgresql.left_out(), reason=postgresql.MISSING)
SQL = ROOT / "base" / "components" / "virtualization-postgresql" / "dev" / "sql"
CSV = "/features/train/data/creditcard.csv"
SECRET = "/run/secrets/virtual-database/reader-password"
READER_PASSWORD = "a reader's own"
QUERY = 'SELECT "Time", "V28", "Amount", "Class" FROM CreditFraud'


@dataclass(frozen=True, slots=True)
class Database:
    server: postgresql.Server
    name: str
    reader: str

    @property
    def features(self) -> Path:
        return self.server.folder / f"{self.name}.csv"

    @property
    def secret(self) -> Path:
        return self.server.folder / f"{self.name}.secret"

    def here(self, text: str) -> str:
        """The SQL with this database's own places and role."""
        moved = text.replace(CSV, str(self.features)).replace(SECRET, str(self.secret))
        return re.sub(r"\breader;", f"{self.reader};", moved.replace("ROLE reader ", f"ROLE {self.reader} "))

    def rows(self, text: str, **login: str) -> list[list[str]]:
        return self.server.rows(self.name, text, **login)

    def refusal(self, text: str, **login: str) -> str:
        done = self.server.psql(self.name, text, **login)
        assert done.returncode != 0
        return done.stderr


@pytest.fixture(scope="module")
def server() -> Iterator[postgresql.Server]:
    with postgresql.running() as server:
        yield server


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the init container writes: its command, on the synthetic rows."""
    folder = tmp_path_factory.mktemp("split")
    places = ["--source", str(folder), "--sealed", str(folder / "sealed")]
    options = ["--data-source", "synthetic", "--holdout", "0.25", "--seed", "2020"]
    assert main(["step", "split", *places, *options]) == 0
    return folder


@pytest.fixture(scope="module")
def make(server: postgresql.Server, split: Path) -> Callable[..., Database]:
    """Fresh databases. Roles are the server's, so but for the first each names its reader after itself."""
    numbers = itertools.count()

    def build(*, password: str | None = READER_PASSWORD, change: Callable[[str], str] = str) -> Database:
        number = next(numbers)
        made = Database(server, f"csvrdbmsdb{number}", f"reader{number or ''}")
        _readable(split / "train" / "data" / "creditcard.csv", made.features)
        if password is not None:
            made.secret.write_text(password)
        server.rows("postgres", f"CREATE DATABASE {made.name}")
        for file in sorted(SQL.iterdir()):
            server.rows(made.name, made.here(change(file.read_text())))
        return made

    return build


@pytest.fixture(scope="module")
def database(make: Callable[..., Database]) -> Database:
    return make()


@pytest.fixture(scope="module")
def made_without(database: Database, make: Callable[..., Database]) -> Database:
    """One whose Secret has no password for the reader."""
    return make(password=None)


def _readable(source: Path, target: Path) -> Path:
    shutil.copyfile(source, target)
    target.chmod(0o644)
    return target


def test_the_files_name_the_mounted_places_once() -> None:
    text = "".join(file.read_text() for file in SQL.iterdir())
    assert text.count(CSV) == 1
    assert text.count(SECRET) == 1


def test_the_view_has_the_columns_of_the_data_in_their_order(database: Database) -> None:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = 'creditfraud'::regclass AND attnum > 0 ORDER BY attnum"
    assert [name for (name,) in database.rows(query)] == list(COLUMNS)


def test_the_view_unites_the_file_and_the_table_without_the_hold_out(database: Database, split: Path) -> None:
    record = read_record(split / "sealed")
    counts = 'SELECT count(*), sum("Class") FROM CreditFraud'
    assert database.rows(counts) == [[str(record.train_rows), str(record.train_frauds)]]
    # Rows that are equal stay two.
    both = database.rows("; ".join(["BEGIN", "INSERT INTO fraud_data SELECT * FROM features", counts]))
    assert both == [[str(2 * record.train_rows), str(2 * record.train_frauds)]]


def test_the_table_takes_no_class_but_0_and_1(database: Database) -> None:
    text = 'BEGIN; INSERT INTO fraud_data SELECT * FROM features LIMIT 1; UPDATE fraud_data SET "Class" = 2'
    assert "fraud_data_Class_check" in database.refusal(text)


def test_the_reader_reads_the_view(database: Database) -> None:
    assert database.rows(QUERY, user=database.reader, password=READER_PASSWORD)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM fraud_data",
        "SELECT * FROM features",
        "DELETE FROM fraud_data",
        "CREATE TABLE mine (id integer)",
        "SELECT pg_read_file('/etc/hostname')",
    ],
    ids=["table", "file", "delete", "create", "server file"],
)
def test_the_reader_does_nothing_else(database: Database, text: str) -> None:
    assert "permission denied" in database.refusal(text, user=database.reader, password=READER_PASSWORD)


def test_the_reader_needs_its_password(database: Database) -> None:
    assert "authentication failed" in database.refusal(QUERY, user=database.reader, password="another")


@pytest.mark.parametrize(("header", "refused"), [("match", True), ("true", False)])
def test_only_the_match_of_the_header_refuses_columns_in_another_order(
    make: Callable[..., Database], header: str, refused: bool
) -> None:
    made = make(change=lambda text: text.replace("header 'match'", f"header '{header}'"))
    made.features.write_text(made.features.read_text().replace("V1,V2", "V2,V1", 1))
    done = made.server.psql(made.name, QUERY)
    assert ("column name mismatch" in done.stderr) == refused
    assert (done.returncode != 0) == refused


@pytest.mark.parametrize("given", ["", "reader", "cat"])
def test_without_a_password_in_the_secret_nobody_logs_in_as_reader(made_without: Database, given: str) -> None:
    said = made_without.refusal(QUERY, user=made_without.reader, password=given)
    assert "no password supplied" in said if not given else "authentication failed" in said


@pytest.mark.parametrize(("guard", "leaks"), [("SET log_min_error_statement = panic;", False), ("", True)])
def test_only_the_setting_keeps_the_password_of_a_failed_statement_from_the_log(
    database: Database, guard: str, leaks: bool
) -> None:
    text = (SQL / "40-reader.sql").read_text()
    assert text.count("SET log_min_error_statement = panic;") == 1
    planted = f"planted{len(guard)}"
    other = replace(database, name="postgres")
    other.secret.write_text(planted)
    refused = other.refusal(other.here(text.replace("SET log_min_error_statement = panic;", guard)))
    assert 'role "reader" already exists' in refused
    assert (planted in database.server.log) == leaks
