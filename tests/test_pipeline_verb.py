"""``mlgate pipeline``: starts from what is committed, refuses a dirty tree, and its exit codes say what happened."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlgate import cli
from mlgate.pipeline import start
from mlgate.pipeline.start import Wish
from mlgate.repo import Repo, git

ROOT = Path(__file__).parents[1]
SETTINGS = "overlays/demo/values/settings.yaml"


def _task(name: str, script: str, **use: Any) -> dict[str, Any]:
    spec = {"params": [{"name": "value"}], "workspaces": [{"name": "source"}]}
    env = [{"name": "VALUE", "value": "$(params.value)"}, {"name": "SOURCE", "value": "$(workspaces.source.path)"}]
    step = {"name": name, "env": env, "script": script}
    value = use.pop("value", "$(params.revision)")
    bound = {"params": [{"name": "value", "value": value}], "workspaces": [{"name": "source"}]}
    return {"name": name, "taskSpec": {**spec, "steps": [step]}, **bound, **use}


def _pipeline(gate: str) -> dict[str, Any]:
    names = ("repo-url", "revision", "branch", "data-source", "in-cluster")
    tasks = [
        _task("clone", 'printf %s "$VALUE" > "$SOURCE/revision"'),
        _task("data", 'printf %s "$VALUE" > "$SOURCE/data"', value="$(params.data-source)", runAfter=["clone"]),
        _task("gate", gate, runAfter=["data"]),
        _task("promote", 'touch "$SOURCE/promoted"', runAfter=["gate"]),
    ]
    params = [{"name": name, "default": "synthetic" if name == "data-source" else "unset"} for name in names]
    spec = {"params": params, "workspaces": [{"name": "source"}, {"name": "sealed"}], "tasks": tasks}
    return {"apiVersion": "tekton.dev/v1", "kind": "Pipeline", "metadata": {"name": "model-dev"}, "spec": spec}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A small clone with the prefix ``demo``; its gate answers what the file ``gate`` says."""
    root = tmp_path / "person"
    for name in ("base", "policy", "tools/mlgate", "overlays/demo/values", "overlays/demo/cicd"):
        (root / name).mkdir(parents=True)
        (root / name / ".keep").touch()
    shutil.copyfile(ROOT / ".gitignore", root / ".gitignore")
    (root / SETTINGS).write_text("kind: Settings\n")
    (root / "overlays/demo/cicd/kustomization.yaml").write_text("resources: [pipeline.yaml]\n")
    git(root, "init", "--quiet", "--initial-branch", "main")
    for key, value in (("user.name", "person"), ("user.email", "person@example.com")):
        git(root, "config", key, value)
    answer(Repo(root), "true")
    return Repo(root)


def answer(repo: Repo, gate: str) -> None:
    """Commit a Pipeline whose gate runs ``gate``."""
    (repo.overlay("demo") / "cicd/pipeline.yaml").write_text(yaml.safe_dump(_pipeline(gate)))
    git(repo.root, "add", "--all")
    git(repo.root, "commit", "--quiet", "--message", "pipeline")


def run(repo: Repo, *args: str) -> int:
    return cli.main(["pipeline", "run", "--prefix", "demo", "--repo", str(repo.root), *args])


def only_run(repo: Repo) -> Path:
    (folder,) = start.runs(repo, "demo").iterdir()
    return folder


def test_a_run_uses_the_commit_and_its_own_folders(repo: Repo) -> None:
    assert run(repo) == 0
    folder = only_run(repo)
    assert folder.name.endswith(repo.head()[:7])
    assert (folder / "workspaces/source/revision").read_text() == repo.head()
    record = json.loads((folder / "run.json").read_text())
    assert record["state"] == "Succeeded"
    assert record["params"]["repo-url"] == str(repo.root)
    assert record["params"]["branch"] == "main"
    assert record["params"]["in-cluster"] == "false"
    assert sorted(path.name for path in (folder / "workspaces").iterdir()) == ["sealed", "source"]
    assert not (folder / "committed").exists()
    assert not git(repo.root, "status", "--porcelain").stdout


