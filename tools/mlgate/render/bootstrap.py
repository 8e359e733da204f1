"""Making or completing a prefix's overlay: all of it or nothing, and never over a person's edits."""

import contextlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from mlgate import prefixes
from mlgate.errors import UsageError
from mlgate.files import locked, put_tree, sync_dir, write_durable
from mlgate.repo import Repo

DRAFT = ".draft-"


def check_place(repo: Repo, prefix: str) -> None:
    """Refuse a prefix that is no name, clashes with another, or whose folder is something else."""
    prefixes.check(prefix)
    others = [other for other in repo.prefixes() if other != prefix]
    if other := prefixes.clash(prefix, others):
        raise UsageError(f"prefix {prefix!r} clashes with {other!r}: both would own the Application of one name")
    place = repo.overlay(prefix)
    if repo.overlays.is_symlink() or place.is_symlink():
        raise UsageError(f"{place} is a symbolic link", fix="remove the link")
    if place.exists() and not repo.settings_file(prefix).is_file():
        raise UsageError(f"{place} exists and is no overlay of ours", fix="move it away or choose another prefix")


def changes(repo: Repo, prefix: str, files: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Relative path to (old text, new text) of every file that writing ``files`` would change."""
    place = repo.overlay(prefix)
    found = {}
    for name, text in files.items():
        path = place / name
        old = path.read_text() if path.is_file() else ""
        if old != text:
            found[name] = (old, text)
    return found


def write(repo: Repo, prefix: str, files: Mapping[str, str]) -> None:
    """Put ``files`` into the overlay, keeping every other file of it, in one rename."""
    repo.overlays.mkdir(exist_ok=True)
    with locked(repo.overlays):
        remove_drafts(repo)
        draft = repo.overlays / f"{DRAFT}{prefix}-{os.getpid()}"
        try:
            _fill(draft, repo.overlay(prefix), files)
            put_tree(draft, repo.overlay(prefix))
        except OSError as err:
            raise UsageError(f"{repo.overlays}: cannot be written: {err.strerror}") from err
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def remove_drafts(repo: Repo) -> None:
    """Clear what a killed run left behind; the caller holds the lock, so no draft is in use."""
    for left in repo.overlays.glob(f"{DRAFT}*"):
        shutil.rmtree(left, ignore_errors=True)


def _fill(draft: Path, old: Path, files: Mapping[str, str]) -> None:
    if old.exists():
        shutil.copytree(old, draft, symlinks=True)
    for name, text in files.items():
        path = draft / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        write_durable(path, text.encode())
    for folder in {(draft / name).parent for name in files}:
        sync_dir(folder)
