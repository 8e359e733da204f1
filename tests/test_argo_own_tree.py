"""This repository, followed as any other: the same objects as its own layout gives, and no finding."""

from collections import Counter
from pathlib import Path

import pytest

import trees
from mlgate.checks import discover, render
from mlgate.checks.argo.follow import Options, follow
from mlgate.checks.argo.run import validate_foreign
from mlgate.checks.model import Object, group_of, name_of, namespace_of
from mlgate.cli import main
from mlgate.errors import OK


def identity(obj: Object, *, namespaced: bool = True) -> tuple[str, ...]:
    return group_of(obj), str(obj.get("kind")), namespace_of(obj) if namespaced else "", name_of(obj)


def test_it_gives_the_objects_of_the_own_layout(tree: Path) -> None:
    repo = trees.repo(tree)
    builds = discover.builds(repo, [trees.PREFIX])
    native, _ = render.render(repo, [build for build in builds if build.platform in ("", "kubernetes")])
    followed = follow(tree, Options(root=tree / "apps"))
    own = Counter(identity(obj, namespaced=False) for one in native for obj in one.objects)
    theirs = Counter(identity(obj, namespaced=False) for unit in followed.units for obj in unit.objects)
    assert own == theirs
    placed = {identity(obj) for unit in followed.units for obj in unit.objects}
    assert {identity(obj) for one in native for obj in one.objects if namespace_of(obj)} <= placed


def test_nothing_is_found_in_it(tree: Path) -> None:
    report = validate_foreign(trees.repo(tree), Options(root=tree / "apps"))
    assert report.findings == ()
    assert "policy" in [stage.name for stage in report.stages]


def test_every_object_knows_the_applications_that_lead_to_it(tree: Path) -> None:
    chains = {unit.build.folder.name: unit.build.chain for unit in follow(tree, Options(root=tree / "apps")).units}
    assert chains["cicd"] == (
        "Application/mlgate-root",
        "ApplicationSet/prefixes",
        "Application/alpha",
        "Application/alpha-cicd",
    )


def test_the_verb_follows_a_root_that_is_named(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(tree), "--root", str(tree / "apps")]) == OK
    assert "not rendered: Application/argocd/chart-gatekeeper" in capsys.readouterr().out


@pytest.mark.parametrize("option", [("--prefix", "alpha"), ("--repo",)])
def test_the_options_of_the_own_layout_do_not_go_with_a_root(option: tuple[str, ...], tree: Path) -> None:
    assert main(["validate", str(tree), "--root", str(tree / "apps"), *option]) == 2
