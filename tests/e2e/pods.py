"""Pods for tests, and what became of them."""

from typing import Any

from mlgate.lifecycle.kubectl import Cluster
from mlgate.sandbox import oci
from mlgate.sandbox.images import base
from mlgate.sandbox.layout import Layout


def shell(stand: Layout) -> oci.Image:
    """The image with a shell, as the registry has it."""
    return base(stand.folder / "images")["shell"]


def pod(name: str, image: str, script: str) -> dict[str, Any]:
    """A pod that runs a script once."""
    container = {"name": "main", "image": image, "command": ["sh", "-euc", script]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"restartPolicy": "Never", "containers": [container]},
    }


def said(cluster: Cluster, name: str, phase: str = "Succeeded") -> str:
    """The log of a pod that has come to its end as expected."""
    reached = cluster.wait("pod", name, f"jsonpath={{.status.phase}}={phase}", "default", timeout_s=60)
    assert reached, cluster.call(["describe", "pod", name, "--namespace=default"])
    return cluster.call(["logs", name, "--namespace=default"])
