"""The steps as Tasks start them: everything from the environment, results in files, exit codes that mean something."""

import json
import re
from pathlib import Path

import pytest
import yaml

from gate_oracle import DIGEST, counts, report
from mlgate import cli
from mlgate.pipeline import workspace
from mlgate.repo import git

ROOT = Path(__file__).parents[1]
TASKS = sorted((ROOT / "base" / "cicd" / "tasks").glob("[!k]*.yaml"))


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shared workspace; SOURCE names it."""
    folder = tmp_path / "source"
    folder.mkdir()
    monkeypatch.setenv("SOURCE", str(folder))
    return folder


@pytest.mark.parametrize("file", TASKS, ids=lambda file: file.stem)
def test_every_task_calls_its_step_with_variables_that_the_step_reads(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = yaml.safe_load(file.read_text())["spec"]
    (step,) = spec["steps"]
    assert step["command"] == ["mlgate", "step", file.stem]
    assert cli.main([*step["command"][1:], "--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    read = set(re.findall(r"env var: ([A-Z_]+)", text))
    required = set(re.findall(r"env var: ([A-Z_]+); required", text))
    secret = {entry["name"] for entry in step["env"] if "valueFrom" in entry}
    given = {entry["name"] for entry in step["env"]}
    results = {f"RESULT_{entry['name'].upper()}" for entry in spec.get("results", [])}
    assert required <= given
    assert {name for name in given if name.startswith("RESULT_")} == results
    # evaluate takes the image's name from image.json, where package bound it to the digest; pysonar keeps a cache.
    others = {"evaluate": {"IMAGE"}, "quality": {"SONAR_USER_HOME"}}
    assert given - results - read - secret <= others.get(file.stem, set())


def test_there_is_a_task_for_every_step() -> None:
    from mlgate.verbs.step import command
    from mlgate.verbs.steps.services import COMMANDS

    assert {file.stem for file in TASKS} == set(command.commands) - {each.name for each in COMMANDS}


def test_clone_writes_its_results(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = tmp_path / "origin"
    origin.mkdir()
    (origin / "a").write_text("a")
    git(origin, "init", "--quiet", "--initial-branch", "main")
    git(origin, "add", "a")
    git(origin, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "a")
    results = {"RESULT_COMMIT": tmp_path / "commit", "RESULT_BRANCH": tmp_path / "branch"}
    for name, value in {"REPO_URL": origin, "REVISION": "main", **results}.items():
        monkeypatch.setenv(name, str(value))
    assert cli.main(["step", "clone"]) == 0
    assert results["RESULT_COMMIT"].read_text() == git(origin, "rev-parse", "HEAD").stdout.strip()
    assert results["RESULT_BRANCH"].read_text() == "main"
    assert (source / "repo" / "a").read_text() == "a"


@pytest.mark.parametrize("path", ["../..", "/etc", "model/ghost", "model/link"])
def test_a_model_path_that_leads_out_is_refused(source: Path, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    (source / "repo" / "model").mkdir(parents=True)
    (source / "repo" / "model" / "link").symlink_to("/etc")
    assert cli.main(["step", "extract", "--model-path", path]) == 2
    assert "is not a folder of the repository" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[", "- a", "metadata: 1", "\x00"])
def test_the_gate_refuses_a_report_that_is_none(source: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    (source / workspace.REPORT).write_text(text)
    assert cli.main(["step", "gate", "--prefix", "demo"]) == 2
    assert workspace.REPORT in capsys.readouterr().err


def test_the_gate_refuses_when_there_is_no_report(source: Path) -> None:
    assert cli.main(["step", "gate", "--prefix", "demo"]) == 2


@pytest.mark.parametrize(("kinds", "number"), [([], 0), (["AIModelAccuracyThreshold"] * 2, 2)], ids=["none", "two"])
def test_the_gate_needs_exactly_one_constraint(
    source: Path, kinds: list[str], number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    part = source / "repo" / "overlays" / "demo" / "policy"
    part.mkdir(parents=True)
    objects = [{"apiVersion": "v1", "kind": kind, "metadata": {"name": f"n{i}"}} for i, kind in enumerate(kinds)]
    other = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other"}}
    (part / "all.yaml").write_text(yaml.safe_dump_all([other, *objects]))
    (part / "kustomization.yaml").write_text("resources: [all.yaml]\n")
    (source / workspace.REPORT).write_text(yaml.safe_dump(report(1.0, counts(250, 250))))
    assert cli.main(["step", "gate", "--prefix", "demo"]) == 2
    assert f"renders {number} constraints" in capsys.readouterr().err


def test_the_report_sums_up_whatever_happened(source: Path) -> None:
    (source / workspace.IMAGE).write_text(json.dumps({"image": "x/y", "digest": DIGEST}))
    assert cli.main(["step", "report", "--tasks-status", "Failed", "--run", "run-1"]) == 0
    content = json.loads((source / "report.json").read_text())
    assert (content["run"], content["status"], content["image"]["digest"]) == ("run-1", "Failed", DIGEST)


@pytest.mark.parametrize("text", ["", "[]", "{}", '"text"'])
def test_a_broken_image_file_is_refused(source: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    (source / workspace.IMAGE).write_text(text)
    (source / "repo").mkdir()
    args = ["--prefix", "demo", "--model-path", ".", "--branch", "main"]
    assert cli.main(["step", "promote", *args]) == 2
    assert "image.json: cannot be read" in capsys.readouterr().err
