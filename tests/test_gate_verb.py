"""``mlgate gate`` tells a denial from an error, and says where the threshold stands."""

from pathlib import Path

import pytest
import yaml

from gate_gator import constraint
from gate_oracle import counts, report
from mlgate.cli import main

ROOT = Path(__file__).parents[1]
GOOD = report(0.976, counts(244, 250))


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder that is a checkout to mlgate, with one prefix at 100 %."""
    for name in ("base", "policy"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "tools" / "mlgate").mkdir(parents=True)
    (tmp_path / "apps").symlink_to(ROOT / "apps")
    (tmp_path / "overlays").mkdir()
    assert main(["bootstrap", "--prefix", "fraud-demo", "--repo", str(tmp_path)]) == 0
    (tmp_path / "report.yaml").write_text(yaml.safe_dump(GOOD))
    return tmp_path


def test_denied_names_the_line_and_the_command(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = ["gate", "--prefix", "fraud-demo", "--report", str(clone / "report.yaml"), "--repo", str(clone)]
    assert main(args) == 1
    said = capsys.readouterr().out
    assert "accuracy 97.6 % (244 of 250) is below the required 100 %" in said
    assert "overlays/fraud-demo/values/settings.yaml:" in said
    assert "mlgate threshold PERCENT --prefix fraud-demo" in said


@pytest.mark.parametrize(("threshold", "code"), [(0.976, 0), (0.977, 1)])
def test_a_constraint_can_be_given(clone: Path, threshold: float, code: int) -> None:
    path = clone / "constraint.yaml"
    path.write_text(yaml.safe_dump(constraint("c", "n", {"accuracyThreshold": threshold})))
    report_file = str(clone / "report.yaml")
    args = ["--prefix", "fraud-demo", "--report", report_file, "--constraint", str(path), "--repo", str(clone)]
    assert main(["gate", *args]) == code


@pytest.mark.parametrize("text", ["[", "just text", "", "- a"], ids=repr)
def test_a_report_that_cannot_be_read_is_no_verdict(clone: Path, text: str) -> None:
    (clone / "report.yaml").write_text(text)
    args = ["--prefix", "fraud-demo", "--report", str(clone / "report.yaml"), "--repo", str(clone)]
    assert main(["gate", *args]) == 2


def test_an_unknown_prefix_is_refused(clone: Path) -> None:
    args = ["--prefix", "other", "--report", str(clone / "report.yaml"), "--repo", str(clone)]
    assert main(["gate", *args]) == 2
