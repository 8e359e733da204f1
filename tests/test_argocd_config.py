"""Who may do what in Argo CD and whom it tells: the real argocd reads what the tree renders."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

import argocd_health
from mlgate.process import Tool

MAPS = ("argocd-cm", "argocd-notifications-cm", "argocd-rbac-cm")
# Nothing listens there: what is asked is the files, never a cluster.
KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: none
clusters: [{name: none, cluster: {server: "http://127.0.0.1:9"}}]
users: [{name: none, user: {}}]
contexts: [{name: none, context: {cluster: none, user: none, namespace: argocd}}]
"""
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: argocd-notifications-secret}\nstringData: {slack-token: x}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    here = tmp_path_factory.mktemp("config")
    for name in MAPS:
        (here / f"{name}.yaml").write_text(argocd_health.config_map(name))
    (here / "kubeconfig").write_text(KUBECONFIG)
    (here / "secret.yaml").write_text(SECRET)
    return here


def argocd(folder: Path, *args: str) -> str:
    env = {**os.environ, "KUBECONFIG": str(folder / "kubeconfig"), "HOME": str(folder)}
    return Tool("argocd", accept=(0, 1)).run(["admin", *args], cwd=folder, env=env).stdout


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        pytest.param("get applications alpha/dev", "Yes", id="looks"),
        pytest.param("sync applications alpha/dev", "No", id="syncs"),
        pytest.param("delete applications alpha/dev", "No", id="deletes"),
        pytest.param("update projects default", "No", id="opens-a-project"),
        pytest.param("create exec alpha/dev", "No", id="enters-a-pod"),
    ],
)
def test_somebody_who_logged_in_may_look_only(words: str, answer: str, folder: Path) -> None:
    said = argocd(folder, "settings", "rbac", "can", "somebody", *words.split(), "--policy-file", "argocd-rbac-cm.yaml")
    assert said.strip().splitlines()[-1] == answer


def notify(folder: Path, *words: str) -> str:
    return argocd(
        folder, "notifications", *words, "--config-map", "argocd-notifications-cm.yaml", "--secret", "secret.yaml"
    )


def application(folder: Path, health: str, phase: str) -> str:
    operation = {"phase": phase, "message": "denied by MA001", "syncResult": {"revision": "ab12"}}
    status = {"health": {"status": health}, "sync": {"revision": "ab12"}, "operationState": operation}
    names = {"name": "alpha-dev", "namespace": "argocd"}
    obj = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": names, "spec": {}, "status": status}
    file = folder / f"{health}-{phase}.yaml"
    file.write_text(yaml.safe_dump(obj))
    return str(file)


@pytest.mark.parametrize(
    ("trigger", "health", "phase", "sent"),
    [
        ("on-deployed", "Healthy", "Succeeded", True),
        ("on-deployed", "Progressing", "Succeeded", False),
        ("on-deployed", "Healthy", "Running", False),
        ("on-health-degraded", "Degraded", "Succeeded", True),
        ("on-health-degraded", "Healthy", "Succeeded", False),
        ("on-sync-failed", "Healthy", "Failed", True),
        ("on-sync-failed", "Healthy", "Error", True),
        ("on-sync-failed", "Degraded", "Succeeded", False),
    ],
)
def test_a_message_is_sent_when_it_should_be(trigger: str, health: str, phase: str, sent: bool, folder: Path) -> None:
    said = notify(folder, "trigger", "run", trigger, application(folder, health, phase))
    assert said.strip().splitlines()[-1].endswith("true" if sent else "false"), said


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("deployed", "alpha-dev is deployed and healthy at ab12."),
        ("health-degraded", "alpha-dev is degraded at ab12."),
        ("sync-failed", "alpha-dev could not be synced: denied by MA001"),
    ],
)
def test_a_message_says_what_and_where(template: str, words: str, folder: Path) -> None:
    file = application(folder, "Degraded", "Failed")
    assert words in notify(folder, "template", "notify", template, file, "--recipient", "console:stdout")


def test_every_trigger_has_its_template_and_a_subscription(folder: Path) -> None:
    data = yaml.safe_load((folder / "argocd-notifications-cm.yaml").read_text())["data"]
    triggers = {name.removeprefix("trigger.") for name in data if name.startswith("trigger.")}
    sent = {each for name in triggers for rule in yaml.safe_load(data[f"trigger.{name}"]) for each in rule["send"]}
    assert {f"template.{each}" for each in sent} == {name for name in data if name.startswith("template.")}
    [subscription] = yaml.safe_load(data["subscriptions"])
    assert set(subscription["triggers"]) == triggers
    assert yaml.safe_load(data["service.slack"]) == {"token": "$slack-token"}


def maps(platform: str) -> dict[str, Any]:
    return {each["metadata"]["name"]: each for each in argocd_health.render(platform) if each["kind"] == "ConfigMap"}


def test_the_maps_are_argo_cds_own_and_stay_so() -> None:
    found = maps("kubernetes")
    assert sorted(found) == sorted(MAPS)
    for each in found.values():
        assert each["metadata"]["namespace"] == "argocd"
        assert each["metadata"]["labels"]["app.kubernetes.io/part-of"] == "argocd"
        options = each["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]
        assert options == "ServerSideApply=true,Prune=false,Validate=false"
    data = found["argocd-cm"]["data"]
    for name in ("exec.enabled", "statusbadge.enabled", "users.anonymous.enabled"):
        assert data[name] == "false"


def test_on_openshift_the_operator_is_told_the_same() -> None:
    assert maps("openshift") == {}
    kinds = {each["kind"]: each["spec"] for each in argocd_health.render("openshift") if "spec" in each}
    told = maps("kubernetes")
    data, rbac = told["argocd-cm"]["data"], told["argocd-rbac-cm"]["data"]
    assert kinds["ArgoCD"]["extraConfig"].items() <= data.items()
    assert set(kinds["ArgoCD"]["rbac"].values()) == set(rbac.values())
    messages = kinds["NotificationsConfiguration"]
    assert {name: text for part in messages.values() for name, text in part.items()} == told[MAPS[1]]["data"]
