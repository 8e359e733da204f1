"""The catalogue knows the kinds that components may bring, and a field that does not exist is found in each."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from mlgate.checks import catalogue
from mlgate.process import Tool

POD = {"containers": [{"name": "a", "image": "a", "ports": [{"containerPort": 80}]}]}
TEMPLATE = {"metadata": {"labels": {"a": "b"}}, "spec": POD}
SELECTOR = {"matchLabels": {"a": "b"}}
RULES = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
BACKEND = {"service": {"name": "a", "port": {"number": 80}}}
PATHS = [{"path": "/", "pathType": "Prefix", "backend": BACKEND}]

# apiVersion, kind, the rest of an object that is right, and where a field that does not exist is added to it
KINDS: list[tuple[str, str, dict[str, Any], tuple[str | int, ...]]] = [
    ("v1", "ConfigMap", {"data": {"a": "b"}}, ()),
    ("v1", "LimitRange", {"spec": {"limits": [{"type": "Container", "max": {"cpu": 1}}]}}, ("spec", "limits", 0)),
    ("v1", "PersistentVolumeClaim", {"spec": {"accessModes": ["ReadWriteOnce"]}}, ("spec",)),
    ("v1", "ResourceQuota", {"spec": {"hard": {"pods": "4"}}}, ("spec",)),
    ("v1", "Secret", {"stringData": {"a": "b"}}, ()),
    ("v1", "Service", {"spec": {"ports": [{"port": 80, "targetPort": "http"}]}}, ("spec", "ports", 0)),
    ("v1", "ServiceAccount", {"automountServiceAccountToken": False}, ()),
    (
        "apps/v1",
        "Deployment",
        {"spec": {"selector": SELECTOR, "template": TEMPLATE}},
        ("spec", "template", "spec", "containers", 0),
    ),
    (
        "apps/v1",
        "StatefulSet",
        {"spec": {"selector": SELECTOR, "serviceName": "a", "template": TEMPLATE}},
        ("spec", "template", "spec"),
    ),
    ("batch/v1", "Job", {"spec": {"template": {"spec": {**POD, "restartPolicy": "Never"}}}}, ("spec",)),
    (
        "networking.k8s.io/v1",
        "Ingress",
        {"spec": {"rules": [{"http": {"paths": PATHS}}]}},
        ("spec", "rules", 0, "http", "paths", 0),
    ),
    (
        "networking.k8s.io/v1",
        "NetworkPolicy",
        {"spec": {"podSelector": {}, "ingress": [{"ports": [{"port": "http"}]}]}},
        ("spec", "ingress", 0),
    ),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", {"rules": RULES}, ("rules", 0)),
    (
        "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding",
        {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "a"}},
        ("roleRef",),
    ),
    ("operators.coreos.com/v1", "OperatorGroup", {"spec": {"targetNamespaces": ["a"]}}, ("spec",)),
    (
        "operators.coreos.com/v1alpha1",
        "Subscription",
        {
            "spec": {
                "name": "a",
                "source": "b",
                "sourceNamespace": "c",
                "config": {"env": [{"name": "d", "value": "e"}]},
            }
        },
        ("spec", "config", "env", 0),
    ),
    (
        "config.gatekeeper.sh/v1alpha1",
        "Config",
        {"spec": {"sync": {"syncOnly": [{"group": "", "version": "v1", "kind": "Pod"}]}}},
        ("spec", "sync", "syncOnly", 0),
    ),
    (
        "syncset.gatekeeper.sh/v1alpha1",
        "SyncSet",
        {"spec": {"gvks": [{"group": "", "version": "v1", "kind": "Pod"}]}},
        ("spec", "gvks", 0),
    ),
]


@pytest.mark.parametrize(("version", "kind", "content", "at"), KINDS, ids=[kind for _, kind, _, _ in KINDS])
def test_a_kind_is_known_and_closed(
    version: str, kind: str, content: dict[str, Any], at: tuple[str | int, ...], tmp_path: Path
) -> None:
    good = {"apiVersion": version, "kind": kind, "metadata": {"name": "a"}, **content}
    bad = copy.deepcopy(good)
    place: Any = bad
    for step in at:
        place = place[step]
    place["fieldThatNoApiKnows"] = "a"
    (tmp_path / "good.json").write_text(json.dumps(good))
    (tmp_path / "bad.json").write_text(json.dumps(bad))
    assert statuses(tmp_path) == {"good.json": "statusValid", "bad.json": "statusInvalid"}


def statuses(folder: Path) -> dict[str, str]:
    locations = [f"-schema-location={place}" for place in catalogue.locations([], folder / "own")]
    kubeconform = Tool("kubeconform", accept=(0, 1))
    done = kubeconform.run(["-strict", "-verbose", "-output", "json", *locations, str(folder)])
    return {Path(each["filename"]).name: each["status"] for each in json.loads(done.stdout)["resources"]}
