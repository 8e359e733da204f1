"""The virtual database whose table is that of another PostgreSQL: two real servers, one view, the same data set."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

import checkouts
import postgresql
from checkouts import ROOT
from mlgate.data import sources, synthetic
from mlgate.data.transactions import COLUMNS, canonical
from mlgate.errors import SettingsError
from mlgate.render import kustomize

COMPONENT = ROOT / "base" / "components" / "virtualization-postgresql"
FRAME = synthetic.generate(seed=7, rows=200)
HASH = canonical(FRAME, "test").sha256
READER, READER_PASSWORD = "reader", "a reader's own"
OWNER, PASSWORD = "frauds", "the other server's o'wn"
KEYS = ("host", "port", "database", "sslmode", "username", "password")
needs_server = pytest.mark.skipif(postgresql.left_out(), reason=postgresql.MISSING)


@dataclass(frozen=True, slots=True)
class Two:
    """``view`` holds the file and the view, ``table`` the relational rows."""

    view: postgresql.Server
    table: postgresql.Server

    def ask(self, text: str) -> str:
        """What the reader is told, an answer or a refusal."""
        done = self.view.psql("postgres", text, user=READER, password=READER_PASSWORD)
        return done.stdout + done.stderr

    @property
    def secret(self) -> dict[str, str]:
        values = ("127.0.0.1", str(self.table.port), "postgres", "disable", OWNER, PASSWORD)
        return dict(zip(KEYS, values, strict=True))


def here(server: postgresql.Server, text: str) -> str:
    """The SQL with the places of this machine."""
    text = text.replace("/run/secrets/fraud-data/", f"{server.folder}/fraud-data-")
    text = text.replace("/run/secrets/virtual-database/reader-password", f"{server.folder}/secret")
    return text.replace("/features/train/data/creditcard.csv", f"{server.folder}/features.csv")


def put(server: postgresql.Server, name: str, text: str) -> Path:
    file = server.folder / name
    file.write_text(text)
    file.chmod(0o644)
    return file


def scripts() -> list[Path]:
    """What the pod sees in the entrypoint's folder, in its order."""
    mounted = {file.name: file for part in ("dev", "remote") for file in (COMPONENT / part / "sql").iterdir()}
    return [mounted[name] for name in sorted(mounted)]


def fill(two: Two) -> None:
    """The first half in the file, the rest in the other server's table."""
    half = len(FRAME) // 2
    rows = put(two.table, "rows.csv", FRAME[half:].to_csv(index=False))
    two.table.rows("postgres", (COMPONENT / "dev" / "sql" / "10-fraud-data.sql").read_text())
    two.table.rows("postgres", f"COPY fraud_data FROM '{rows}' WITH (FORMAT csv, HEADER)")
    login = PASSWORD.replace("'", "''")
    two.table.rows("postgres", f"CREATE ROLE {OWNER} LOGIN PASSWORD '{login}'; GRANT SELECT ON fraud_data TO {OWNER}")
    put(two.view, "features.csv", FRAME[:half].to_csv(index=False))
    put(two.view, "secret", READER_PASSWORD)
    for name, value in two.secret.items():
        put(two.view, f"fraud-data-{name}", value)


@pytest.fixture(scope="module")
def two() -> Iterator[Two]:
    with postgresql.running(network=True) as table, postgresql.running() as view:
        made = Two(view, table)
        fill(made)
        for file in scripts():
            view.rows("postgres", here(view, file.read_text()))
        yield made


