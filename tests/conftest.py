"""Fixtures that are costly to make and never changed by a test."""

import shutil
from pathlib import Path

import pytest

import trees
from cluster.plugin import pytest_collection_modifyitems, pytest_terminal_summary  # noqa: F401 - pytest finds them here
from mlgate.evaluate.run import Evaluation
from model_images import FRAUD, Packaged, packaged


@pytest.fixture(scope="session")
def fraud(tmp_path_factory: pytest.TempPathFactory) -> Packaged:
    """The repository's good model, trained and packaged."""
    return packaged(FRAUD, tmp_path_factory.mktemp("fraud"))


@pytest.fixture(scope="session")
def evaluated(fraud: Packaged) -> Evaluation:
    """The good model, measured on its sealed hold-out."""
    return fraud.evaluated()


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole tree; tests change copies of it."""
    return trees.whole(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def tree(pristine: Path, tmp_path: Path) -> Path:
    """A whole tree of a test's own."""
    return shutil.copytree(pristine, tmp_path / "tree")
