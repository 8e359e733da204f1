"""Gatekeeper: its webhook and its audit, one replica of each, as there is one node."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mlgate.sandbox import oci
from mlgate.sandbox.controllers.model import Controller, Object, manifests
from mlgate.sandbox.images import static

_MODULE = "github.com_open-policy-agent_gatekeeper_v3"


def _objects() -> Sequence[Object]:
    found = list(manifests(_MODULE, "deploy_gatekeeper.yaml"))
    for each in found:
        if each["kind"] == "Deployment":
            each["spec"]["replicas"] = 1
    return found


def _images(out: Path) -> Mapping[str, oci.Image]:
    return {"openpolicyagent/gatekeeper": static("gatekeeper", out, "gatekeeper", "manager")}


GATEKEEPER = Controller(name="gatekeeper", namespace="gatekeeper-system", objects=_objects, images=_images)
