"""What others copy to run validate in their CI: the action, the hook, the image."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import argo_trees as trees
from fake_programs import install

ROOT = Path(__file__).parents[1]
ACTION = ROOT / "action.yml"
_STEP = {"id", "if", "name", "uses", "with", "run", "shell", "env", "working-directory", "continue-on-error"}


def action() -> dict[str, Any]:
    found = yaml.safe_load(ACTION.read_text())
    assert isinstance(found, dict)
    return found


def test_the_action_has_the_form_of_a_composite_action() -> None:
    found = action()
    assert set(found) == {"name", "description", "inputs", "outputs", "runs"}
    assert set(found["runs"]) == {"using", "steps"}
    assert found["runs"]["using"] == "composite"
    assert all(
        set(each) <= {"description", "default", "required"} and each["description"] for each in found["inputs"].values()
    )
    assert all(set(each) == {"description", "value"} for each in found["outputs"].values())


@pytest.mark.parametrize(
    "step", action()["runs"]["steps"], ids=lambda step: step.get("uses") or step.get("id") or "comment"
)
def test_a_step_is_whole_and_takes_no_expression_into_its_script(step: dict[str, Any]) -> None:
    assert set(step) <= _STEP
    assert ("uses" in step) != ("run" in step)
    if "run" in step:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
        subprocess.run(["bash", "-n", "-c", step["run"]], check=True)
    else:
        assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"])


def test_an_expression_names_an_input_that_is_there() -> None:
    named = set(re.findall(r"inputs\.(\w+)", ACTION.read_text()))
    assert named == set(action()["inputs"])


def test_the_hook_is_a_script_that_is_there() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    script = ROOT / hook["entry"]
    assert hook["language"] == "script"
    assert script.stat().st_mode & 0o111
    subprocess.run(["sh", "-n", str(script)], check=True)
    assert re.search(hook["files"], "overlays/alpha/values/settings.yaml")


def test_the_image_runs_validate_as_nobody_in_particular() -> None:
    lines = (ROOT / ".ci" / "Containerfile").read_text().splitlines()
    assert any(re.fullmatch(r"USER [1-9]\d*", line) for line in lines)
    assert lines[-2:] == ['ENTRYPOINT ["/opt/mlgate/.venv/bin/mlgate", "validate"]', 'CMD ["."]']


class Runner:
    """A composite action's steps that are scripts, run as a runner of GitHub does: expressions become environment."""

    def __init__(self, place: Path, **inputs: str) -> None:
        self.place = place
        self.known = {f"inputs.{name}": each["default"] for name, each in action()["inputs"].items()}
        self.known |= {f"inputs.{name}": value for name, value in inputs.items()}
        self.known |= {
            "github.action_path": str(place / "action"),
            "runner.temp": str(place),
            "github.repository": "team/deploy",
            "github.event.pull_request.number": "7",
            "github.event.pull_request.base.sha": "",
            "github.token": "hidden",
        }

    def filled(self, text: str) -> str:
        for _ in range(2):  # the default of an input is an expression itself
            text = re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda found: self.known[found[1]], text)
        return text

    def run(self, step: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        told = {name: self.place / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        env = {name: self.filled(value) for name, value in step["env"].items()}
        env = {**os.environ, **{name: str(file) for name, file in told.items()}, **env}
        folder = self.filled(step.get("working-directory", str(self.place)))
        script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(script, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=300)
        lines = told["GITHUB_OUTPUT"].read_text().splitlines() if told["GITHUB_OUTPUT"].exists() else []
        self.known |= {f"steps.{step.get('id')}.outputs.{line.split('=')[0]}": line.partition("=")[2] for line in lines}
        return done


@pytest.mark.parametrize("image", ["app:1", "app:latest"])
def test_the_action_reports_and_comments(image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "web"}}
    pod["spec"] = {"containers": [{"name": "a", "image": f"registry.example.com/{image}"}]}
    trees.write(tmp_path / "repo", {"root.yaml": trees.app("web", "web"), "web/x.yaml": pod})
    hook = tmp_path / "action" / "tools" / "hook.sh"
    hook.parent.mkdir(parents=True)
    # As tools/hook.sh, whose setup has been done here.
    hook.write_text(f'#!/bin/sh\nexec {Path(sys.executable).with_name("mlgate")} validate "$@" .\n')
    hook.chmod(0o755)
    calls = install(tmp_path, "gh", f"Path({str(tmp_path / 'where')!r}).write_text(os.environ['GH_REPO'])", monkeypatch)
    first, second = (step for step in action()["runs"]["steps"] if "run" in step)
    runner = Runner(tmp_path, path=str(tmp_path / "repo"), token="hidden")
    done = runner.run(first)
    assert done.returncode == (image == "app:latest"), done.stderr
    report = Path(runner.known["steps.validate.outputs.report"]).read_text()
    assert report == (tmp_path / "github_step_summary").read_text()
    assert ("::error" in done.stdout or "::warning" in done.stdout) is (image == "app:latest")
    assert ("MG254" in report) is (image == "app:latest")
    assert runner.run(second).returncode == 0
    (said,) = [json.loads(line) for line in calls.read_text().splitlines()]
    assert said[:3] == ["pr", "comment", "7"]
    assert said[-1] == str(tmp_path / "mlgate.md")
    assert "hidden" not in said
    assert (tmp_path / "where").read_text() == "team/deploy"
