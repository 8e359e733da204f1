"""Kinds that the tests need: those of the pinned modules as they are, the others open."""

from collections.abc import Iterator
from typing import Any

import yaml

from mlgate.lifecycle.kubectl import Cluster
from mlgate.process import cache_dir

_MODULES = (
    "github.com_argoproj_argo-cd_v3@v3.6.1/manifests_crds_app*",
    "github.com_open-policy-agent_gatekeeper_v3@v3.23.1/*constrainttemplate-*",
)
_OPEN = (
    ("tekton.dev", "v1", "PipelineRun", True),
    ("triggers.tekton.dev", "v1beta1", "EventListener", True),
    ("constraints.gatekeeper.sh", "v1beta1", "AIModelAccuracyThreshold", False),
    ("constraints.gatekeeper.sh", "v1beta1", "AIModelRelease", False),
    ("ai.devops.demo", "v1", "ModelAccuracy", True),
)


def define(cluster: Cluster) -> None:
    """Apply them all and wait until the API server serves them."""
    found = [*_of_modules(), *(open_kind(*each) for each in _OPEN)]
    cluster.apply(found)
    for crd in found:
        assert cluster.wait("crd", crd["metadata"]["name"], "condition=Established")


def _of_modules() -> Iterator[dict[str, Any]]:
    for pattern in _MODULES:
        paths = sorted((cache_dir() / "modules").glob(pattern))
        assert paths, f"{pattern} is not in the cache; run: make setup"
        for path in paths:
            yield from (doc for doc in yaml.load_all(path.read_text(), yaml.CSafeLoader) if doc)


def open_kind(group: str, version: str, kind: str, namespaced: bool) -> dict[str, Any]:
    """A CRD that takes any content, with a status of its own."""
    plural = f"{kind.lower()[:-1]}ies" if kind.endswith("cy") else f"{kind.lower()}s"
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    served = {"name": version, "served": True, "storage": True, "subresources": {"status": {}}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced" if namespaced else "Cluster",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "versions": [served | {"schema": {"openAPIV3Schema": anything}}],
        },
    }
