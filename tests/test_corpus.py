"""Breakages are found by the code that says what is wrong, and valid changes by none; ``make bench`` has them all.

A twelfth of the rows is checked, by name, so that the tests stay fast: rows whose lot is 0. Rows of MISSED are known to
be missed, and are counted in the table.
"""

from pathlib import Path

import pytest

from corpus import judge, trees_of_corpus
from corpus.model import Row, put, swap
from corpus.tables import BREAKAGES, VARIANTS

MISSED = frozenset({"patch-image-of-no-container", "rule-variable-twice", "wave-operators-after-consumer"})
SAMPLE = [row for row in BREAKAGES if row.lot == 0 and row.name not in MISSED]
VALID = [row for row in VARIANTS if row.lot == 0 or row.family == "unchanged"]


@pytest.fixture(scope="session")
def both_trees(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return trees_of_corpus.make(tmp_path_factory.mktemp("corpus"))


def test_the_corpus_is_as_large_as_it_must_be() -> None:
    names = [row.name for row in [*BREAKAGES, *VARIANTS]]
    assert len(names) == len(set(names))
    assert len(BREAKAGES) >= 200
    assert len({row.family for row in BREAKAGES}) >= 20
    assert len(VARIANTS) >= 30
    assert all(row.codes for row in BREAKAGES)
    assert not any(row.codes for row in VARIANTS)
    assert set(names) >= MISSED


@pytest.mark.parametrize("row", SAMPLE, ids=lambda row: row.name)
def test_a_breakage_is_found_by_a_code_that_it_expects(row: Row, both_trees: dict[str, Path], tmp_path: Path) -> None:
    answer = judge.ask(row, both_trees, tmp_path)
    assert answer.caught(row), answer


@pytest.mark.parametrize("row", VALID, ids=lambda row: row.name)
def test_a_valid_change_raises_no_alarm(row: Row, both_trees: dict[str, Path], tmp_path: Path) -> None:
    answer = judge.ask(row, both_trees, tmp_path)
    assert not answer.codes, answer.words
    assert not answer.refused


@pytest.mark.parametrize("row", [*BREAKAGES, *VARIANTS], ids=lambda row: row.name)
def test_an_edit_fits_its_tree_and_leaves_it_alone(row: Row, both_trees: dict[str, Path], tmp_path: Path) -> None:
    before = _signature(both_trees[row.tree])
    with judge.tree_of(row, both_trees, tmp_path) as tree:
        changed = _signature(tree) != before
    assert changed == (row.family != "unchanged")
    assert _signature(both_trees[row.tree]) == before


def test_an_edit_of_text_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    put("a.yaml", "a: 1\n")(tmp_path)
    with pytest.raises(LookupError):
        swap("a.yaml", "b: 1", "b: 2")(tmp_path)


def _signature(tree: Path) -> dict[str, bytes | str]:
    """Every path with what it holds."""
    paths = (path for path in tree.rglob("*") if path.is_symlink() or path.is_file())
    return {str(path.relative_to(tree)): _content(path) for path in paths}


def _content(path: Path) -> bytes | str:
    return str(path.readlink()) if path.is_symlink() else path.read_bytes()
