"""Small checkouts to work in: the parts of this repository that bootstrap and the threshold need."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from mlgate.cli import main

ROOT = Path(__file__).parents[1]
_COPIED = ("apps", "base", "policy")


def make(folder: Path) -> Path:
    """A copy of the tree that is no git repository."""
    for name in _COPIED:
        shutil.copytree(ROOT / name, folder / name)
    (folder / "tools" / "mlgate").mkdir(parents=True)
    (folder / "overlays").mkdir()
    shutil.copy(ROOT / "overlays" / "README.md", folder / "overlays")
    return folder


def make_git(folder: Path) -> Path:
    """A copy of the tree, committed."""
    make(folder)
    shutil.copy(ROOT / ".gitignore", folder)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "user.email", "someone@example.com")
    git(folder, "config", "user.name", "Someone")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    return folder


def git(folder: Path, *args: str) -> str:
    """What git says; a failure is the test's failure."""
    return subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True, text=True).stdout


def content(folder: Path) -> dict[str, str]:
    """Every path below ``folder`` but git's own, with a hash of what is there."""
    paths = (path for path in folder.rglob("*") if ".git" not in path.relative_to(folder).parts)
    return {str(path.relative_to(folder)): _hash(path) for path in paths}


def _hash(path: Path) -> str:
    return "folder" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()


def mlgate(tree: Path, verb: str, *args: str) -> int:
    """Run a verb on ``tree`` in this process and return its exit code."""
    return main([verb, "--repo", str(tree), *args])


def settings_file(tree: Path, prefix: str) -> Path:
    return tree / "overlays" / prefix / "values" / "settings.yaml"
