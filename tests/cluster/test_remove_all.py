"""Argo CD comes from the pinned manifests; the last prefix takes with it what all shared, and leaves Argo CD."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import checkouts
from cluster import kinds, standin
from cluster.server import running
from mlgate.lifecycle import argocd
from mlgate.lifecycle.kubectl import Cluster
from mlgate.prefixes import PARTS
from mlgate.render import kustomize
from mlgate.repo import Repo

APPS = "applications.argoproj.io"


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A cluster of its own, as what is removed here is shared."""
    (tmp_path / "server").mkdir()
    with running(tmp_path / "server") as server:
        monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig))
        cluster = Cluster(str(server.kubeconfig))
        kinds.define(cluster)
        yield cluster


def test_argo_cd_is_installed_and_the_last_prefix_takes_what_was_shared(alone: Cluster, tmp_path: Path) -> None:
    tree = checkouts.make_git(tmp_path / "tree")
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", "last") == 0
    assert argocd.absent(alone)
    argocd.install(alone, Repo(tree), "kubernetes")
    assert not argocd.absent(alone)
    assert not argocd.alive(alone)  # nothing runs its pods here
    configured = alone.get("configmap", "argocd-cm", "argocd")
    assert configured is not None
    assert "resource.customizations.health.argoproj.io_Application" in configured["data"]
    standin.controller(alone, ready=True)
    labels = {"app.kubernetes.io/part-of": "mlgate"}
    spaces = [{"metadata": {"name": f"last-{part}", "labels": labels}} for part in PARTS]
    alone.apply({"apiVersion": "v1", "kind": "Namespace"} | each for each in spaces)
    alone.apply(kustomize.build(tree / "apps"))
    made = [
        standin.application("operator-gatekeeper", "mlgate-operators"),
        standin.application("operator-argocd", "mlgate-operators"),
        standin.application("chart-gatekeeper", "mlgate-charts"),
        standin.application("last"),
        standin.application("foreign", "default"),
    ]
    alone.apply([*made, *kustomize.build(tree / "overlays" / "last")])
    with standin.argocd(alone, tree, ""):
        assert checkouts.mlgate(tree, "uninstall", "--prefix", "last", "--all", "--yes", "--timeout", "30") == 0
    assert {obj["metadata"]["name"] for obj in alone.list(APPS)} == {"foreign"}
    assert alone.list("applicationsets.argoproj.io") == []
    assert [obj["metadata"]["name"] for obj in alone.list("appprojects.argoproj.io")] == ["default"]
    assert alone.get("crd", "modelaccuracies.ai.devops.demo") is None
    assert alone.get("crd", APPS) is not None
    left = {obj["metadata"]["name"] for obj in alone.list("namespaces")}
    assert "argocd" in left
    assert not {f"last-{part}" for part in PARTS} & left
