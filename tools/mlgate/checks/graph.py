"""Which files a kustomization reaches."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from mlgate.checks.model import KUSTOMIZATION

KUSTOMIZATIONS = (KUSTOMIZATION, "kustomization.yml", "Kustomization")


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
            if _is_path(name) and (folder / name).exists():
                found.add((folder / name).resolve())
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


def reachable(folders: Iterable[Path]) -> set[Path]:
    """Every file that a build of ``folders`` reads, resolved; kustomizations included."""
    files: set[Path] = set()
    todo = [folder.resolve() for folder in folders]
    done: set[Path] = set()
    while todo:
        folder = todo.pop()
        if folder in done:
            continue
        done.add(folder)
        files.add(kustomization(folder) or folder / KUSTOMIZATION)
        for path in references(folder):
            if path.is_dir():
                todo.append(path)
            else:
                files.add(path)
    return files
