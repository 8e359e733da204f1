"""What gives a pod its node is named, in every kind that makes pods; what is usual is not."""

from typing import Any

import pytest

from mlgate.checks import pods


def pod(context: object = None, key: str = "containers", **spec: object) -> dict[str, Any]:
    return {"kind": "Pod", "spec": {key: [{"name": "a", "image": "a:1", "securityContext": context}], **spec}}


POWERFUL = [
    pytest.param(pod({"privileged": True}), ["privileged: true"], id="privileged"),
    pytest.param(pod({"privileged": True}, key="steps"), ["privileged: true"], id="step-of-a-task"),
    pytest.param(pod({"allowPrivilegeEscalation": True}), ["allowPrivilegeEscalation: true"], id="escalation"),
    pytest.param(pod({"capabilities": {"add": ["SYS_ADMIN", "CHOWN"]}}), ["capability SYS_ADMIN"], id="capability"),
    pytest.param(pod({"runAsUser": 0}), ["runAsUser: 0"], id="root"),
    pytest.param(pod(securityContext={"runAsUser": 0}), ["runAsUser: 0"], id="root-of-the-pod"),
    pytest.param(pod(hostNetwork=True, hostPID=True), ["hostNetwork", "hostPID"], id="host"),
    pytest.param(pod(volumes=[{"name": "v", "hostPath": {"path": "/"}}]), ["hostPath"], id="host-path"),
    pytest.param({"spec": {"template": pod({"privileged": True})}}, ["privileged: true"], id="template"),
]


@pytest.mark.parametrize(("obj", "words"), POWERFUL)
def test_power_is_named(obj: dict[str, Any], words: list[str]) -> None:
    assert pods.power(obj) == words


@pytest.mark.parametrize(
    "obj",
    [
        pod({"privileged": False, "runAsUser": 1001, "capabilities": {"drop": ["ALL"]}}),
        pod(None, hostNetwork=False, volumes=[{"name": "v", "emptyDir": {}}]),
        {"kind": "ConfigMap", "data": {"privileged": "true"}},
        {"kind": "CustomResourceDefinition", "spec": pod({"privileged": True})},
    ],
    ids=["hardened", "bare", "no-pod", "definition"],
)
def test_what_is_usual_is_silent(obj: dict[str, Any]) -> None:
    assert pods.power(obj) == []
