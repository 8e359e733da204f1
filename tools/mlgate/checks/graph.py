"""Which files a kustomization reaches."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from mlgate.checks.model import KUSTOMIZATION

KUSTOMIZATIONS = (KUSTOMIZATION, "kustomization.yml", "Kustomization")
Known = dict[Path, tuple[frozenset[Path], tuple[Path, ...]]]
"""For each folder the files that its kustomization reads, and the folders that it leads to."""


def kustomization(folder: Path) -> Path | None:
    """The file that kustomize reads in a folder, ``None`` when there is none."""
    return next((folder / name for name in KUSTOMIZATIONS if (folder / name).is_file()), None)


def read(file: Path) -> Any:
    """The YAML content of one file, ``None`` when it cannot be read: kustomize then says why."""
    try:
        return yaml.load(file.read_text(), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError):
        return None


def references(folder: Path) -> set[Path]:
    """Existing files and folders that the kustomization of ``folder`` names, in whatever field.

    Reading every string instead of a list of fields stays right when kustomize grows a field.
    """
    found: set[Path] = set()
    for text in _strings(read(kustomization(folder) or folder / KUSTOMIZATION)):
        for name in (text, text.partition("=")[2]):
            if _is_path(name) and os.path.exists(path := os.path.join(folder, name)):  # noqa: PTH110, PTH118 - many
                found.add(Path(os.path.realpath(path)))
    return found


def _is_path(text: str) -> bool:
    return bool(text) and len(text) < 400 and "\n" not in text and "\0" not in text and not text.startswith("/")


def _strings(top: Any) -> Iterator[str]:
    todo, seen = [top], set[int]()
    while todo:
        value = todo.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | dict) and id(value) not in seen:
            # Aliases make one list stand in many places; once is enough, and ends.
            seen.add(id(value))
            todo += value if isinstance(value, list) else value.values()


def reachable(folders: Iterable[Path], known: Known | None = None) -> set[Path]:
    """Every file that a build of ``folders`` reads, resolved; kustomizations included.

    ``known`` is for calls that see the tree at one moment: what one of them reads, the next need not read again.
    """
    known = {} if known is None else known
    files: set[Path] = set()
    todo = [folder.resolve() for folder in folders]
    done: set[Path] = set()
    while todo:
        folder = todo.pop()
        if folder in done:
            continue
        done.add(folder)
        if folder not in known:
            known[folder] = _step(folder)
        read_here, below = known[folder]
        files |= read_here
        todo += below
    return files


def _step(folder: Path) -> tuple[frozenset[Path], tuple[Path, ...]]:
    named = references(folder)
    below = tuple(path for path in named if path.is_dir())
    return frozenset({kustomization(folder) or folder / KUSTOMIZATION, *named.difference(below)}), below
