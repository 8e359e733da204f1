"""Small repositories of Applications, of no particular layout."""

from pathlib import Path
from typing import Any

import yaml

from mlgate.checks.argo import clusters
from mlgate.checks.argo.generators import World
from mlgate.checks.argo.remotes import Here, same

URL = "https://git.example.com/team/deploy.git"
SERVER = "https://kubernetes.default.svc"
Object = dict[str, Any]


def write(top: Path, files: dict[str, Any]) -> Path:
    """Write each object, list of objects or text to its path."""
    for name, content in files.items():
        file = top / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else yaml.safe_dump_all(_listed(content), sort_keys=False))
    return top


def _listed(content: Any) -> list[Any]:
    return content if isinstance(content, list) else [content]


def app(name: str, path: str, wave: str = "", namespace: str = "web", **spec: Any) -> Object:
    """An Application of this repository; ``source`` and other fields of its spec may be given."""
    meta: Object = {"name": name, "namespace": "argocd"}
    if wave:
        meta["annotations"] = {"argocd.argoproj.io/sync-wave": wave}
    source = {"repoURL": URL, "targetRevision": "main", "path": path, **spec.pop("source", {})}
    destination = {"server": SERVER, "namespace": namespace}
    body = {"project": "default", "source": source, "destination": destination, **spec}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": meta, "spec": body}


def appset(*generators: Object, go: bool = False, name: str = "{{name}}", **spec: Any) -> Object:
    """An ApplicationSet whose Applications are called ``name``."""
    template = {"metadata": {"name": name}, "spec": app("x", spec.pop("path", "web"))["spec"]}
    body = {"goTemplate": go, "goTemplateOptions": ["missingkey=error"] if go else [], "generators": list(generators)}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "set", "namespace": "argocd"},
        "spec": {**body, "template": template, **spec},
    }


def config(name: str = "settings", **meta: Any) -> Object:
    """A ConfigMap without a namespace unless one is given."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **meta}, "data": {"a": "b"}}


def namespace(name: str, wave: str = "") -> Object:
    """A Namespace."""
    meta: Object = {"name": name}
    if wave:
        meta["annotations"] = {"argocd.argoproj.io/sync-wave": wave}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": meta}


def cluster(name: str, server: str, **labels: str) -> Object:
    """The Secret that tells Argo CD of a cluster."""
    told = {"argocd.argoproj.io/secret-type": "cluster", **labels}
    meta = {"name": name, "namespace": "argocd", "labels": told}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": {"name": name, "server": server}}


def world(top: Path, *secrets: Object) -> World:
    """What generators see of a tree."""
    return World(top, Here(frozenset({same(URL)})), clusters.read(secrets))
