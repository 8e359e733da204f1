"""What runs in the cluster itself: DNS, and a node that is ready for it."""

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from mlgate.errors import ToolFailed
from mlgate.lifecycle.kubectl import Cluster
from mlgate.sandbox.layout import NODE, Layout

_WAIT_S = 120


def dns(layout: Layout, image: str, say: Callable[[str], None]) -> None:
    """Wait for the node and for DNS on it. Raises ``ToolFailed``."""
    begun = time.monotonic()
    cluster = Cluster(str(layout.kubeconfig))
    documents = yaml.safe_load_all(Path(__file__).with_name("coredns.yaml").read_text())
    cluster.apply(with_images(documents, {"built/coredns": image}))
    if not registered(cluster) or not cluster.wait("node", NODE, "condition=Ready", timeout_s=_WAIT_S):
        raise ToolFailed(f"the node is not ready after {_WAIT_S} s", fix="mlgate cluster logs kubelet")
    say(f"the node is ready ({time.monotonic() - begun:.1f} s)")
    available(cluster, "coredns", "kube-system")
    say(f"DNS is ready ({time.monotonic() - begun:.1f} s)")


def registered(cluster: Cluster) -> bool:
    """Whether the kubelet has told the API server of its node within the time."""
    end = time.monotonic() + _WAIT_S
    while cluster.get("node", NODE) is None:
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def available(cluster: Cluster, deployment: str, namespace: str, timeout_s: float = _WAIT_S) -> None:
    """Wait for a Deployment. Raises ``ToolFailed`` that names the state of its pods."""
    if not cluster.wait("deployment", deployment, "condition=Available", namespace, timeout_s=timeout_s):
        pods = cluster.call(["get", "pods", f"--namespace={namespace}", "-o", "wide"])
        raise ToolFailed(f"{namespace}/{deployment} is not available after {timeout_s:g} s:\n{pods}")


def with_images(objects: Iterable[dict[str, Any]], images: Mapping[str, str]) -> list[dict[str, Any]]:
    """Objects that name the images given for those of the manifest, with whatever tag or digest, also in arguments."""
    return [_replaced(each, images) for each in objects if each]


def _replaced(value: Any, images: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(each, images) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, images) for each in value]
    if isinstance(value, str):
        return next((own for name, own in images.items() if value == name or value.startswith(_marked(name))), value)
    return value


def _marked(name: str) -> tuple[str, str]:
    return f"{name}:", f"{name}@"
