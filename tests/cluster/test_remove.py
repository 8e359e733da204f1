"""Removing a prefix: nothing stays, other prefixes do, what blocks is named, what nobody finishes is freed."""

from pathlib import Path

import pytest

import checkouts
from cluster import standin
from mlgate.cli import main
from mlgate.lifecycle import argocd, stuck
from mlgate.lifecycle.kubectl import Cluster, Object
from mlgate.prefixes import PARTS
from mlgate.render import kustomize

FINALIZER = "example.com/nobody"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with two prefixes; no remote can be read."""
    tree = checkouts.make_git(tmp_path_factory.mktemp("remove") / "tree")
    for prefix in ("going", "staying"):
        assert checkouts.mlgate(tree, "bootstrap", "--prefix", prefix) == 0
    return tree


def install(cluster: Cluster, tree: Path, prefix: str) -> None:
    """A prefix as Argo CD leaves it."""
    standin.controller(cluster, ready=True)
    cluster.apply(namespace(prefix, part) for part in PARTS)
    cluster.apply([standin.application(prefix), *kustomize.build(tree / "overlays" / prefix)])
    cluster.apply(kustomize.build(tree / "overlays" / prefix / "policy"))


def namespace(prefix: str, part: str) -> Object:
    labels = {"app.kubernetes.io/part-of": "mlgate"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"{prefix}-{part}", "labels": labels}}


def held(prefix: str, finalizer: str = FINALIZER) -> Object:
    """An object in the prefix's cicd namespace that somebody has to finish."""
    meta = {"name": "held", "namespace": f"{prefix}-cicd", "finalizers": [finalizer]}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}


def state(cluster: Cluster, prefix: str) -> set[str]:
    """Everything of a prefix that is there."""
    apps = [obj["metadata"]["name"] for obj in cluster.list(stuck.APPLICATIONS, "argocd")]
    named = [name for name in apps if name == prefix or name.startswith(f"{prefix}-")]
    cluster_wide = [*stuck.namespaces(cluster, prefix), *stuck.constraints(cluster, prefix)]
    return {*named, *(f"{obj['kind']} {obj['metadata']['name']}" for obj in cluster_wide)}


def uninstall(tree: Path, prefix: str, *options: str) -> int:
    return checkouts.mlgate(tree, "uninstall", "--prefix", prefix, "--yes", "--timeout", "20", *options)


def test_a_prefix_goes_whole_and_the_other_stays(
    cluster: Cluster, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(cluster, tree, "going")
    install(cluster, tree, "staying")
    before = state(cluster, "staying")
    assert len(state(cluster, "going")) == len(before) == 11
    with standin.argocd(cluster, tree, ""):
        assert uninstall(tree, "going") == 0
        assert uninstall(tree, "going") == 0  # nothing is left to do
    assert state(cluster, "going") == set()
    assert state(cluster, "staying") == before
    assert "left as they are" in capsys.readouterr().out


def test_all_is_refused_while_another_prefix_is_there(
    cluster: Cluster, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(cluster, tree, "staying")
    assert uninstall(tree, "going", "--all") == 2
    assert "staying" in capsys.readouterr().err


def test_applications_stay_while_nobody_would_finish_them(
    cluster: Cluster, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(cluster, tree, "staying")
    install(cluster, tree, "going")
    standin.controller(cluster, ready=False)
    before = state(cluster, "going")
    assert not argocd.alive(cluster)
    assert uninstall(tree, "going") == 3
    assert "application controller does not run" in capsys.readouterr().err
    assert state(cluster, "going") == before


def test_a_stuck_finalizer_is_named_and_cleanup_frees_it(
    cluster: Cluster, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(cluster, tree, "staying")
    cluster.apply([*(namespace("held", part) for part in PARTS), held("held")])
    assert uninstall(tree, "held", "--timeout", "3") == 3
    assert f"configmap held-cicd/held is held by {FINALIZER}; nobody is left" in capsys.readouterr().err
    assert main(["cleanup", "--prefix", "held", "--yes"]) == 0
    assert state(cluster, "held") == set()
    assert main(["cleanup", "--prefix", "held", "--yes"]) == 0
    assert "nothing is stuck" in capsys.readouterr().out


def test_cleanup_asks_and_leaves_to_a_running_controller_what_is_its(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    standin.controller(cluster, ready=True)
    app = standin.application("ours-dev")
    app["metadata"]["finalizers"] = ["resources-finalizer.argocd.argoproj.io"]
    cluster.apply([app])
    cluster.delete(stuck.APPLICATIONS, "ours-dev", "argocd")
    assert main(["cleanup", "--prefix", "ours", "--yes"]) == 1
    assert "Argo CD's controller, which runs" in capsys.readouterr().out
    standin.controller(cluster, ready=False)
    monkeypatch.setattr("click.confirm", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    assert main(["cleanup", "--prefix", "ours"]) == 130
    assert state(cluster, "ours") == {"ours-dev"}
    assert main(["cleanup", "--prefix", "ours", "--yes"]) == 0
    assert state(cluster, "ours") == set()
