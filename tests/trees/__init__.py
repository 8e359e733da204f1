"""Trees that validate checks: a whole one with a released model."""

import shutil
from pathlib import Path

import yaml

import checkouts
from gate_oracle import DIGEST, counts, report
from mlgate.pipeline import release
from mlgate.repo import Repo

PREFIX = "alpha"
IMAGE = f"registry.example.com/alpha/fraud-detection@{DIGEST}"
_EVIDENCE = {
    **{f"{name}Sha256": "ab" * 32 for name in ("model", "wrapper", "notebook", "dataset")},
    "gitCommit": "ab" * 20,
}


def whole(folder: Path) -> Path:
    """A copy of this repository's tree with one prefix and a released model that passes its threshold.

    Of the operators only one is kept: each is a build of its own, and test_operators has them all.
    """
    checkouts.make(folder)
    _only_gatekeeper(folder)
    bootstrap(folder, PREFIX)
    made = release.build(
        PREFIX, IMAGE, report(0.976, counts(244, 250), image=IMAGE, evidence=_EVIDENCE), _model(folder)
    )
    for name, text in made.files().items():
        (folder / made.folder / name).write_text(text)
    return folder


def _only_gatekeeper(folder: Path) -> None:
    for operator in (folder / "base" / "operators").iterdir():
        if operator.name != "gatekeeper":
            shutil.rmtree(operator)
    file = folder / "apps" / "values" / "settings.yaml"
    content = yaml.safe_load(file.read_text())
    content["spec"]["operators"] = [{"name": "gatekeeper"}]
    file.write_text(yaml.safe_dump(content, sort_keys=False))


def bootstrap(folder: Path, prefix: str) -> None:
    url = "https://git.example.com/team/mlops.git"
    assert checkouts.mlgate(folder, "bootstrap", "--prefix", prefix, "--repo-url", url, "--threshold", "95") == 0


def _model(folder: Path) -> Path:
    model = folder / "model" / "fraud"
    model.mkdir(parents=True)
    shutil.copy(checkouts.ROOT / "model" / "fraud" / "model_deployment.yaml", model)
    return model


def edit(tree: Path, name: str, old: str, new: str) -> None:
    """Replace text that must stand there."""
    file = tree / name
    text = file.read_text()
    assert old in text, f"{name} has no {old!r}"
    file.write_text(text.replace(old, new))


def append(tree: Path, name: str, item: str) -> None:
    """Add one resource to a kustomization."""
    file = tree / name / "kustomization.yaml"
    content = yaml.safe_load(file.read_text())
    content.setdefault("resources", []).append(item)
    file.write_text(yaml.safe_dump(content, sort_keys=False))


def write(tree: Path, name: str, text: str) -> None:
    """Write a file whose folder exists."""
    (tree / name).write_text(text)


def repo(tree: Path) -> Repo:
    return Repo(tree)
