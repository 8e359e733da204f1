"""Argo CD: install it from the pinned manifests when there is none, reuse the one that is there."""

from mlgate.errors import MissingTool, ToolFailed
from mlgate.lifecycle.kubectl import MANAGER, Cluster, Object
from mlgate.lifecycle.preflight import ARGOCD
from mlgate.process import cache_dir
from mlgate.render import kustomize
from mlgate.repo import Repo

CRD = "applications.argoproj.io"
MODULE = "github.com_argoproj_argo-cd_v3@v3.6.1"
MANIFEST = "manifests_install.yaml"
_CONTROLLER = "application-controller"
_OPERATOR_CRD = "argocds.argoproj.io"
_WAIT_S = 300
_KINDS = ("applications.argoproj.io", "applicationsets.argoproj.io", "appprojects.argoproj.io")


def controllers(cluster: Cluster) -> list[Object]:
    """Every application controller of the cluster, as StatefulSet or Deployment, in whatever namespace."""
    found = [*cluster.list("statefulsets.apps"), *cluster.list("deployments.apps")]
    return [obj for obj in found if obj["metadata"]["name"].endswith(_CONTROLLER)]


def alive(cluster: Cluster) -> bool:
    """Whether a controller is ready that finishes what has Argo CD's finalizers."""
    here = (obj for obj in controllers(cluster) if obj["metadata"]["namespace"] == ARGOCD)
    return any((obj.get("status") or {}).get("readyReplicas") for obj in here)


def absent(cluster: Cluster) -> bool:
    """Whether Argo CD has to be installed, or its installation by us to be finished.

    Raises ``ToolFailed`` when one runs that does not look at our namespace.
    """
    found = controllers(cluster)
    here = [obj for obj in found if obj["metadata"]["namespace"] == ARGOCD]
    if found and not here:
        place = found[0]["metadata"]["namespace"]
        fix = f"run an Argo CD in the namespace {ARGOCD}, or remove that one first"
        raise ToolFailed(f"Argo CD runs in {place} and does not look at the namespace {ARGOCD}", fix=fix)
    return not here


def install(cluster: Cluster, repo: Repo, platform: str) -> None:
    """Install Argo CD and wait until its kinds are known; safe to repeat."""
    if platform == "openshift":
        _by_operator(cluster, kustomize.build(repo.root / "base/operators/argocd/openshift"))
    else:
        _by_manifest(cluster, repo)
    for kind in _KINDS:
        established(cluster, kind, _WAIT_S)


def _by_manifest(cluster: Cluster, repo: Repo) -> None:
    path = cache_dir() / "modules" / MODULE / MANIFEST
    if not path.is_file():
        raise MissingTool("the manifests of Argo CD are not there", fix="run: make setup")
    namespace: Object = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ARGOCD}}
    cluster.apply([namespace])
    args = ["apply", "--server-side", "--force-conflicts", f"--field-manager={MANAGER}", f"--namespace={ARGOCD}"]
    cluster.call([*args, "-f", str(path)], timeout_s=_WAIT_S)
    cluster.apply(kustomize.build(repo.root / "base/operators/argocd/kubernetes"))


def _by_operator(cluster: Cluster, objects: list[Object]) -> None:
    later = [obj for obj in objects if obj["apiVersion"].startswith("argoproj.io/")]
    cluster.apply(obj for obj in objects if obj not in later)
    established(cluster, _OPERATOR_CRD, _WAIT_S)
    cluster.apply(later)


def established(cluster: Cluster, kind: str, timeout_s: float) -> None:
    """Wait until a kind can be used; raises ``ToolFailed``."""
    args = ["wait", f"crd/{kind}", "--for=create", f"--timeout={timeout_s:g}s"]
    cluster.call(args, timeout_s=timeout_s + 30)
    if not cluster.wait("crd", kind, "condition=Established", timeout_s=timeout_s):
        raise ToolFailed(f"the kind {kind} is not known after {timeout_s:g} s", fix="mlgate doctor")
