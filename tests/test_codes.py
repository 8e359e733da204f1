"""Codes that no test of a module finds: each once wrong, and found."""

from pathlib import Path

import pytest

import checkouts
from mlgate.checks import names, render, settings
from mlgate.checks.model import Build, Rendered
from mlgate.gate.judge import judge_release
from mlgate.render import overlay
from mlgate.render.engine import Answer
from mlgate.repo import Repo
from mlgate.results import Result, Status


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


CLUSTER = """apiVersion: ai.devops.demo/v1
kind: Cluster
metadata: {name: mlgate, annotations: {config.kubernetes.io/local-config: "true"}}
spec:
  repoURL: https://git.example.com/a.git
  revision: main
  platform: PLATFORM
  operators:
  - name: argocd
"""


def cluster(root: Path, platform: str, folder: str) -> list[str]:
    (root / "base" / "operators" / "argocd" / folder).mkdir(parents=True)
    (root / "base" / "operators" / "argocd" / folder / "kustomization.yaml").write_text("resources: []\n")
    file = root / "apps" / "values" / "settings.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(CLUSTER.replace("PLATFORM", platform))
    return [
        f"{each.code} {each.line}" for each in settings.check_cluster(Repo(root)) if each.status is not Status.VALID
    ]


def test_mg216_a_platform_that_is_none(tmp_path: Path) -> None:
    assert cluster(tmp_path, "k8s", "kubernetes") == ["MG216 7"]


def test_mg217_an_operator_for_the_other_platform_alone(tmp_path: Path) -> None:
    assert cluster(tmp_path, "kubernetes", "openshift") == ["MG217 8"]
    assert cluster(tmp_path / "whole", "kubernetes", "kubernetes") == []


@pytest.mark.parametrize("privileged", [True, False])
def test_mg273_a_privileged_pod(tmp_path: Path, privileged: bool) -> None:
    container = {"name": "a", "image": "a:1", "securityContext": {"privileged": privileged}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [container]}}
    found = names.check(Repo(tmp_path), [Rendered(Build(tmp_path), (pod,))])
    assert ("MG273" in {result.code for result in found}) is privileged


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
