"""Codes that no test of a module finds: each once wrong, and found."""

from pathlib import Path

import pytest

import checkouts
from mlgate.checks import render, settings
from mlgate.checks.model import Build
from mlgate.gate.judge import judge_release
from mlgate.render import overlay
from mlgate.render.engine import Answer
from mlgate.repo import Repo
from mlgate.results import Result


def checked(root: Path, platform: str) -> list[Result]:
    folder = root / "base" / "components" / "scanner" / "dev-openshift"
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text("resources: []\n")
    choices = overlay.Choices(
        prefix="alpha", repo_url="https://git.example.com/a.git", platform=platform, components=["scanner"]
    )
    file = root / "overlays" / "alpha" / "values" / "settings.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(overlay.settings(choices))
    return settings.check(Repo(root), "alpha", ["alpha"])


@pytest.mark.parametrize(("platform", "found"), [("kubernetes", True), ("openshift", False)])
def test_mg218_an_option_that_has_nothing_for_the_platform(tmp_path: Path, platform: str, found: bool) -> None:
    assert ("MG218" in {result.code for result in checked(tmp_path, platform)}) is found


def test_mr001_a_served_image_without_a_digest() -> None:
    container = {"name": "model", "image": "registry.example.com/fraud:latest"}
    server = {
        "apiVersion": "machinelearning.seldon.io/v1",
        "kind": "SeldonDeployment",
        "metadata": {"name": "fraud", "namespace": "alpha-dev"},
        "spec": {"predictors": [{"componentSpecs": [{"spec": {"containers": [container]}}]}]},
    }
    verdict = judge_release(checkouts.ROOT / "policy", server, [], {"spec": {"parameters": {"accuracyThreshold": 0.9}}})
    assert verdict.reasons
    assert all(reason.startswith("MR001 ") for reason in verdict.reasons)


@pytest.mark.parametrize(("killed", "code"), [(True, "MG226"), (False, "MG221")])
def test_mg226_a_build_that_met_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: bool, code: str
) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: []\n")
    monkeypatch.setattr(render, "render_all", lambda _requests: [Answer(error="too much", killed=killed)])
    assert [result.code for result in render.render(Repo(tmp_path), [Build(tmp_path)])[1]] == [code]
