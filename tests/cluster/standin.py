"""What Argo CD's controllers do to the objects of the API, without a node: they create children, sync, and finalize."""

import contextlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path

from mlgate.lifecycle.kubectl import Cluster, Object
from mlgate.render import kustomize

KIND = "applications.argoproj.io"
_GOOD = {"sync": {"status": "Synced"}, "health": {"status": "Healthy"}}


@contextlib.contextmanager
def argocd(
    cluster: Cluster, tree: Path, prefix: str, *, operators: tuple[str, ...] = ("spark",)
) -> Iterator[list[str]]:
    """Run beside the test; yields the names of the Applications in the order in which they became ready."""
    controller(cluster, ready=True)
    order: list[str] = []
    stop = threading.Event()
    thread = threading.Thread(target=_work, args=(cluster, tree, prefix, operators, order, stop), daemon=True)
    thread.start()
    try:
        yield order
    finally:
        stop.set()
        thread.join(30)


def controller(cluster: Cluster, *, ready: bool) -> None:
    """The StatefulSet of the application controller, with or without a pod that answers."""
    labels = {"app": "controller"}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "example.com/c:1"}]}}
    spec = {"selector": {"matchLabels": labels}, "serviceName": "c", "template": pod}
    meta = {"name": "argocd-application-controller", "namespace": "argocd"}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}}
    if cluster.get("statefulset", meta["name"], "argocd") is None:
        cluster.apply([namespace, {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta, "spec": spec}])
    status(cluster, "statefulset", meta["name"], {"replicas": 1, "readyReplicas": int(ready)}, "argocd")


def status(cluster: Cluster, kind: str, name: str, value: Object, namespace: str = "") -> None:
    """Set the status of an object as its controller would."""
    where = [f"--namespace={namespace}"] if namespace else []
    change = json.dumps({"status": value})
    cluster.call(["patch", kind, name, *where, "--subresource=status", "--type=merge", "-p", change])


def application(name: str, project: str = "mlgate-root") -> Object:
    """An Application as an ApplicationSet makes it."""
    source = {"repoURL": "https://git.example.com/team/mlops.git", "targetRevision": "main", "path": "apps"}
    destination = {"server": "https://kubernetes.default.svc", "namespace": "argocd"}
    meta = {"name": name, "namespace": "argocd"}
    spec = {"project": project, "source": source, "destination": destination}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": meta, "spec": spec}


def _work(  # noqa: PLR0917 - the arguments of a thread
    cluster: Cluster, tree: Path, prefix: str, operators: tuple[str, ...], order: list[str], stop: threading.Event
) -> None:
    while not stop.wait(0.3):
        there = {obj["metadata"]["name"]: obj for obj in cluster.list(KIND, "argocd")}
        for name, obj in there.items():
            if obj["metadata"].get("deletionTimestamp"):
                _finalize(cluster, name)
            elif "status" not in obj:
                cluster.patch(KIND, name, {"status": _GOOD}, "argocd")  # its status is no subresource
                order.append(name)
        if not prefix:
            continue  # nothing is to be made, only finished
        if "mlgate-root" in there and prefix not in there and prefix not in order:
            cluster.apply(application(name) for name in (*(f"operator-{each}" for each in operators), prefix))
        elif prefix in order and f"{prefix}-dev" not in order:
            cluster.apply(kustomize.build(tree / "overlays" / prefix))


def _finalize(cluster: Cluster, name: str) -> None:
    if name.endswith("-policy") and name != "mlgate-policy":
        for kind in ("aimodelaccuracythreshold", "aimodelrelease"):
            for obj in cluster.list(kind):
                if obj["metadata"]["name"].startswith(name.removesuffix("policy")):
                    cluster.delete(kind, obj["metadata"]["name"])
    cluster.patch(KIND, name, {"metadata": {"finalizers": None}}, "argocd")
