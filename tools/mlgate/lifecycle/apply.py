"""Bring a prefix into a cluster, step by step; every step looks first, so all of it can be repeated and resumed."""

from dataclasses import dataclass

from rich.console import Console

from mlgate import cluster as clusters
from mlgate.errors import ToolFailed, UsageError
from mlgate.lifecycle import argocd, generated, preflight, pushed, secrets, waves
from mlgate.lifecycle.kubectl import Cluster, Object
from mlgate.lifecycle.preflight import ARGOCD, Facts
from mlgate.lifecycle.secrets import Given
from mlgate.prefixes import PARTS
from mlgate.render import kustomize
from mlgate.repo import Repo
from mlgate.settings import Settings

SUCCESS = "Demo elements installed successfully!"
_OURS = ("app.kubernetes.io/part-of", "mlgate")


@dataclass(frozen=True, slots=True)
class Installation:
    """One prefix on its way into one cluster."""

    cluster: Cluster
    repo: Repo
    settings: Settings
    console: Console
    timeout_s: float

    def run(self, given: Given) -> None:
        """All steps; raises ``MlgateError`` at the first that cannot be done, and repeats nothing that is done."""
        shared = clusters.load(self.repo.root)
        pushed.require_committed(self.repo, self.settings.prefix)
        self._preflight(shared)
        if warning := pushed.warning(self.repo, self.settings):
            self._say(f"warning: {warning}")
        self._argocd(shared.platform)
        self._namespaces()
        self._secrets(shared.repo_url, given)
        self._root()
        waves.wait(self.cluster, waves.expected(self.settings.prefix, shared.operators), self.console, self.timeout_s)
        self._say(SUCCESS)

    def _say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _preflight(self, shared: clusters.Cluster) -> Facts:
        facts = preflight.look(self.cluster)
        self._say(f"cluster: Kubernetes {facts.version}")
        for each in facts.installed.values():
            self._say(f"  {each.name} is installed, by {each.manager}")
        preflight.check_foreign(self.cluster, facts, shared.operators)
        install = "Argo CD" not in facts.installed
        preflight.check_rights(self.cluster, self.settings.namespace("cicd"), install=install)
        return facts

    def _argocd(self, platform: str) -> None:
        if not argocd.absent(self.cluster):
            self._say("Argo CD: the one that is there is used")
            return
        self._say("Argo CD: installing ...")
        argocd.install(self.cluster, self.repo, platform)

    def _namespaces(self) -> None:
        spaces = [self._namespace(part) for part in PARTS]
        for space in spaces:
            name = space["metadata"]["name"]
            there = self.cluster.get("namespace", name)
            if there is not None and not own(there):
                raise ToolFailed(f"the namespace {name} exists and is not ours", fix="choose another --prefix")
            if there is not None and there["metadata"].get("deletionTimestamp"):
                fix = f"mlgate cleanup --prefix {self.settings.prefix}"
                raise ToolFailed(f"the namespace {name} is being removed", fix=fix)
        self.cluster.apply(spaces)
        self._say(f"namespaces: {', '.join(space['metadata']['name'] for space in spaces)}")

    def _namespace(self, part: str) -> Object:
        objects = kustomize.build(self.repo.overlay(self.settings.prefix) / part)
        name = self.settings.namespace(part)
        found = [obj for obj in objects if obj["kind"] == "Namespace" and obj["metadata"]["name"] == name]
        if not found:
            raise UsageError(
                f"overlays/{self.settings.prefix}/{part} renders no Namespace {name}", fix="mlgate validate"
            )
        return found[0]

    def _secrets(self, repo_url: str, given: Given) -> None:
        way = self.settings.choices["secrets"]
        if way != "plain":
            if given.hidden:
                fix = "hand over no values here, or choose --secrets plain"
                raise UsageError(f"this prefix takes its Secrets from {way} ones", fix=fix)
            self._say(f"secrets: {way} ones bring them")
            return
        objects = [*secrets.objects(self.settings, given), *secrets.repository(repo_url, given)]
        self.cluster.apply(objects, hide=given.hidden)
        names = [f"{obj['metadata']['namespace']}/{obj['metadata']['name']}" for obj in objects]
        self._say(f"secrets: {', '.join(names) or 'none handed over; those that are there stay'}")
        made = list(generated.missing(self.cluster, self.settings))
        self.cluster.apply(made, hide=generated.hidden(made))
        for obj in made:
            self._say(f"  {obj['metadata']['namespace']}/{obj['metadata']['name']} was missing and is made at random")

    def _root(self) -> None:
        objects = kustomize.build(self.repo.root / "apps")
        self._spare_default(objects)
        number = self.cluster.apply(objects)
        self._say(f"apps: {number} objects applied; Argo CD does the rest")

    def _spare_default(self, objects: list[Object]) -> None:
        emptied = any(obj["kind"] == "AppProject" and obj["metadata"]["name"] == "default" for obj in objects)
        users = [obj for obj in self.cluster.list(waves.KIND, ARGOCD) if obj["spec"].get("project") == "default"]
        if emptied and users:
            names = ", ".join(obj["metadata"]["name"] for obj in users)
            fix = "give them a project of their own, or take default out of apps/projects/kustomization.yaml"
            raise ToolFailed(f"apps/ empties the project default, which others use: {names}", fix=fix)


def own(namespace: Object) -> bool:
    """Whether a namespace bears our label."""
    key, value = _OURS
    return (namespace["metadata"].get("labels") or {}).get(key) == value
