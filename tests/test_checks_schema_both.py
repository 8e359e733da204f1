"""The engine and the program kubeconform say the same, of the whole tree and of much that is wrong."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from mlgate.checks import schema
from mlgate.checks.discover import builds
from mlgate.checks.model import Rendered
from mlgate.checks.render import render
from mlgate.checks.schema_words import detailed
from mlgate.render import renderer
from mlgate.repo import Repo
from mlgate.results import Result, Status

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def rendered() -> list[Rendered]:
    repo = Repo(ROOT)
    return render(repo, builds(repo, repo.prefixes()))[0]


def both(rendered: list[Rendered]) -> tuple[list[Result], list[Result]]:
    found = {}
    before = renderer.chosen()
    try:
        for name in ("engine", "kubectl"):
            renderer.choose(name)
            found[name] = schema.check(Repo(ROOT), rendered)
    finally:
        renderer.choose(before)
    return found["engine"], found["kubectl"]


def spoiled(value: Any) -> Iterator[Any]:
    """Copies of an object, each with one field more, less, or of another type."""
    if isinstance(value, dict):
        yield {**value, "more": "here"}
        for key, each in value.items():
            yield {other: kept for other, kept in value.items() if other != key}
            yield from ({**value, key: worse} for worse in spoiled(each))
    elif isinstance(value, list):
        yield from ([worse, *value[1:]] for worse in (spoiled(value[0]) if value else ()))
    else:
        yield {"more": ["here"]}


def broken(rendered: list[Rendered]) -> list[Rendered]:
    """Of each kind one object, spoiled in every way but in what names the kind."""
    kinds = {(obj["apiVersion"], obj["kind"]): (one.build, obj) for one in rendered for obj in one.objects}
    made = []
    for build, obj in kinds.values():
        worse = [deepcopy(each) for each in spoiled(obj)]
        kept = [
            each for each in worse if (each.get("apiVersion"), each.get("kind")) == (obj["apiVersion"], obj["kind"])
        ]
        # kustomize itself refuses names that are no text.
        named = [each for each in kept if _named(each.get("metadata"))]
        # A definition that is spoiled is another definition, and not of interest here.
        made.append(Rendered(build, () if obj["kind"] == "CustomResourceDefinition" else tuple(named)))
    return made


def _named(meta: Any) -> bool:
    names = ("name", "namespace", "generateName")
    return isinstance(meta, dict) and all(isinstance(meta.get(name, ""), str) for name in names)


def test_both_find_the_whole_tree_to_fit(rendered: list[Rendered]) -> None:
    engine, program = both(rendered)
    assert engine == program
    assert len(engine) > 50
    assert {each.status for each in engine} == {Status.VALID}


def test_both_find_the_same_wrong(rendered: list[Rendered]) -> None:
    engine, program = both(broken(rendered))
    assert sum(each.code == "MG231" and each.status is Status.INVALID for each in engine) > 300
    assert engine == program


def test_no_finding_says_only_that_something_is_wrong(rendered: list[Rendered]) -> None:
    engine, _ = both(broken(rendered))
    assert not [each for each in engine if "validation failed" in each.message or each.message.endswith("Of' failed")]


@pytest.mark.parametrize(
    ("told", "whole", "expected"),
    [
        ([("/a", "bad")], "x - at '/a': bad", [("/a", "bad")]),
        ([("", "validation failed")], "x - at '': validation failed   - at '/b~1c': bad", [("/b~1c", "bad")]),
        ([("/a", "validation failed")], "x", [("/a", "validation failed")]),
        ([("/m/b/c", "bad")], "x - at '/m/b~1c': bad", [("/m/b~1c", "bad")]),
        (
            [("/a", "'anyOf' failed")],
            "x - at '/a': 'anyOf' failed   - at '/a': no text   - at '/a/b': no number",
            [("/a", "no alternative fits: no text; or b: no number")],
        ),
    ],
)
def test_a_sum_is_told_leaf_by_leaf(told: list[tuple[str, str]], whole: str, expected: list[tuple[str, str]]) -> None:
    assert detailed(told, whole) == expected
