"""Bootstrap and threshold on a small copy of the tree."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlgate import prefixes
from mlgate.cli import main
from mlgate.errors import UsageError
from mlgate.render import kustomize

ROOT = Path(__file__).parents[1]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("apps", "base", "policy"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "tools" / "mlgate").mkdir(parents=True)
    for args in (["init", "-q", "-b", "main"], ["config", "user.email", "a@example.com"], ["config", "user.name", "a"]):
        subprocess.run(["git", *args], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)
    subprocess.run(["git", "commit", "-qm", "base"], cwd=tmp_path, check=True)
    return tmp_path


def content(tree: Path) -> dict[str, bytes]:
    files = [path for path in tree.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {str(path.relative_to(tree)): path.read_bytes() for path in files}


def bootstrap(tree: Path, prefix: str, *more: str) -> int:
    return main(["bootstrap", "--repo", str(tree), "--prefix", prefix, *more])


@pytest.mark.parametrize("platform", ["kubernetes", "openshift"])
def test_every_part_renders_with_the_prefix_in_place(tree: Path, platform: str) -> None:
    assert bootstrap(tree, "fraud-demo", "--platform", platform, "--component", "network-policy") == 0
    for part in ("", "policy", "cicd", "dev", "stage"):
        objects = kustomize.build(tree / "overlays" / "fraud-demo" / part)
        names = [item["metadata"]["name"] for item in objects] + [
            item["metadata"].get("namespace", "") for item in objects
        ]
        assert not [name for name in names if "PREFIX" in name]


def test_a_second_run_changes_nothing_and_edits_are_kept(tree: Path) -> None:
    assert bootstrap(tree, "team") == 0
    file = tree / "overlays/team/values/settings.yaml"
    file.write_text(file.read_text().replace("seed: 2020", "seed: 7  # my own"))
    before = content(tree)
    assert bootstrap(tree, "team") == 0
    assert content(tree) == before
    assert bootstrap(tree, "team", "--threshold", "93") == 0
    assert "seed: 7  # my own" in file.read_text()
    assert "accuracy: 0.93  #" in file.read_text()


def test_dry_run_writes_nothing(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = content(tree)
    assert bootstrap(tree, "team", "--dry-run") == 0
    assert content(tree) == before
    assert "+kind: Settings" in capsys.readouterr().out


@pytest.mark.parametrize(
    "prefix", ["", "Fraud", "-a", "a-", "a_b", "../x", "/etc", "a/b", ".", "x" * 60, "kube-x", "ü", "a\n", "--prefix"]
)
def test_a_bad_prefix_is_refused_and_the_tree_untouched(tree: Path, prefix: str) -> None:
    before = content(tree)
    assert bootstrap(tree, prefix) == 2
    assert content(tree) == before


def test_a_clash_with_another_prefix_is_refused(tree: Path) -> None:
    assert bootstrap(tree, "team") == 0
    assert bootstrap(tree, "team-dev") == 2


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=70), st.from_regex(r"\A[a-z0-9-]{1,70}\Z", fullmatch=True)))
def test_any_text_is_a_prefix_or_refused_with_a_usable_suggestion(text: str) -> None:
    letters = set("abcdefghijklmnopqrstuvwxyz0123456789-")
    good = (
        0 < len(text) <= 63 - len("-model-accuracy")
        and set(text) <= letters
        and text[0] in letters - set("0123456789-")
        and text[-1] != "-"
        and text.split("-")[0] not in {"kube", "openshift", "default"}
    )
    try:
        assert prefixes.check(text) == text
        accepted = True
    except UsageError:
        accepted = False
        assert prefixes.check(prefixes.suggestion(text))
    assert accepted is good


def test_the_threshold_is_one_line_and_one_commit(tree: Path) -> None:
    assert bootstrap(tree, "team", "--commit") == 0
    file = tree / "overlays/team/values/settings.yaml"
    old = file.read_text().splitlines()
    assert main(["threshold", "98.876", "--prefix", "team", "--repo", str(tree)]) == 0
    changed = [(a, b) for a, b in zip(old, file.read_text().splitlines(), strict=True) if a != b]
    assert [b.strip().split("  #")[0] for _, b in changed] == ["accuracy: 0.98876"]
    log = subprocess.run(
        ["git", "log", "-1", "--format=%s", "--stat"], cwd=tree, capture_output=True, text=True, check=True
    )
    assert "team: required accuracy 100 % -> 98.876 %" in log.stdout
    assert "1 file changed, 1 insertion(+), 1 deletion(-)" in log.stdout
    constraint = kustomize.build(tree / "overlays/team/policy")[-1]
    assert constraint["spec"]["parameters"]["accuracyThreshold"] == 0.98876


def test_the_threshold_is_refused_over_uncommitted_changes(tree: Path) -> None:
    assert bootstrap(tree, "team", "--commit") == 0
    file = tree / "overlays/team/values/settings.yaml"
    file.write_text(file.read_text() + "# note\n")
    before = content(tree)
    assert main(["threshold", "98.87", "--prefix", "team", "--repo", str(tree)]) == 2
    assert content(tree) == before
