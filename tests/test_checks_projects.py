"""What an AppProject does not permit is found before a sync is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

import trees
from mlgate.checks import discover, projects, render
from mlgate.results import Result, Status

PREFIXES = "apps/projects/prefixes.yaml"
OPERATORS = "apps/projects/operators.yaml"
SERVER = "https://kubernetes.default.svc"


def check(tree: Path) -> list[Result]:
    repo = trees.repo(tree)
    rendered, _ = render.render(repo, discover.builds(repo, [trees.PREFIX]))
    return projects.check(repo, rendered)


def findings(tree: Path) -> list[Result]:
    return [result for result in check(tree) if result.status is not Status.VALID]


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda tree: trees.edit(tree, name, old, new)


def test_a_whole_tree_is_permitted(tree: Path) -> None:
    results = check(tree)
    assert results
    assert {result.status for result in results} == {Status.VALID}


BROKEN = [
    pytest.param(
        edit(PREFIXES, "kind: PersistentVolumeClaim", "kind: Secret"),
        "PersistentVolumeClaim/alpha-cicd/source",
        f"add the core group/PersistentVolumeClaim to namespaceResourceWhitelist in {PREFIXES}",
        "base/cicd/pvc-source.yaml",
        id="namespaced-kind",
    ),
    pytest.param(
        edit(PREFIXES, "kind: AIModelRelease", "kind: Else"),
        "AIModelRelease/alpha-model-release",
        f"add constraints.gatekeeper.sh/AIModelRelease to clusterResourceWhitelist in {PREFIXES}",
        "base/policy/model-release.yaml",
        id="cluster-wide-kind",
    ),
    pytest.param(
        edit(PREFIXES, "group: constraints.gatekeeper.sh", "group: example.com"),
        "AIModelRelease/alpha-model-release",
        f"add constraints.gatekeeper.sh/AIModelRelease to clusterResourceWhitelist in {PREFIXES}",
        "base/policy/model-release.yaml",
        id="kind-of-another-group",
    ),
    pytest.param(
        edit(PREFIXES, "'*-dev'", "'*-test'"),
        "Application/argocd/alpha-dev",
        f"add the destination alpha-dev on {SERVER} to {PREFIXES}",
        "base/apps/dev.yaml",
        id="destination-of-an-application",
    ),
    pytest.param(
        edit(OPERATORS, "namespace: openshift-gatekeeper-operator", "namespace: elsewhere"),
        "Subscription/openshift-gatekeeper-operator/gatekeeper-operator-product",
        f"add the destination openshift-gatekeeper-operator on {SERVER} to {OPERATORS}",
        "base/operators/gatekeeper/operator/subscription.yaml",
        id="namespace-of-an-object",
    ),
    pytest.param(
        edit("base/apps/dev.yaml", SERVER, "https://other.example.com"),
        "Application/argocd/alpha-dev",
        f"add the destination alpha-dev on https://other.example.com to {PREFIXES}",
        "base/apps/dev.yaml",
        id="another-cluster",
    ),
    pytest.param(
        edit("overlays/alpha/values/settings.yaml", "git.example.com/team", "git.example.com/someone"),
        "Application/argocd/alpha-dev",
        f"add https://git.example.com/someone/mlops.git to sourceRepos in {PREFIXES}",
        "base/apps/dev.yaml",
        id="another-repository",
    ),
    pytest.param(
        edit("base/apps/dev.yaml", "project: mlgate-prefixes", "project: default"),
        "Namespace/alpha-dev",
        "add the core group/Namespace to clusterResourceWhitelist in apps/projects/default.yaml",
        "base/dev/namespace.yaml",
        id="default-project-permits-nothing",
    ),
    pytest.param(
        edit("base/apps/dev.yaml", "project: mlgate-prefixes", "project: mlgate-prefix"),
        "Application/argocd/alpha-dev",
        "there is no project mlgate-prefix in apps/projects",
        "base/apps/dev.yaml",
        id="no-such-project",
    ),
    pytest.param(
        edit("base/apps/kustomization.yaml", "- dev.yaml\n", ""),
        "Namespace/alpha-dev",
        "let an Application of a project in apps/projects sync it",
        "base/dev/namespace.yaml",
        id="nobody-syncs-it",
    ),
    pytest.param(
        edit("base/operators/gatekeeper/kubernetes/application.yaml", "gatekeeper/charts", "other/charts"),
        "Application/argocd/chart-gatekeeper",
        "add https://open-policy-agent.github.io/other/charts to sourceRepos in apps/projects/charts.yaml",
        "base/operators/gatekeeper/kubernetes/application.yaml",
        id="another-chart-repository",
    ),
]


@pytest.mark.parametrize(("breaks", "subject", "fix", "file"), BROKEN)
def test_what_is_not_permitted_is_found(
    breaks: Callable[[Path], None], subject: str, fix: str, file: str, tree: Path
) -> None:
    breaks(tree)
    found = {result.subject: result for result in findings(tree)}
    assert subject in found, sorted(found)
    assert found[subject].code == "MG255"
    assert (found[subject].fix, found[subject].file) == (fix, file)
    assert found[subject].line > 0


def test_a_kind_may_be_permitted_by_name(tree: Path) -> None:
    named = "    kind: AIModelRelease\n    name: {}\n"
    trees.edit(tree, PREFIXES, "    kind: AIModelRelease\n", named.format("'*-model-release'"))
    assert findings(tree) == []
    trees.edit(tree, PREFIXES, named.format("'*-model-release'"), named.format("beta-*"))
    assert [result.subject for result in findings(tree)] == ["AIModelRelease/alpha-model-release"]


def test_a_list_of_what_nothing_uses_is_no_finding(tree: Path) -> None:
    trees.edit(
        tree, PREFIXES, "  namespaceResourceWhitelist:\n", "  namespaceResourceWhitelist:\n  - {group: x, kind: Y}\n"
    )
    assert findings(tree) == []


def test_an_overlay_that_does_not_build_is_told_by_the_build_alone(tree: Path) -> None:
    trees.append(tree, "overlays/alpha", "no-such-file.yaml")
    assert findings(tree) == []
