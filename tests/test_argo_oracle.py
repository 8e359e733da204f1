"""Every ApplicationSet that tests know makes the Applications that Argo CD's own generators made of it."""

import json
from pathlib import Path
from typing import Any

import pytest

import argo_oracle as oracle
import argo_trees as trees
from mlgate.checks.argo.applicationset import applications
from mlgate.checks.argo.generators import NotHere
from mlgate.errors import SettingsError

TOLD = json.loads(oracle.ANSWERS.read_text())
CASES = oracle.cases()
# Argo CD refuses the first two after its generators have run, and makes nothing of the last.
LATER = {"refused-one-name-twice", "refused-no-name", "refused-no-generator"}
# Argo CD has no order of clusters.
UNORDERED = "makes-flat-list"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trees.write(tmp_path_factory.mktemp("tree"), oracle.FILES)


def made(tree: Path, obj: dict[str, Any]) -> dict[str, Any]:
    try:
        found = applications(obj, trees.world(tree, *oracle.SECRETS))
    except NotHere:
        raise
    except SettingsError:
        return {"error": True}
    return {"applications": sorted(map(oracle.short, found), key=_name)}


def _name(application: dict[str, Any]) -> str:
    return str(application["metadata"]["name"])


def test_the_answers_are_of_the_argo_cd_that_is_pinned() -> None:
    assert TOLD["version"] == oracle.version()


def test_every_case_was_asked() -> None:
    assert set(TOLD["answers"]) == set(CASES)


@pytest.mark.parametrize("name", sorted(set(CASES) - LATER - {UNORDERED}))
def test_it_makes_what_argo_cd_makes(name: str, tree: Path) -> None:
    expected = TOLD["answers"][name]
    if "applications" in expected:
        expected = {"applications": sorted(expected["applications"], key=_name)}
    assert made(tree, CASES[name]) == expected


@pytest.mark.parametrize("name", sorted(LATER))
def test_what_argo_cd_refuses_later_is_refused_here(name: str, tree: Path) -> None:
    assert made(tree, CASES[name]) == {"error": True}


def test_a_flat_list_of_clusters_has_all_in_some_order(tree: Path) -> None:
    (ours,) = made(tree, CASES[UNORDERED])["applications"]
    (theirs,) = TOLD["answers"][UNORDERED]["applications"]
    assert sorted(_name(ours).split(".")) == sorted(_name(theirs).split("."))
