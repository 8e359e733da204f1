"""Take a prefix out of a cluster in an order in which whoever has to finish a removal still runs."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from mlgate.errors import ToolFailed
from mlgate.lifecycle import argocd, stuck
from mlgate.lifecycle.apply import own
from mlgate.lifecycle.kubectl import Cluster, Object, reference
from mlgate.lifecycle.preflight import ARGOCD

_FINALIZER = "resources-finalizer.argocd.argoproj.io"
_SETS = "applicationsets.argoproj.io"
_PROJECTS = "appprojects.argoproj.io"
_TEMPLATES = "constrainttemplates.templates.gatekeeper.sh"
_OUR_TEMPLATES = ("aimodelaccuracythreshold", "aimodelrelease")
_OUR_CRD = "modelaccuracies.ai.devops.demo"
_ARGOCD = "operator-argocd"
_INTERVAL_S = 0.5


@dataclass(frozen=True, slots=True)
class Removal:
    """The removal of one prefix; ``say`` tells each step. Safe to repeat: what is gone is passed over."""

    cluster: Cluster
    prefix: str
    timeout_s: float
    say: Callable[[str], None]

    def run(self, *, everything: bool) -> None:
        """Remove the prefix; with ``everything`` also what it shared. Raises ``ToolFailed`` that says what blocks."""
        if everything:
            self._let_go()
        self._applications(stuck.names(self.prefix))
        self._rules()
        if everything:
            self._shared()
        self._namespaces()

    def _let_go(self) -> None:
        # What makes Applications goes first and without its children, or it would make them again.
        self.cluster.patch(stuck.APPLICATIONS, "mlgate-root", {"metadata": {"finalizers": None}}, ARGOCD)
        self._gone(stuck.APPLICATIONS, ("mlgate-root",), ARGOCD)
        for name in ("operators", "prefixes"):
            self.cluster.call(
                ["delete", _SETS, name, f"--namespace={ARGOCD}", "--cascade=orphan", "--ignore-not-found", "-o", "name"]
            )
        self.say("mlgate-root and the ApplicationSets: removed")

    def _applications(self, wanted: tuple[str, ...]) -> None:
        there = {obj["metadata"]["name"]: obj for obj in self.cluster.list(stuck.APPLICATIONS, ARGOCD)}
        present = [name for name in wanted if name in there]
        if any(there[name]["metadata"].get("finalizers") for name in present) and not argocd.alive(self.cluster):
            said = "Argo CD's application controller does not run, so nobody would finish the removal of "
            raise ToolFailed(said + ", ".join(present), fix=self._gone_for_good(present))
        for name in present:
            self._gone(stuck.APPLICATIONS, (name,), ARGOCD)
            self.say(f"Application {name}: removed")

    def _gone_for_good(self, names: list[str]) -> str:
        by_hand = f"kubectl -n {ARGOCD} delete {stuck.APPLICATIONS} {' '.join(names)} --wait=false"
        return f"start it and repeat; if it is gone for good: {by_hand}, then mlgate cleanup --prefix {self.prefix}"

    def _rules(self) -> None:
        for obj in stuck.constraints(self.cluster, self.prefix):
            self._gone(reference(obj), (obj["metadata"]["name"],))
            self.say(f"{obj['kind']} {obj['metadata']['name']}: removed")

    def _shared(self) -> None:
        self._applications(("mlgate-policy",))
        self._gone(_TEMPLATES, _OUR_TEMPLATES)
        self._gone("customresourcedefinitions.apiextensions.k8s.io", (_OUR_CRD,))
        found = [obj["metadata"]["name"] for obj in self.cluster.list(stuck.APPLICATIONS, ARGOCD) if _operator(obj)]
        for name in found:
            # ApplicationSets give no finalizer; without it the operator would stay behind, unowned.
            self.cluster.patch(stuck.APPLICATIONS, name, {"metadata": {"finalizers": [_FINALIZER]}}, ARGOCD)
        self._applications(tuple(sorted(found, reverse=True)))
        # Argo CD that removed itself would leave its own finalizers behind: only the Application goes.
        self.cluster.patch(stuck.APPLICATIONS, _ARGOCD, {"metadata": {"finalizers": None}}, ARGOCD)
        self._gone(stuck.APPLICATIONS, (_ARGOCD,), ARGOCD)
        projects = [obj["metadata"]["name"] for obj in self.cluster.list(_PROJECTS, ARGOCD)]
        self._gone(_PROJECTS, tuple(name for name in projects if name.startswith("mlgate-")), ARGOCD)
        self.cluster.delete("secret", "mlgate-repository", ARGOCD)
        self.say("template, kinds, operators of this tree, projects: removed; Argo CD itself stays")

    def _namespaces(self) -> None:
        ours = [space["metadata"]["name"] for space in stuck.namespaces(self.cluster, self.prefix) if own(space)]
        self._gone("namespace", tuple(ours))
        if ours:
            self.say(f"namespaces {', '.join(ours)}: removed")

    def _gone(self, kind: str, names: tuple[str, ...], namespace: str = "") -> None:
        """Remove objects of a kind together and wait for all."""
        asked = [name for name in names if self.cluster.delete(kind, name, namespace)]
        end = time.monotonic() + self.timeout_s
        while asked := [name for name in asked if self.cluster.get(kind, name, namespace)]:
            if time.monotonic() > end:
                raise self._blocked(kind, asked)
            time.sleep(_INTERVAL_S)

    def _blocked(self, kind: str, names: list[str]) -> ToolFailed:
        told = [each.line for each in stuck.find(self.cluster, self.prefix)]
        head = f"{kind} {', '.join(names)} still there after {self.timeout_s:g} s"
        fix = f"let the named controller finish and repeat, or: mlgate cleanup --prefix {self.prefix}"
        return ToolFailed("\n  ".join([head, *told]), fix=fix)


def _operator(obj: Object) -> bool:
    """Whether an Application installs an operator of this tree; Argo CD itself is never removed by itself."""
    name, project = obj["metadata"]["name"], obj["spec"].get("project")
    return project in {"mlgate-operators", "mlgate-charts"} and name != _ARGOCD


def others(cluster: Cluster, prefix: str) -> list[str]:
    """Other prefixes that live in the cluster, by their namespaces."""
    spaces = cluster.list("namespaces", selector="app.kubernetes.io/part-of=mlgate")
    found = {space["metadata"]["name"].removesuffix("-cicd") for space in spaces if _cicd(space)}
    return sorted(found - {prefix})


def _cicd(space: Object) -> bool:
    return str(space["metadata"]["name"]).endswith("-cicd")


def maker(cluster: Cluster) -> tuple[str, str]:
    """Repository and branch from which the ApplicationSet makes prefixes; empty when there is none."""
    made = cluster.get(_SETS, "prefixes", ARGOCD)
    generators = made["spec"]["generators"] if made else []
    git: Object = next((each["git"] for each in generators if "git" in each), {})
    return git.get("repoURL", ""), git.get("revision", "")
