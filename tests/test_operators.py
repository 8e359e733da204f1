"""Every operator on every platform, and that each rule about them notices when it is broken."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml

from checkouts import ROOT
from mlgate.checks import discover, run
from mlgate.checks.model import KUSTOMIZATION, Build, Object
from mlgate.render import kustomize
from mlgate.repo import Repo

_OPERATORS = Path("base/operators")
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
        return sorted((self.root / _OPERATORS).glob(f"{self.only}/"))

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
        for name, instances, installers in _parts(tree)
        for obj in instances
        if _wave(obj) <= max(map(_wave, installers))
    ]


def dry_runs(tree: Tree) -> list[str]:
    """Instances of kinds that the operator brings, which would fail a sync before it is there."""
    return [
        f"{name} {obj['kind']}"
        for name, instances, _ in _parts(tree)
        for obj in instances
        if _brought(obj) and "SkipDryRunOnMissingResource=true" not in _annotation(obj, _OPTIONS).split(",")
    ]


def _parts(tree: Tree) -> Iterator[tuple[str, list[Object], list[Object]]]:
    for name, objects in tree.builds.items():
        home, platform = (tree.root / _OPERATORS / name).parent, name.rpartition("/")[2]
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


Rule = Callable[[Tree], list[str]]
RULES: tuple[Rule, ...] = (
    readmes,
    starting_versions,
    early_instances,
    dry_runs,
    inexact_charts,
    foreign_charts,
    unused_rights,
)


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree(ROOT)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_holds_for_every_operator(rule: Rule, tree: Tree) -> None:
    assert rule(tree) == []


def test_every_operator_builds_to_something_on_a_platform(tree: Tree) -> None:
    assert all(tree.builds.values())
    assert {name.partition("/")[0] for name in tree.builds} == {folder.name for folder in tree.folders}


def test_the_rules_have_something_to_look_at(tree: Tree) -> None:
    assert {"argocd", "gatekeeper", "pipelines", "seldon"} <= {folder.name for folder in tree.folders}
    assert len(list(tree.objects("Subscription"))) > 4
    assert len(list(tree.objects("Application"))) > 4
    assert {"pipelines/kubernetes", "pipelines/openshift"} <= {name for name, *_ in _parts(tree)}


def test_the_whole_set_fits_its_schemas_and_projects() -> None:
    report = run.validate(Repo(ROOT), repo_only=True)
    assert report.findings == ()


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy to break."""
    for name in ("apps", "base", "policy"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


SELDON, TEKTON = "seldon/kubernetes/application.yaml", "pipelines/instance/kustomization.yaml"
BREAKS: list[tuple[Rule, str, str, str]] = [
    (readmes, "seldon/README.md", "Leave it out", "Without it"),
    (
        starting_versions,
        "seldon/operator/subscription.yaml",
        "spec:\n",
        "spec:\n  startingCSV: seldon-operator.v1.2.2\n",
    ),
    (early_instances, TEKTON, "sync-wave: '1'", "sync-wave: '0'"),
    (dry_runs, TEKTON, "SkipDryRunOnMissingResource=true", "Prune=false"),
    (inexact_charts, SELDON, "targetRevision: 1.17.1", "targetRevision: 1.17.*"),
    (inexact_charts, SELDON, "targetRevision: 1.17.1", "targetRevision: '1.17'"),
    (inexact_charts, SELDON, "targetRevision: 1.17.1", "targetRevision: '>=1.17.1'"),
    (foreign_charts, SELDON, "project: mlgate-charts", "project: default"),
    (foreign_charts, SELDON, "googleapis.com/seldon-charts", "googleapis.com/other-charts"),
    (foreign_charts, SELDON, "namespace: seldon-system", "namespace: kube-system"),
]


@pytest.mark.parametrize(
    ("rule", "name", "old", "new"), BREAKS, ids=[f"{rule.__name__}-{new.split()[-1]}" for rule, _, _, new in BREAKS]
)
def test_rule_notices(rule: Rule, name: str, old: str, new: str, broken: Path) -> None:
    _edit(broken / _OPERATORS / name, old, new)
    assert rule(Tree(broken, only=name.partition("/")[0]))


def test_a_short_readme_is_noticed(broken: Path) -> None:
    (broken / _OPERATORS / "seldon" / "README.md").write_text("# Seldon\n\nLeave it out.\n")
    assert readmes(Tree(broken, only="seldon")) == ["seldon"]


def test_a_right_that_nothing_needs_is_noticed(broken: Path, tree: Tree) -> None:
    file = broken / "apps" / "projects" / "operators.yaml"
    _edit(file, "kind: Subscription", "kind: Subscription\n  - group: ''\n    kind: Secret")
    changed = Tree(broken)
    vars(changed)["builds"] = tree.builds
    assert unused_rights(changed) == ["operators /Secret True"]


def test_a_field_that_no_operator_knows_is_noticed(broken: Path) -> None:
    _edit(broken / _OPERATORS / "pipelines/instance/tekton-config.yaml", "coschedule: pipelineruns", "coschedul: x")
    for folder in Tree(broken).folders:
        if folder.name != "pipelines":
            shutil.rmtree(folder)
    found = {result.code for result in run.validate(Repo(broken), repo_only=True).findings}
    assert "MG231" in found


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
