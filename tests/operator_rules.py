"""What holds for every operator on every platform, as rules that name what breaks them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from mlgate.checks import discover
from mlgate.checks.model import KUSTOMIZATION, Build, Object
from mlgate.render import kustomize
from mlgate.repo import Repo

OPERATORS = Path("base/operators")
_WAVE = "argocd.argoproj.io/sync-wave"
_OPTIONS = "argocd.argoproj.io/sync-options"
_EXACT = re.compile(r"v?\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?")
_INSTALLS = {"Application", "OperatorGroup", "Subscription"}


@dataclass(frozen=True)
class Tree:
    """The operators of a checkout; ``only`` names the one to look at."""

    root: Path
    only: str = "*"

    @property
    def folders(self) -> list[Path]:
        """The folders of the operators themselves."""
        return sorted((self.root / OPERATORS).glob(f"{self.only}/"))

    @cached_property
    def builds(self) -> dict[str, list[Object]]:
        """Rendered objects by ``NAME/PLATFORM``."""
        found = discover.operators(Repo(self.root))
        return {_name(build): kustomize.build(build.folder) for build in found if build.folder.parent in self.folders}

    def objects(self, *kinds: str) -> Iterator[tuple[str, Object]]:
        """Every object, or those of ``kinds``, with the name of its build."""
        for name, objects in self.builds.items():
            yield from ((name, obj) for obj in objects if not kinds or obj["kind"] in kinds)

    def project(self, name: str) -> dict[str, Any]:
        """``spec`` of an AppProject."""
        content: dict[str, Any] = yaml.safe_load((self.root / "apps" / "projects" / f"{name}.yaml").read_text())
        return dict(content["spec"])


def _name(build: Build) -> str:
    return f"{build.folder.parent.name}/{build.folder.name}"


def readmes(tree: Tree) -> list[str]:
    """READMEs that are absent, short, or say not how to leave the operator out."""
    return [folder.name for folder in tree.folders if not _says(folder.name, folder / "README.md")]


def _says(name: str, file: Path) -> bool:
    text = file.read_text() if file.is_file() else ""
    out = re.search(rf"leave (it|`{name}`) out", " ".join(text.split()), re.IGNORECASE)
    return out is not None and sum(1 for line in text.splitlines() if line.strip()) >= 8


def starting_versions(tree: Tree) -> list[str]:
    """Subscriptions that pin a ClusterServiceVersion, which no catalogue keeps for ever."""
    return [name for name, obj in tree.objects("Subscription") if "startingCSV" in obj["spec"]]


def early_instances(tree: Tree) -> list[str]:
    """Instances that do not come after everything that installs their operator."""
    return [
        f"{name} {obj['kind']}"
        for name, instances, installers in parts(tree)
        for obj in instances
        if _wave(obj) <= max(map(_wave, installers))
    ]


def dry_runs(tree: Tree) -> list[str]:
    """Instances of kinds that the operator brings, which would fail a sync before it is there."""
    return [
        f"{name} {obj['kind']}"
        for name, instances, _ in parts(tree)
        for obj in instances
        if _brought(obj) and "SkipDryRunOnMissingResource=true" not in _annotation(obj, _OPTIONS).split(",")
    ]


def parts(tree: Tree) -> Iterator[tuple[str, list[Object], list[Object]]]:
    """Name of each build that has an instance, the objects of the instance, and those that install its operator."""
    for name, objects in tree.builds.items():
        home, platform = (tree.root / OPERATORS / name).parent, name.rpartition("/")[2]
        made = _identities(home / "instance") | _identities(home / "instance" / platform)
        installing = _identities(home / "operator")
        instances = [obj for obj in objects if _identity(obj) in made]
        if instances:
            yield name, instances, [obj for obj in objects if obj["kind"] in _INSTALLS or _identity(obj) in installing]


@cache
def _identities(folder: Path) -> set[tuple[str, str]]:
    return {_identity(obj) for obj in kustomize.build(folder)} if (folder / KUSTOMIZATION).is_file() else set()


def _identity(obj: Object) -> tuple[str, str]:
    return obj["kind"], obj["metadata"]["name"]


def _annotation(obj: Object, key: str) -> str:
    return str(obj["metadata"].get("annotations", {}).get(key, ""))


def _wave(obj: Object) -> int:
    return int(_annotation(obj, _WAVE) or 0)


def _brought(obj: Object) -> bool:
    group = _group(obj)
    return "." in group and not group.endswith(".k8s.io")


def _group(obj: Object) -> str:
    return str(obj["apiVersion"]).rpartition("/")[0]


def inexact_charts(tree: Tree) -> list[str]:
    """Charts whose version another day may mean another chart."""
    return [
        name
        for name, obj in tree.objects("Application")
        if not _EXACT.fullmatch(obj["spec"]["source"]["targetRevision"])
    ]


def foreign_charts(tree: Tree) -> list[str]:
    """Charts outside mlgate-charts, or from or to where that project does not allow."""
    charts = tree.project("charts")
    targets = [each["namespace"] for each in charts["destinations"]]
    return [
        name
        for name, obj in tree.objects("Application")
        if obj["spec"]["project"] != "mlgate-charts"
        or obj["spec"]["source"]["repoURL"] not in charts["sourceRepos"]
        or obj["spec"]["destination"]["namespace"] not in targets
    ]


def unused_rights(tree: Tree) -> list[str]:
    """What the projects permit and no operator needs; wildcards too, since nothing is called so."""
    operators, charts = tree.project("operators"), tree.project("charts")
    objects = [obj for _, obj in tree.objects()]
    sources = [obj["spec"] for obj in objects if obj["kind"] == "Application"]
    kinds = {(_group(obj), obj["kind"], "namespace" in obj["metadata"]) for obj in objects}
    used = {
        *(f"operators {group}/{kind} {namespaced}" for group, kind, namespaced in kinds),
        *(f"operators {obj['metadata'].get('namespace')}" for obj in objects),
        *(f"charts {spec['source']['repoURL']}" for spec in sources),
        *(f"charts {spec['destination']['namespace']}" for spec in sources),
    }
    permitted = [
        *(f"operators {each['group']}/{each['kind']} False" for each in operators["clusterResourceWhitelist"]),
        *(f"operators {each['group']}/{each['kind']} True" for each in operators["namespaceResourceWhitelist"]),
        *(f"operators {each['namespace']}" for each in operators["destinations"]),
        *(f"charts {each}" for each in charts["sourceRepos"]),
        *(f"charts {each['namespace']}" for each in charts["destinations"]),
    ]
    return [right for right in permitted if right not in used]


def unseen_kinds(tree: Tree) -> list[str]:
    """Kinds that a constraint judges and Gatekeeper's webhook is not asked about, or lets through when it is down."""
    return [
        f"{name} {group}/{kind}"
        for name, webhook in webhooks(tree)
        for group, kind in judged(tree)
        if webhook["failurePolicy"] != "Fail" or not _asked(webhook["rules"], group, _plural(kind))
    ]


