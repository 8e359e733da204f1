"""What keeps a removal from ending: objects that are being removed, their finalizers, and who would finish them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlgate.lifecycle import argocd
from mlgate.lifecycle.kubectl import Cluster, Object, Refused, reference
from mlgate.lifecycle.preflight import ARGOCD
from mlgate.prefixes import NAMESPACES

CONSTRAINTS = ("aimodelaccuracythreshold.constraints.gatekeeper.sh", "aimodelrelease.constraints.gatekeeper.sh")
BINDINGS = "validatingadmissionpolicybindings.admissionregistration.k8s.io"
APPLICATIONS = "applications.argoproj.io"
_GATEKEEPER = "gatekeeper"
_PROTECTED = ("kubernetes.io/pvc-protection", "kubernetes.io/pv-protection")


@dataclass(frozen=True, slots=True)
class Stuck:
    """An object that is being removed and is still there. ``owner`` is who must act; "" when nobody is left to."""

    kind: str
    name: str
    namespace: str
    finalizers: tuple[str, ...]
    owner: str
    note: str = ""

    @property
    def line(self) -> str:
        """The whole of it for a person."""
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        who = f"waits for {self.owner}" if self.owner else "nobody is left to finish it"
        held = f" is held by {', '.join(self.finalizers)}" if self.finalizers else ""
        return f"{self.kind} {place}{held}; {who}{f'; {self.note}' if self.note else ''}"


def find(cluster: Cluster, prefix: str) -> list[Stuck]:
    """Everything of a prefix that is being removed: Applications, constraints, what is in its namespaces, these."""
    owners = _Owners(argocd.alive(cluster), _gatekeeper_alive(cluster))
    # What is in a namespace that goes will be asked to go too, if it was not yet.
    objects = [*filter(going, _named(cluster, prefix)), *_inside(cluster, prefix)]
    found = [_stuck(obj, owners) for obj in objects if obj["metadata"].get("finalizers")]
    return [*found, *(_namespace(space, found) for space in namespaces(cluster, prefix) if going(space))]


def going(obj: Object) -> bool:
    """Whether somebody asked for the removal of an object."""
    return "deletionTimestamp" in obj["metadata"]


def names(prefix: str) -> tuple[str, ...]:
    """Applications of a prefix in the order of removal, the one that makes the others first."""
    return (prefix, *(f"{prefix}-{part}" for part in ("stage", "dev", "cicd", "policy")))


def namespaces(cluster: Cluster, prefix: str) -> list[Object]:
    """Those of a prefix that are there."""
    found = (cluster.get("namespace", f"{prefix}-{part}") for part in NAMESPACES)
    return [space for space in found if space is not None]


def constraints(cluster: Cluster, prefix: str) -> list[Object]:
    """The cluster-wide objects of a prefix: constraints and bindings that judge in its namespaces only."""
    found = (obj for kind in (*CONSTRAINTS, BINDINGS) for obj in cluster.list(kind))
    return [obj for obj in found if obj["metadata"]["name"] in _rules(prefix)]


def _rules(prefix: str) -> set[str]:
    return {f"{prefix}-model-accuracy", f"{prefix}-model-release"}


def _named(cluster: Cluster, prefix: str) -> list[Object]:
    wanted = names(prefix)
    apps = [obj for obj in cluster.list(APPLICATIONS, ARGOCD) if obj["metadata"]["name"] in wanted]
    return [*apps, *constraints(cluster, prefix)]


def _inside(cluster: Cluster, prefix: str) -> Iterator[Object]:
    spaces = [space["metadata"]["name"] for space in namespaces(cluster, prefix) if going(space)]
    if not spaces:
        return
    kinds = _listable(cluster)
    for space in spaces:
        try:
            yield from cluster.list(",".join(kinds), space)
        except Refused:  # one kind that cannot be listed hides all the others
            yield from _one_by_one(cluster, kinds, space)


def _one_by_one(cluster: Cluster, kinds: list[str], space: str) -> Iterator[Object]:
    for kind in kinds:
        try:
            yield from cluster.list(kind, space)
        except Refused:
            continue  # it is named by the namespace's own conditions


def _listable(cluster: Cluster) -> list[str]:
    try:
        said = cluster.call(["api-resources", "--verbs=list,patch", "--namespaced", "-o", "name"])
    except Refused:
        return ["pods", "persistentvolumeclaims", "secrets", "configmaps", APPLICATIONS]
    return [name for name in said.split() if not name.startswith("events")]


@dataclass(frozen=True, slots=True)
class _Owners:
    argocd: bool
    gatekeeper: bool

    def of(self, finalizers: Iterable[str]) -> str:
        for each in finalizers:
            if "argocd.argoproj.io" in each and self.argocd:
                return "Argo CD's controller, which runs"
            if "gatekeeper.sh" in each and self.gatekeeper:
                return "Gatekeeper, which runs"
            if each in _PROTECTED:
                return "the pods that use it"
        return ""


def _gatekeeper_alive(cluster: Cluster) -> bool:
    found = (obj for obj in cluster.list("deployments.apps") if obj["metadata"]["name"].startswith(_GATEKEEPER))
    return any((obj.get("status") or {}).get("readyReplicas") for obj in found)


def _stuck(obj: Object, owners: _Owners) -> Stuck:
    meta = obj["metadata"]
    finalizers = tuple(meta["finalizers"])
    return Stuck(reference(obj), meta["name"], meta.get("namespace", ""), finalizers, owners.of(finalizers))


def _namespace(space: Object, found: list[Stuck]) -> Stuck:
    name = space["metadata"]["name"]
    conditions = (space.get("status") or {}).get("conditions") or ()
    said = [each.get("message", "") for each in conditions if each.get("status") == "True"]
    held = [each for each in found if each.namespace == name]
    owner = "what is in it" if held else "the namespace controller"
    return Stuck("namespace", name, "", (), owner, note="; ".join(said)[:300])
