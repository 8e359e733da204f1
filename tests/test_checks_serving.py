"""Whatever serves the released model fits its schema, is judged by validate, and is denied without a report."""

import shutil
from pathlib import Path

import pytest
import yaml

import trees
from mlgate.checks import run
from mlgate.pipeline import release

FOLDER = Path("overlays/alpha/dev/release")
SERVERS = {"kserve": "InferenceService", "deployment": "Deployment"}


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trees.whole(tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("kind", SERVERS)
def test_a_release_of_each_kind_is_whole_and_needs_its_report(kind: str, pristine: Path, tmp_path: Path) -> None:
    tree = shutil.copytree(pristine, tmp_path / "tree")
    report = yaml.safe_load((tree / FOLDER / release.REPORT_FILE).read_text())
    made = release.build("alpha", trees.IMAGE, report, tree / "model" / "fraud", kind=kind)
    for name, text in made.files().items():
        (tree / FOLDER / name).write_text(text)
    found = run.validate(trees.repo(tree), ["alpha"])
    assert found.findings == ()
    subject = f"{SERVERS[kind]}/alpha-dev/fraud-detection"
    assert subject in {result.subject for result in found.results if result.code == "MG242"}
    trees.edit(tree, str(FOLDER / "kustomization.yaml"), "- model-accuracy.yaml\n", "")
    denied = {(result.code, result.subject) for result in run.validate(trees.repo(tree), ["alpha"]).findings}
    assert ("MG242", subject) in denied


def test_an_ordinary_deployment_needs_no_report(pristine: Path, tmp_path: Path) -> None:
    tree = shutil.copytree(pristine, tmp_path / "tree")
    made = release.build("alpha", trees.IMAGE, _report(tree), tree / "model" / "fraud", kind="deployment")
    for name in ("ordinary", "labelled"):
        runs = yaml.safe_dump({**made.deployment, "metadata": {"name": name, "namespace": "alpha-dev"}})
        runs = runs.replace(trees.IMAGE, "docker.io/library/postgres:17.2")
        runs = runs if name == "labelled" else runs.replace("ai.devops.demo/model", "app")
        trees.write(tree, f"base/dev/{name}.yaml", runs)
        trees.append(tree, "base/dev", f"{name}.yaml")
    found = run.validate(trees.repo(tree), ["alpha"]).findings
    assert [each.subject for each in found if each.code == "MG242"] == ["Deployment/alpha-dev/labelled"]


def _report(tree: Path) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load((tree / FOLDER / release.REPORT_FILE).read_text())
    return found
