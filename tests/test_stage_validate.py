"""A release of stage that was written by hand meets the gate in validate, as one of dev does."""

import shutil
from pathlib import Path

import pytest
import yaml

import trees
from mlgate.checks import discover, policy, render
from mlgate.repo import Repo
from mlgate.results import Status

DEV, STAGE = f"overlays/{trees.PREFIX}/dev/release", f"overlays/{trees.PREFIX}/stage/release"


@pytest.fixture(scope="module")
def promoted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree whose stage has what dev has."""
    tree = trees.whole(tmp_path_factory.mktemp("promoted"))
    shutil.copytree(tree / DEV, tree / STAGE, dirs_exist_ok=True)
    report = yaml.safe_load((tree / STAGE / "model-accuracy.yaml").read_text())
    report["metadata"]["namespace"] = f"{trees.PREFIX}-stage"
    (tree / STAGE / "model-accuracy.yaml").write_text(yaml.safe_dump(report))
    return tree


def judged(tree: Path) -> set[tuple[str, Status]]:
    """File and verdict of what the gate judged in stage."""
    repo = Repo(tree)
    parts = [each for each in discover.builds(repo, [trees.PREFIX]) if each.part in ("policy", "stage")]
    rendered, _ = render.render(repo, parts)
    results = policy.check(repo, rendered)
    return {(Path(each.file).name, each.status) for each in results if each.code == "MG242"}


def test_what_was_promoted_passes(promoted: Path) -> None:
    assert {status for _, status in judged(promoted)} == {Status.VALID}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        pytest.param("model-accuracy.yaml", "trueNegative: 163", "trueNegative: 100", id="counts"),
        pytest.param("model-deployment.yaml", "@sha256:ab", "@sha256:cd", id="another-image"),
        pytest.param("kustomization.yaml", "- model-accuracy.yaml\n", "", id="without-its-report"),
    ],
)
def test_an_edited_one_does_not(promoted: Path, file: str, old: str, new: str, tmp_path: Path) -> None:
    tree = Path(shutil.copytree(promoted, tmp_path / "tree"))
    trees.edit(tree, f"{STAGE}/{file}", old, new)
    assert ("model-deployment.yaml", Status.INVALID) in judged(tree)
