"""Every operator on every platform, and that each rule about them notices when it is broken."""

import shutil
from pathlib import Path

import pytest

from checkouts import ROOT
from mlgate.checks import run
from mlgate.repo import Repo
from operator_rules import (
    OPERATORS,
    RULES,
    Rule,
    Tree,
    dry_runs,
    early_instances,
    foreign_charts,
    inexact_charts,
    judged,
    parts,
    readmes,
    starting_versions,
    unseen_kinds,
    unused_rights,
    webhooks,
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
    assert len(list(webhooks(tree))) == 2
    assert len(judged(tree)) > 2
    assert {"pipelines/kubernetes", "pipelines/openshift"} <= {name for name, *_ in parts(tree)}


def test_the_whole_set_fits_its_schemas_and_projects() -> None:
    report = run.validate(Repo(ROOT), repo_only=True)
    stages = {stage.name: stage for stage in report.stages}
    for name in ("settings", "render", "schema", "names", "projects"):
        assert stages[name].results
        assert stages[name].findings == ()


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy to break."""
    for name in ("apps", "base", "policy"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


GATEKEEPER = ("gatekeeper/instance/gatekeeper.yaml", "gatekeeper/kubernetes/application.yaml")
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
    *((unseen_kinds, name, "ailurePolicy: Fail", "ailurePolicy: Ignore") for name in GATEKEEPER),
    *((unseen_kinds, name, "resources: [seldondeployments]", "resources: [others]") for name in GATEKEEPER),
    *((unseen_kinds, name, "operations: [CREATE, UPDATE]", "operations: [CREATE]") for name in GATEKEEPER),
]


@pytest.mark.parametrize(
    ("rule", "name", "old", "new"), BREAKS, ids=[f"{rule.__name__}-{new.split()[-1]}" for rule, _, _, new in BREAKS]
)
def test_rule_notices(rule: Rule, name: str, old: str, new: str, broken: Path) -> None:
    _edit(broken / OPERATORS / name, old, new)
    assert rule(Tree(broken, only=name.partition("/")[0]))


def test_a_short_readme_is_noticed(broken: Path) -> None:
    (broken / OPERATORS / "seldon" / "README.md").write_text("# Seldon\n\nLeave it out.\n")
    assert readmes(Tree(broken, only="seldon")) == ["seldon"]


def test_a_right_that_nothing_needs_is_noticed(broken: Path, tree: Tree) -> None:
    file = broken / "apps" / "projects" / "operators.yaml"
    _edit(file, "kind: Subscription", "kind: Subscription\n  - group: ''\n    kind: Secret")
    changed = Tree(broken)
    vars(changed)["builds"] = tree.builds
    assert unused_rights(changed) == ["operators /Secret True"]


def test_a_field_that_no_operator_knows_is_noticed(broken: Path) -> None:
    _edit(broken / OPERATORS / "pipelines/instance/tekton-config.yaml", "coschedule: pipelineruns", "coschedul: x")
    for folder in Tree(broken).folders:
        if folder.name != "pipelines":
            shutil.rmtree(folder)
    found = {result.code for result in run.validate(Repo(broken), repo_only=True).findings}
    assert "MG231" in found


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