@pytest.mark.parametrize(("gate", "code"), [("exit 1", 1), ("exit 2", 3), ("kill -9 $$", 3)])
def test_only_a_verdict_of_the_gate_exits_1(
    repo: Repo, gate: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(repo, f"echo because; {gate}")
    assert run(repo) == code
    assert "because" in capsys.readouterr().out
    assert not (only_run(repo) / "workspaces/source/promoted").exists()


@pytest.mark.parametrize("name", ["quality", "scan"])
def test_a_failed_check_exits_1(repo: Repo, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    content = _pipeline("true")
    content["spec"]["tasks"].insert(1, _task(name, "exit 1", runAfter=["clone"]))
    (repo.overlay("demo") / "cicd/pipeline.yaml").write_text(yaml.safe_dump(content))
    git(repo.root, "commit", "--quiet", "--all", "--message", "checked")
    assert run(repo) == 1
    assert f"The check {name} failed." in capsys.readouterr().out


def test_another_task_that_exits_1_is_no_verdict(repo: Repo) -> None:
    content = _pipeline("true")
    content["spec"]["tasks"][0]["taskSpec"]["steps"][0]["script"] = "exit 1"
    (repo.overlay("demo") / "cicd/pipeline.yaml").write_text(yaml.safe_dump(content))
    git(repo.root, "commit", "--quiet", "--all", "--message", "broken")
    assert run(repo) == 3


def test_no_promote_leaves_promote_out(repo: Repo) -> None:
    assert run(repo, "--no-promote") == 0
    assert not (only_run(repo) / "workspaces/source/promoted").exists()


def test_a_dirty_tree_is_refused(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    (repo.root / SETTINGS).write_text("edited\n")
    assert run(repo) == 2
    assert f"{SETTINGS} has uncommitted changes" in capsys.readouterr().err
    assert not (repo.build / "runs").exists()


def test_what_is_only_in_the_working_tree_does_not_run(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(repo.overlay("demo"), repo.overlay("other"))
    assert cli.main(["pipeline", "run", "--prefix", "other", "--repo", str(repo.root)]) == 2
    assert "overlays/other is not committed" in capsys.readouterr().err
    assert not list(start.runs(repo, "other").iterdir())


def test_an_unknown_prefix_names_the_command(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["pipeline", "run", "--prefix", "ghost", "--repo", str(repo.root)]) == 2
    assert "mlgate bootstrap --prefix ghost" in capsys.readouterr().err


def test_no_branch_means_no_promotion(repo: Repo) -> None:
    git(repo.root, "checkout", "--quiet", "--detach")
    assert run(repo) == 2
    assert run(repo, "--no-promote") == 0


@pytest.mark.parametrize("param", ["ghost=1", "novalue", "=x"])
def test_wrong_parameters_are_refused_and_leave_no_run(repo: Repo, param: str) -> None:
    assert run(repo, "--param", param) == 2
    assert not (repo.build / "runs" / "demo").exists() or not list(start.runs(repo, "demo").iterdir())


@pytest.mark.parametrize("value", ["$(touch canary)", '"; touch canary; "', "a=b"])
def test_a_parameter_arrives_unchanged(repo: Repo, value: str) -> None:
    assert run(repo, "--param", f"data-source={value}") == 0
    assert (only_run(repo) / "workspaces/source/data").read_text() == value
    assert not list(repo.root.rglob("canary"))


def test_data_arrives_as_an_absolute_path(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rows.csv").touch()
    monkeypatch.chdir(tmp_path)
    assert run(repo, "--data", "rows.csv") == 0
    assert (only_run(repo) / "workspaces/source/data").read_text() == f"csv:{tmp_path / 'rows.csv'}"
    assert run(repo, "--data", "ghost.csv") == 2


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_relative_path_is_relative_to_the_repository(repo: Repo, kind: str) -> None:
    assert run(repo, "--param", f"data-source={kind}:data/rows") == 0
    assert (only_run(repo) / "workspaces/source/data").read_text() == f"{kind}:{repo.root / 'data/rows'}"


def test_two_runs_at_once_share_nothing(repo: Repo) -> None:
    """The known demo's defect 5: a run takes its build number and files from whichever run is the latest."""
    wish = Wish(prefix="demo", params={})
    one, two = start.prepare(repo, wish), start.prepare(repo, wish)
    assert one.place.run != two.place.run
    assert not set(one.place.workspaces.values()) & set(two.place.workspaces.values())
    assert one.place.results("clone") != two.place.results("clone")


def test_secrets_of_the_person_stay_out(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "KUBECONFIG", "PYTHONPATH"):
        monkeypatch.setenv(name, "secret")
    found = start.environment(repo)
    assert "secret" not in found.values()
    assert found["IMAGE_STORE"] == str(repo.build / "images")


def test_list_logs_and_graph(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    answer(repo, "echo judged")
    run(repo)
    name, at = only_run(repo).name, ["--repo", str(repo.root)]
    capsys.readouterr()
    assert cli.main(["pipeline", "list", *at]) == 0
    assert name in capsys.readouterr().out
    assert cli.main(["pipeline", "logs", name, "gate", *at]) == 0
    assert "judged" in capsys.readouterr().out
    assert cli.main(["pipeline", "logs", name, "ghost", *at]) == 2
    assert cli.main(["pipeline", "logs", "../../x", *at]) == 2
    assert cli.main(["pipeline", "graph", "--prefix", "demo", "--format", "mermaid", *at]) == 0
    assert "gate --> promote" in capsys.readouterr().out


def test_the_repositorys_own_pipeline_is_one_that_the_runner_takes(tmp_path: Path) -> None:
    from mlgate.pipeline import order

    part = tmp_path / "overlays" / "demo" / "cicd"
    part.mkdir(parents=True)
    shutil.copytree(ROOT / "base", tmp_path / "base")
    (part / "kustomization.yaml").write_text("resources: [../../../base/cicd]\n")
    pipeline = start.rendered(part)
    order.check(pipeline)
    names = "clone quality extract split train package build evaluate gate admit scan promote"
    assert [use.name for use in order.ordered(pipeline)] == names.split()
    sealed = {use.name for use in pipeline.tasks if "sealed" in use.workspaces.values()}
    assert sealed == {"split", "evaluate"}