def webhooks(tree: Tree) -> Iterator[tuple[str, dict[str, Any]]]:
    """Failure policy and rules of Gatekeeper's webhook, by build."""
    for name, obj in tree.objects("Gatekeeper"):
        yield name, obj["spec"]["webhook"]
    for name, obj in tree.objects("Application"):
        if obj["spec"]["source"]["chart"] == "gatekeeper":
            values = obj["spec"]["source"]["helm"]["valuesObject"]
            policy, rules = values["validatingWebhookFailurePolicy"], values["validatingWebhookCustomRules"]
            yield name, {"failurePolicy": policy, "rules": rules}


def judged(tree: Tree) -> set[tuple[str, str]]:
    """Group and kind of everything that a constraint of a prefix matches."""
    matches = [each for obj in kustomize.build(tree.root / "base/policy") for each in obj["spec"]["match"]["kinds"]]
    return {(group, kind) for match in matches for group in match["apiGroups"] for kind in match["kinds"]}


def _plural(kind: str) -> str:
    return f"{kind.lower()}s".removesuffix("ys") + ("ies" if kind.endswith("y") else "")


def _asked(rules: list[dict[str, Any]], group: str, plural: str) -> bool:
    return any(
        group in rule["apiGroups"] and plural in rule["resources"] and {"CREATE", "UPDATE"} <= set(rule["operations"])
        for rule in rules
    )


Rule = Callable[[Tree], list[str]]
RULES: tuple[Rule, ...] = (
    readmes,
    starting_versions,
    early_instances,
    dry_runs,
    inexact_charts,
    foreign_charts,
    unused_rights,
    unseen_kinds,
)
