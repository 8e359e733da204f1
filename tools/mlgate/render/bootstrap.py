"""Making or completing a prefix's overlay: all of it or nothing, and never over a person's edits."""

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from mlgate import prefixes
from mlgate.errors import SettingsError, ToolFailed, UsageError
from mlgate.files import locked, put_tree, sync_dir, write_durable
from mlgate.render.overlay import PARTS, RELEASED
from mlgate.repo import Repo

DRAFT = ".draft-"
_FOLDERS = ("values", *PARTS, *(f"{part}/release" for part in RELEASED))


def check_place(repo: Repo, prefix: str) -> None:
    """Refuse a prefix that is no name, clashes with another, or whose folder is something else."""
    prefixes.check(prefix)
    others = [other for other in repo.prefixes() if other != prefix]
    if other := prefixes.clash(prefix, others):
        raise UsageError(f"prefix {prefix!r} clashes with {other!r}: both would own the Application of one name")
    place = repo.overlay(prefix)
    for folder in (repo.overlays, place, *(place / name for name in _FOLDERS)):
        if folder.is_symlink():
            raise UsageError(f"{folder} is a symbolic link", fix="remove the link")
    if place.exists() and not repo.settings_file(prefix).is_file():
        raise UsageError(f"{place} exists and is no overlay of ours", fix="move it away or choose another prefix")


@contextlib.contextmanager
def exclusive(repo: Repo) -> Iterator[None]:
    """Hold the overlays for this process alone, and clear what a killed run left behind.

    Whoever plans a change from what is there must plan inside, or it would undo what another process writes meanwhile.
    """
    repo.overlays.mkdir(exist_ok=True)
    with locked(repo.overlays):
        for left in repo.overlays.glob(f"{DRAFT}*"):
            shutil.rmtree(left, ignore_errors=True)
        for left in repo.overlays.glob("*/values/.settings.yaml.*.tmp"):
            left.unlink(missing_ok=True)
        yield


def read(path: Path) -> str:
    """Text of a file that a person may have edited, line ends as they are; raises ``SettingsError``."""
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as err:
        raise SettingsError(f"{path}: cannot be read: {err}") from None


def changes(repo: Repo, prefix: str, files: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Relative path to (old text, new text) of every file that writing ``files`` would change or make."""
    place = repo.overlay(prefix)
    found = {}
    for name, text in files.items():
        path = place / name
        old = read(path) if path.is_file() else ""
        if old != text:
            found[name] = (old, text)
    return found


def write(repo: Repo, prefix: str, files: Mapping[str, str]) -> None:
    """Put ``files`` into the overlay, keeping every other file of it, in one rename; the caller is ``exclusive``."""
    draft = repo.overlays / f"{DRAFT}{prefix}-{os.getpid()}"
    try:
        _fill(draft, repo.overlay(prefix), files)
        put_tree(draft, repo.overlay(prefix))
    except OSError as err:
        raise ToolFailed(f"{repo.overlay(prefix)} could not be written: {err.strerror or err}") from err
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _fill(draft: Path, old: Path, files: Mapping[str, str]) -> None:
    if old.exists():
        shutil.copytree(old, draft, symlinks=True)
    for name, text in files.items():
        path = draft / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        write_durable(path, text.encode())
    for folder in {(draft / name).parent for name in files}:
        sync_dir(folder)
