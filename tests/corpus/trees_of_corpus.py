"""The two trees that the corpus changes, and a fast copy of either."""

import os
import shutil
from pathlib import Path

import checkouts
import trees
from corpus.model import Row

FOREIGN = Path(__file__).parent / "foreign"
OPTIONS = ("--component", "cel-gate", "--component", "triggers", "--component", "network-policy", "--index", "devpi")


def make(folder: Path) -> dict[str, Path]:
    """Both trees below ``folder``, by the name that a row has for them."""
    own = folder / "own"
    own.mkdir(parents=True)
    trees.whole(own)
    url = "https://git.example.com/team/mlops.git"
    if checkouts.mlgate(own, "bootstrap", "--prefix", trees.PREFIX, "--repo-url", url, *OPTIONS) != 0:
        raise RuntimeError("the options could not be switched on")
    return {"own": own, "foreign": copy_foreign(folder / "foreign")}


def copy_foreign(folder: Path) -> Path:
    """The small repository of another shape, at ``folder``."""
    return shutil.copytree(FOREIGN, folder)


def changed(row: Row, of: dict[str, Path], folder: Path) -> Path:
    """A copy of the row's tree with its edit; files that are not changed are hard links."""
    shutil.copytree(of[row.tree], folder, copy_function=os.link, symlinks=True)
    row.edit(folder)
    return folder
