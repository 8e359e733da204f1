"""The clusters that a cluster generator sees: Secrets with Argo CD's label, and the one that Argo CD runs in."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mlgate.checks.argo import selector as selectors
from mlgate.checks.argo.params import normalized
from mlgate.checks.argo.template import Params
from mlgate.checks.model import Object, name_of

LOCAL_NAME = "in-cluster"
LOCAL_SERVER = "https://kubernetes.default.svc"
_LABEL = "argocd.argoproj.io/secret-type"
# What Argo CD and kubectl keep there for themselves is no parameter.
_OWN_STATE = {
    "argocd.argoproj.io/refresh",
    "argocd.argoproj.io/refresh-timestamp",
    "argocd.argoproj.io/hydrate",
    "argocd.argoproj.io/hydrate-timestamp",
    "argocd.argoproj.io/tracking-id",
    "argocd.argoproj.io/installation-id",
    "kubectl.kubernetes.io/last-applied-configuration",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster by the name and the address that Applications may use."""

    name: str
    server: str
    project: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]

    def params(self, *, go: bool) -> Params:
        """What the generator says of it."""
        told: Params = {"name": self.name, "nameNormalized": normalized(self.name), "server": self.server}
        told["project"] = self.project
        annotations = {key: value for key, value in self.annotations.items() if key not in _OWN_STATE}
        metadata = {"labels": dict(self.labels), "annotations": annotations}
        if go:
            there = {"labels": self.labels, "annotations": self.annotations}
            return {**told, "metadata": {key: metadata[key] for key in there if there[key]}} if self.labels else told
        # Dots in the keys stay, so this is not a nested value made flat.
        nested = {f"metadata.{kind}.{key}": value for kind, each in metadata.items() for key, value in each.items()}
        return {**told, **nested}


def read(objects: Iterable[Object]) -> tuple[Cluster, ...]:
    """The clusters among ``objects``, by name; the local one is added unless a Secret describes it."""
    found = {each.name: each for each in map(_cluster, objects) if each}
    if not any(each.server == LOCAL_SERVER for each in found.values()):
        found[LOCAL_NAME] = Cluster(LOCAL_NAME, LOCAL_SERVER, "", {}, {})
    return tuple(found[name] for name in sorted(found))


def selected(known: Iterable[Cluster], selector: Mapping[str, Any]) -> list[Cluster]:
    """Those that the generator's selector takes; the local one has no labels, so any selector leaves it out."""
    empty = selectors.is_empty(selector)
    return [each for each in known if (not each.labels and empty) or (each.labels and _takes(selector, each))]


def _takes(selector: Mapping[str, Any], cluster: Cluster) -> bool:
    return selectors.matches(selector, cluster.labels)


def _cluster(obj: Object) -> Cluster | None:
    metadata = obj.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    if obj.get("kind") != "Secret" or not isinstance(labels, dict) or labels.get(_LABEL) != "cluster":
        return None
    name = _value(obj, "name") or name_of(obj)
    told = {str(key): str(value) for key, value in (obj["metadata"].get("annotations") or {}).items()}
    texts = {str(key): str(value) for key, value in labels.items()}
    return Cluster(name, _value(obj, "server"), _value(obj, "project"), texts, told)


def _value(obj: Object, key: str) -> str:
    plain = (obj.get("stringData") or {}).get(key)
    if plain is not None:
        return str(plain)
    try:
        return base64.b64decode(str((obj.get("data") or {}).get(key, "")), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
