"""kill -9 at every change of the file system: the tree is the old or the new one, and the next run heals the rest."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import checkouts
import kill_at


@dataclass(frozen=True)
class Case:
    """A verb to be killed, how many changes of the file system it makes at least, and whether some follow the swap."""

    prepare: Callable[[Path], None]
    argv: list[str]
    changes: int
    cleans_up: bool


def _nothing(_: Path) -> None:
    """A prefix that is not there yet."""


def _with_overlay(tree: Path) -> None:
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", "team") == 0
    (tree / "overlays" / "team" / "dev" / "notes.md").write_text("a person's own file\n")


CASES = [
    pytest.param(Case(_nothing, ["bootstrap", "--prefix", "team"], 20, True), id="bootstrap-creates"),
    pytest.param(
        Case(
            _with_overlay, ["bootstrap", "--prefix", "team", "--platform", "openshift", "--threshold", "93"], 40, True
        ),
        id="bootstrap-updates",
    ),
    pytest.param(Case(_with_overlay, ["threshold", "93", "--prefix", "team", "--no-commit"], 2, False), id="threshold"),
]


@pytest.mark.parametrize("case", CASES)
def test_killed_anywhere_the_tree_is_old_or_new_and_the_next_run_heals(case: Case, tmp_path: Path) -> None:
    tree = checkouts.make(tmp_path / "tree")
    case.prepare(tree)
    shutil.copytree(tree / "overlays", tmp_path / "before")
    argv = [*case.argv, "--repo", str(tree)]
    old = checkouts.content(tmp_path / "before")
    assert not kill_at.run(argv, 10**6)
    new = checkouts.content(tree / "overlays")
    assert new != old

    seen, nth = [], 1
    while _reset(tree, tmp_path / "before") and kill_at.run(argv, nth):
        left = _visible(checkouts.content(tree / "overlays"))
        assert left in (old, new), f"killed at change {nth}"
        seen.append(left == new)
        assert not kill_at.run(argv, 10**6), f"the run after the kill at change {nth}"
        assert checkouts.content(tree / "overlays") == new, f"healed after the kill at change {nth}"
        nth += 1

    assert len(seen) >= case.changes
    assert any(seen) is case.cleans_up
    assert seen == sorted(seen), "once new, a later kill never leaves the old tree"


def _reset(tree: Path, before: Path) -> bool:
    shutil.rmtree(tree / "overlays")
    shutil.copytree(before, tree / "overlays")
    return True


def _visible(found: dict[str, str]) -> dict[str, str]:
    """Without what git ignores and kustomize does not see: drafts that a killed run could not remove."""
    return {name: data for name, data in found.items() if not _draft(name)}


def _draft(name: str) -> bool:
    return name.startswith(".draft-") or name.endswith(".tmp")


def test_the_killer_kills(tmp_path: Path) -> None:
    tree = checkouts.make(tmp_path)
    assert kill_at.run(["bootstrap", "--prefix", "team", "--repo", str(tree)], 5)
    assert not checkouts.settings_file(tree, "team").exists()
    assert list((tree / "overlays").glob(".draft-*"))
