"""Every rule has samples that gator verifies, and gator sees a sample that no longer holds."""

import re
import shutil
from pathlib import Path

import pytest

from mlgate.gate.template import RULES
from mlgate.process import Tool

POLICY = Path(__file__).parents[1] / "policy"


@pytest.mark.parametrize("rule", [rule.folder for rule in RULES])
def test_the_samples_of_a_rule_hold_in_gatekeeper(rule: str) -> None:
    suite = POLICY / rule / "suite.yaml"
    wanted = len(re.findall(r"^ *object:", suite.read_text(), re.MULTILINE))
    done = Tool("gator").run(["verify", "-v", str(suite)])
    assert len(re.findall(r"^ +--- PASS", done.stdout, re.MULTILINE)) == wanted >= 4


@pytest.mark.parametrize("rule", [rule.folder for rule in RULES])
def test_a_rule_that_denies_nothing_fails_its_samples(rule: str, tmp_path: Path) -> None:
    folder = shutil.copytree(POLICY / rule, tmp_path / rule)
    template = folder / "template.yaml"
    head = 'violation contains {"msg": msg} if {'
    assert head in template.read_text()
    template.write_text(template.read_text().replace(head, f"{head} false;"))
    done = Tool("gator", accept=(0, 1)).run(["verify", str(folder / "suite.yaml")])
    assert done.returncode == 1
    assert "unexpected number of violations" in done.stdout + done.stderr