@needs_server
def test_the_same_rows_are_the_same_data_set(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGUSER", READER)
    monkeypatch.setenv("PGPASSWORD", READER_PASSWORD)
    url = f"postgresql://{quote(str(two.view.folder), safe='')}/postgres?table=creditfraud"
    assert sources.load(url, seed=0).sha256 == HASH
    # The rows of the table came from the other server: without them it is another data set.
    two.table.rows("postgres", "ALTER TABLE fraud_data RENAME TO away")
    with pytest.raises(SettingsError, match=r'relation "public\.fraud_data" does not exist'):
        sources.load(url, seed=0)
    two.table.rows("postgres", "ALTER TABLE away RENAME TO fraud_data")


@needs_server
def test_the_view_has_the_columns_of_the_data_in_their_order(two: Two) -> None:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = 'creditfraud'::regclass AND attnum > 0 ORDER BY attnum"
    assert [name for (name,) in two.view.rows("postgres", query)] == list(COLUMNS)


@needs_server
def test_the_reader_sees_the_view_and_neither_the_table_nor_its_login(two: Two) -> None:
    assert two.ask("SELECT count(*) FROM CreditFraud") == f"{len(FRAME)}\n"
    assert "permission denied" in two.ask("SELECT * FROM fraud_data")
    assert two.ask("SELECT umoptions FROM pg_user_mappings") == "\n"
    # The control: who made it sees it there.
    assert PASSWORD in two.view.psql("postgres", "SELECT umoptions FROM pg_user_mappings").stdout


@needs_server
def test_a_wrong_password_is_a_refusal_of_the_query(two: Two) -> None:
    change = "ALTER USER MAPPING FOR CURRENT_USER SERVER fraud_data OPTIONS (SET password '{}')"
    two.view.rows("postgres", change.format("another"))
    assert f'password authentication failed for user "{OWNER}"' in two.ask("SELECT * FROM CreditFraud")
    two.view.rows("postgres", change.format(PASSWORD.replace("'", "''")))
    assert two.ask("SELECT count(*) FROM CreditFraud") == f"{len(FRAME)}\n"


@needs_server
@pytest.mark.parametrize(("guard", "leaks"), [("SET log_min_error_statement = panic;", False), ("", True)])
def test_only_the_setting_keeps_the_password_of_a_failed_statement_from_the_log(
    two: Two, guard: str, leaks: bool
) -> None:
    text = (COMPONENT / "remote" / "sql" / "10-fraud-data.sql").read_text()
    assert text.count("SET log_min_error_statement = panic;") == 1
    planted = f"planted{len(guard)}"
    put(two.view, "fraud-data-password", planted)
    text = text.replace("SET log_min_error_statement = panic;", guard).replace("CREATE EXTENSION", "-- ")
    text = text.replace("CREATE SERVER fraud_data", "CREATE SERVER IF NOT EXISTS fraud_data")
    done = two.view.psql("postgres", here(two.view, text))
    put(two.view, "fraud-data-password", PASSWORD)
    assert 'already exists for server "fraud_data"' in done.stderr
    assert (planted in two.view.log) == leaks


@pytest.fixture(scope="module", params=["kubernetes", "openshift"])
def dev(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prefix's dev part, with the variant as the README adds it."""
    tree = checkouts.make(tmp_path_factory.mktemp("remote"))
    options = ["--platform", request.param, "--virtualization", "postgresql"]
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", "fraud-demo", *options) == 0
    part = tree / "overlays" / "fraud-demo" / "dev"
    readme = (COMPONENT / "README.md").read_text()
    own, *_ = [each.partition("```")[0] for each in readme.split("```yaml\n")[1:]]
    (part / "fraud-data").mkdir()
    (part / "fraud-data" / "kustomization.yaml").write_text(own)
    file = part / "kustomization.yaml"
    file.write_text(file.read_text().replace("- release\n", "- release\n- fraud-data\n"))
    return part


def test_the_pod_runs_these_scripts_and_mounts_the_login(dev: Path) -> None:
    objects = kustomize.build(dev)
    maps = {each["metadata"]["name"]: each["data"] for each in objects if each["kind"] == "ConfigMap"}
    [pod] = [each["spec"]["template"]["spec"] for each in objects if each["kind"] == "StatefulSet"]
    volumes = {each["name"]: each for each in pod["volumes"]}
    mounted: dict[str, str] = {}
    for source in (each["configMap"] for each in volumes["sql"]["projected"]["sources"]):
        data = maps[source["name"]]
        keys = [each["key"] for each in source["items"]] if "items" in source else list(data)
        assert not mounted.keys() & set(keys)
        mounted |= {key: data[key] for key in keys}
    assert mounted == {file.name: file.read_text() for file in scripts()}
    # Each key by its name: a Secret that lacks one keeps the pod from starting.
    secret = volumes["fraud-data"]["secret"]
    assert "optional" not in secret
    assert {item["path"] for item in secret["items"]} == set(KEYS)
    [container] = pod["containers"]
    places = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    assert places["fraud-data"] == "/run/secrets/fraud-data"


def test_what_a_bootstrap_does_again_leaves_it_there(dev: Path) -> None:
    tree = dev.parents[2]
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", "fraud-demo", "--component", "pruning") == 0
    assert "fraud-data" in yaml.safe_load((dev / "kustomization.yaml").read_text())["components"]
