"""What Spark reads, by Spark itself on this machine: the same data set as the file, or a named refusal."""

import os
import shutil
import socket
from pathlib import Path

import pandas as pd
import pytest

from mlgate.data import cluster, sources, spark, synthetic
from mlgate.data.transactions import canonical
from mlgate.errors import SettingsError, ToolFailed

FRAME = synthetic.generate(seed=7, rows=400)
HASH = canonical(FRAME, "test").sha256
LEFT_OUT = not shutil.which("java") and os.environ.get("CI", "").lower() not in {"true", "1"}
needs_java = pytest.mark.skipif(LEFT_OUT, reason="Java 17 is not installed")
pytestmark = pytest.mark.xdist_group("spark")


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARK_MASTER", raising=False)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spark")
    FRAME.to_csv(folder / "rows.csv", index=False)
    FRAME.to_csv(folder / "quoted.csv", index=False, quoting=1)
    FRAME.to_parquet(folder / "rows.parquet")
    # A folder of parts, as Spark writes one.
    (folder / "parts.parquet").mkdir()
    FRAME[250:].to_parquet(folder / "parts.parquet" / "part-0.parquet")
    FRAME[:250].to_parquet(folder / "parts.parquet" / "part-1.parquet")
    FRAME.astype("float32").to_parquet(folder / "short.parquet")
    return folder


@needs_java
@pytest.mark.parametrize("name", ["rows.csv", "quoted.csv", "rows.parquet", "parts.parquet"])
def test_the_rows_are_the_same_data_set(files: Path, name: str) -> None:
    loaded = sources.load(f"spark:{files / name}", seed=0)
    assert loaded.sha256 == HASH
    assert loaded.source == f"spark:{files / name}"


@needs_java
def test_a_short_float_is_the_number_that_parquet_reads(files: Path) -> None:
    file = files / "short.parquet"
    assert sources.load(f"spark:{file}", seed=0).sha256 == sources.load(f"parquet:{file}", seed=0).sha256


def _with(frame: pd.DataFrame, change: str) -> str:
    head, first, rest = frame.to_csv(index=False).split("\n", 2)
    match change:
        case "more":
            first += ",1"
        case "fewer":
            first = first.rpartition(",")[0]
        case "twice":
            head = head.replace("V2,", "V1,", 1)
        case "empty":
            first = "," + first.partition(",")[2]
    return "\n".join((head, first, rest))


@needs_java
@pytest.mark.parametrize("change", ["more", "fewer", "twice", "empty"])
def test_a_broken_file_is_refused(tmp_path: Path, change: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(_with(FRAME, change))
    with pytest.raises(SettingsError, match=r"rows\.csv"):
        sources.load(f"spark:{file}", seed=0)


@needs_java
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, kind: str) -> None:
    with pytest.raises(SettingsError, match=f"absent.{kind}"):
        sources.load(f"spark:{tmp_path}/absent.{kind}", seed=0)


@pytest.mark.parametrize("by", ["address", "variable"])
def test_a_cluster_that_is_not_there_is_named_and_nothing_takes_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, by: str
) -> None:
    file = tmp_path / "rows.csv"
    FRAME.to_csv(file, index=False)
    monkeypatch.setenv("SPARK_MASTER", "spark://127.0.0.1:1" if by == "variable" else "local[2]")
    with pytest.raises(ToolFailed, match=r"cannot be read: the master spark://127\.0\.0\.1:1: Connection refused"):
        sources.load(f"spark:{file}" + ("?master=spark://127.0.0.1:1" if by == "address" else ""), seed=0)


def test_a_host_that_does_not_answer_is_waited_for_in_vain_and_not_long(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def silent(_: object, timeout: float) -> socket.socket:
        asked.append(timeout)
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "create_connection", silent)
    with pytest.raises(ToolFailed, match="timed out"):
        cluster.session("spark://192.0.2.1:7077", "spark:rows.csv")
    assert asked == [cluster.CONNECT_TIMEOUT_S]


@pytest.mark.parametrize(
    "source",
    [
        "spark:",
        "spark:rows",
        "spark:rows.csv.gz",
        "spark:s3a://key:secret@bucket/rows.csv",
        "spark:rows.csv?table=secret",
        "spark:rows.csv?master=spark://secret@host:7077",
        "spark:rows.csv?master=spark://host:70770",
        "spark:rows.csv?master=yarn-secret",
        "spark:rows.csv?master=local[0]",
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(source: str) -> None:
    with pytest.raises(SettingsError) as caught:
        sources.load(source, seed=0)
    assert "secret" not in str(caught.value)
    assert "spark://" in caught.value.fix


def test_the_address_says_where_the_work_is_done_before_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert spark.table("spark:a.csv").master == cluster.LOCAL
    monkeypatch.setenv("SPARK_MASTER", "spark://one:7077")
    assert str(spark.table("spark:a.csv")) == "spark:a.csv?master=spark://one:7077"
    assert str(spark.table("spark:a.csv?master=spark://two:7077")) == "spark:a.csv?master=spark://two:7077"
