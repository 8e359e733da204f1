"""The source is switched by one commit, and the same rows release the same model whichever way they come."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import checkouts
import data_servers
import postgresql
import teiid
from data_servers import LOGIN, PASSWORD, Servers
from mlgate.data import REFERENCE_FILE, drift, synthetic
from mlgate.pipeline import start
from mlgate.repo import Repo

pytestmark = pytest.mark.skipif(
    postgresql.left_out() or teiid.left_out(), reason=f"{postgresql.MISSING}, or {teiid.MISSING}"
)
PREFIX = "fraud-demo"
# Few rows, and frauds enough for the checks of the data.
_ROWS = synthetic.generate(seed=1)
FRAME = _ROWS[(_ROWS["Class"] == 1) | (_ROWS.index < 3000)]


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of the Pipeline left behind."""

    folder: Path

    def json(self, name: str) -> Any:
        return json.loads((self.folder / "workspaces" / "source" / name).read_text())

    @property
    def log(self) -> str:
        return "".join(file.read_text() for file in (self.folder / "logs").rglob("*.log"))


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with data_servers.running(FRAME, tmp_path_factory.mktemp("teiid")) as servers:
        yield servers


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    tree = tmp_path_factory.mktemp("switch") / "tree"
    shutil.copytree(checkouts.ROOT / "model" / "fraud", tree / "model" / "fraud")
    checkouts.make_git(tree)
    return Repo(tree)


def switched(repo: Repo, source: str) -> list[str]:
    """Commit the source as a person would; the lines of settings.yaml that the commit changed."""
    options = ["--prefix", PREFIX, "--data-source", source, "--threshold", "93", "--commit"]
    assert checkouts.mlgate(repo.root, "bootstrap", *options) == 0
    shown = checkouts.git(repo.root, "show", "--format=", "--unified=0", "HEAD", "--", "*settings.yaml")
    return [line for line in shown.splitlines() if line.startswith("+ ")]


def run(repo: Repo, *more: str) -> Run:
    from mlgate.cli import main

    assert main(["pipeline", "run", "--prefix", PREFIX, "--repo", str(repo.root), *more]) == 0
    return Run(max(start.runs(repo, PREFIX).iterdir(), key=lambda folder: folder.stat().st_mtime_ns))


def identity(done: Run) -> dict[str, Any]:
    metrics = done.json("metrics.json")
    evidence = {name: metrics["evidence"][name] for name in ("datasetSha256", "holdoutSha256", "modelSha256")}
    return evidence | {
        "digest": done.json("image.json")["digest"],
        "counts": metrics["counts"],
        "verdict": done.json("verdict.json"),
    }


@pytest.fixture(scope="module")
def from_file(repo: Repo, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = tmp_path_factory.mktemp("rows") / "rows.csv"
    FRAME.to_csv(file, index=False)
    switched(repo, f"csv:{file}")
    done = run(repo)
    assert "nothing to compare with" in done.json("metrics.json")["evidence"]["dataFindings"][0]
    assert drift.read(repo.overlay(PREFIX) / "dev" / "release" / REFERENCE_FILE) is not None
    return identity(done)


@pytest.mark.parametrize("way", ["postgresql", "teiid"])
def test_one_commit_switches_the_source_and_the_model_stays(
    repo: Repo, servers: Servers, from_file: dict[str, Any], monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    for name, value in (LOGIN | {"JDBC_DRIVERS": str(teiid.drivers())}).items():
        monkeypatch.setenv(name, value)
    source = servers.sources()[way]
    assert switched(repo, source) == [f'+    source: "{source}"']
    done = run(repo, "--no-promote")
    assert identity(done) == from_file
    evidence = done.json("metrics.json")["evidence"]
    # The same rows as those that the release remembers.
    assert (evidence["dataSource"], evidence["dataFindings"]) == (source, [])
    assert PASSWORD not in done.log
