"""Tekton, Gatekeeper and Argo CD as pods, from their published manifests, each seen to do its work."""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from checkouts import git
from e2e import pods
from gate_gator import POLICY, rego_template
from mlgate.lifecycle.kubectl import Cluster, Refused
from mlgate.sandbox.controllers import KNOWN
from mlgate.sandbox.controllers.model import install
from mlgate.sandbox.layout import GIT, Layout

SCRIPT = """#!/bin/sh
set -eu
test "$WHO" = '$(id)'
printf 0.9887 > $(results.accuracy.path)
"""


@pytest.fixture(scope="session")
def tekton(stand: Layout) -> None:
    install(stand, KNOWN["tekton"], print)


@pytest.fixture(scope="session")
def gatekeeper(stand: Layout) -> None:
    install(stand, KNOWN["gatekeeper"], print)


@pytest.fixture(scope="session")
def argocd(stand: Layout) -> None:
    install(stand, KNOWN["argocd"], print)


def task_run(name: str, image: str, script: str) -> dict[str, Any]:
    """A TaskRun of two steps, the first by ``script``."""
    first = {"name": "first", "image": image, "env": [{"name": "WHO", "value": "$(params.who)"}], "script": script}
    spec = {
        "params": [{"name": "who", "type": "string"}],
        "results": [{"name": "accuracy", "type": "string"}],
        "steps": [first, {"name": "second", "image": image, "script": "echo measured"}],
    }
    return {
        "apiVersion": "tekton.dev/v1",
        "kind": "TaskRun",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"taskSpec": spec, "params": [{"name": "who", "value": "$(id)"}]},
    }


def test_a_task_run_succeeds_in_a_pod(tekton: None, stand: Layout, cluster: Cluster) -> None:
    cluster.apply([task_run("good", pods.shell(stand).reference, SCRIPT)])
    assert cluster.wait("taskrun", "good", "condition=Succeeded", "default", timeout_s=90)
    run = cluster.get("taskrun", "good", "default")
    assert run is not None
    assert [(each["name"], each["value"]) for each in run["status"]["results"]] == [("accuracy", "0.9887")]
    assert "measured" in cluster.call(["logs", "good-pod", "--namespace=default", "--container=step-second"])


def test_a_step_that_fails_fails_the_run(tekton: None, stand: Layout, cluster: Cluster) -> None:
    cluster.apply([task_run("bad", pods.shell(stand).reference, "exit 7")])
    assert cluster.wait("taskrun", "bad", "condition=Succeeded=False", "default", timeout_s=90)
    run = cluster.get("taskrun", "bad", "default")
    assert run is not None
    ended = {step["name"]: step["terminated"]["exitCode"] for step in run["status"]["steps"]}
    assert ended["first"] == 7
    assert run["status"]["conditions"][0]["reason"] == "Failed"


def test_the_webhook_refuses_a_task_without_steps(tekton: None, cluster: Cluster) -> None:
    wrong = {
        "apiVersion": "tekton.dev/v1",
        "kind": "Task",
        "metadata": {"name": "empty", "namespace": "default"},
        "spec": {"steps": []},
    }
    with pytest.raises(Refused, match=r"validation\.webhook\.pipeline\.tekton\.dev"):
        cluster.apply([wrong])


def sample(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((POLICY / "model_accuracy" / "samples" / f"{name}.yaml").read_text())
    return loaded


def test_gatekeeper_denies_what_the_policy_denies_and_nothing_else(gatekeeper: None, cluster: Cluster) -> None:
    crd = yaml.safe_load((POLICY / "crd" / "modelaccuracy.yaml").read_text())
    good = sample("allowed")
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": good["metadata"]["namespace"]}}
    cluster.apply([space, crd, rego_template()])
    assert cluster.wait("crd", crd["metadata"]["name"], "condition=Established")
    assert cluster.wait("crd", "aimodelaccuracythreshold.constraints.gatekeeper.sh", "create", timeout_s=60)
    cluster.apply([sample("constraint")])
    bad = sample("denied-below")
    # Until the webhook has read the constraint it lets everything through: asked without keeping anything.
    end = time.monotonic() + 60
    while not (said := denied(cluster, bad)) and time.monotonic() < end:
        time.sleep(0.2)
    assert "below the required 93 %" in said
    assert denied(cluster, good) == ""
    with pytest.raises(Refused, match=r"validation\.gatekeeper\.sh"):
        cluster.apply([bad])


def denied(cluster: Cluster, obj: dict[str, Any]) -> str:
    """Why an object would be denied, or nothing."""
    try:
        cluster.call(["create", "--dry-run=server", "-f", "-"], stdin=yaml.safe_dump(obj))
    except Refused as err:
        return err.reason
    return ""


def committed(tree: Path, value: str, url: str) -> str:
    """A kustomization with one ConfigMap, committed and pushed; its commit."""
    tree.mkdir(exist_ok=True)
    if not (tree / ".git").exists():
        git(tree, "init", "--quiet", "-b", "main")
    (tree / "kustomization.yaml").write_text("resources: [map.yaml]\nnamePrefix: by-kustomize-\n")
    (tree / "map.yaml").write_text(
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: threshold}}\ndata: {{value: '{value}'}}\n"
    )
    git(tree, "add", ".")
    git(tree, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", value)
    git(tree, "push", "--quiet", url, "main")
    return git(tree, "rev-parse", "HEAD").strip()


def test_an_application_is_synced_from_the_git_server(
    argocd: None, stand: Layout, cluster: Cluster, tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "-b", "main", str(stand.folder / "git/app.git"))
    url = f"http://127.0.0.1:{stand.ports.git}/app.git"
    first = committed(tmp_path / "tree", "0.93", url)
    app = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "app", "namespace": "argocd"},
        "spec": {
            "project": "default",
            "source": {"repoURL": f"{GIT}/app.git", "path": ".", "targetRevision": "main"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "default"},
            "syncPolicy": {"automated": {"prune": True, "selfHeal": True}},
        },
    }
    cluster.apply([app])
    assert synced(cluster, first) == "0.93"
    second = committed(tmp_path / "tree", "0.95", url)
    refresh = {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "hard"}}}
    cluster.patch("application", "app", refresh, "argocd")
    assert synced(cluster, second) == "0.95"


def synced(cluster: Cluster, commit: str) -> str:
    """What the ConfigMap says once Argo CD has synced a commit and finds it healthy."""
    for path, value in (("sync.revision", commit), ("sync.status", "Synced"), ("health.status", "Healthy")):
        reached = cluster.wait("application", "app", f"jsonpath={{.status.{path}}}={value}", "argocd", timeout_s=60)
        assert reached, cluster.call(["get", "application", "app", "--namespace=argocd", "-o", "yaml"])
    found = cluster.get("configmap", "by-kustomize-threshold", "default")
    assert found is not None
    return str(found["data"]["value"])
