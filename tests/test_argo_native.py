"""The order of this repository's own Applications is checked, across them."""

from collections.abc import Callable
from pathlib import Path

import pytest

import trees
from mlgate.checks import discover, render
from mlgate.checks.argo import native
from mlgate.results import Result, Status

RELEASE = "overlays/alpha/dev/release"


def check(tree: Path) -> list[Result]:
    repo = trees.repo(tree)
    own, prefix = (render.render(repo, group.builds)[0] for group in discover.groups(repo, [trees.PREFIX]))
    beside = [one for one in own if not one.build.platform]
    return [*native.check(repo, own), *native.check(repo, prefix, beside)]


def findings(tree: Path) -> list[tuple[str, str]]:
    return [(each.code, each.file) for each in check(tree) if each.status is not Status.VALID]


def test_the_tree_as_it_is_keeps_its_order(tree: Path) -> None:
    assert findings(tree) == []
    assert {each.subject for each in check(tree)} >= {"apps", "policy", "overlays/alpha", "overlays/alpha/dev"}


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda tree: trees.edit(tree, name, f"sync-wave: '{old}'", f"sync-wave: {new}")


BROKEN = [
    pytest.param(edit("base/apps/dev.yaml", "2", "two"), {("MG256", "base/apps/dev.yaml")}, id="no-number"),
    pytest.param(
        edit("base/dev/namespace.yaml", "-1", "'7'"),
        {
            ("MG257", "base/dev/service-account.yaml"),
            ("MG257", f"{RELEASE}/model-accuracy.yaml"),
            ("MG257", f"{RELEASE}/model-deployment.yaml"),
        },
        id="namespace-after-use",
    ),
    pytest.param(
        edit("apps/policy.yaml", "1", "'8'"),
        {
            ("MG257", "base/policy/model-accuracy.yaml"),
            ("MG257", "base/policy/model-release.yaml"),
            ("MG257", f"{RELEASE}/model-accuracy.yaml"),
        },
        id="templates-and-definitions-after-use",
    ),
    pytest.param(
        edit("base/apps/policy.yaml", "0", "'6'"),
        {("MG258", "base/policy/model-accuracy.yaml"), ("MG258", "base/policy/model-release.yaml")},
        id="policy-after-consumer",
    ),
    pytest.param(
        edit("apps/projects/policy.yaml", "-1", "'5'"), {("MG257", "apps/policy.yaml")}, id="project-after-use"
    ),
    pytest.param(
        lambda tree: trees.edit(tree, "apps/policy.yaml", "path: policy", "path: policies"),
        {("MG265", "apps/policy.yaml")},
        id="no-such-path",
    ),
]


@pytest.mark.parametrize(("breaks", "expected"), BROKEN)
def test_an_order_that_cannot_hold_is_found(
    breaks: Callable[[Path], None], expected: set[tuple[str, str]], tree: Path
) -> None:
    breaks(tree)
    assert set(findings(tree)) == expected
