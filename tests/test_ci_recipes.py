"""What others copy to run validate in their CI: the action, the hook, the image."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

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
