"""A file that no build reads is found in a repository of any layout; what another Application reads is not."""

from pathlib import Path

import pytest

from corpus import trees_of_corpus
from mlgate.checks.argo import orphans
from mlgate.checks.model import Build, Rendered
from mlgate.repo import Repo

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return trees_of_corpus.copy_foreign(tmp_path / "tree")


def found(tree: Path) -> list[str]:
    builds = [Build(tree / "deploy/shop/overlays" / stage) for stage in ("dev", "prod")]
    plain = tree / "deploy/web"
    builds.append(Build(plain, files=tuple(sorted(plain.glob("*.yaml")))))
    return [result.subject for result in orphans.check(Repo(tree), [Rendered(build, ()) for build in builds])]


def test_a_whole_tree_has_none(tree: Path) -> None:
    assert found(tree) == []


@pytest.mark.parametrize("name", ["deploy/shop/base/a.yaml", "deploy/shop/overlays/prod/a.yml"])
def test_a_file_that_no_build_reads_is_found(tree: Path, name: str) -> None:
    (tree / name).write_text(MAP)
    assert found(tree) == [name]


@pytest.mark.parametrize("name", ["deploy/web/a.yaml", "deploy/shop/base/.a.yaml", "deploy/shop/base/a.md", "a.yaml"])
def test_other_files_are_not_judged(tree: Path, name: str) -> None:
    (tree / name).write_text(MAP)
    assert found(tree) == []
