"""Which files a kustomization reaches."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from mlgate.checks.model import KUSTOMIZATION


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
    try:
        texts = list(_strings(read(folder / KUSTOMIZATION)))
    except RecursionError:  # an alias inside its own anchor, which kustomize refuses
        return found
    for text in texts:
        for name in (text, text.partition("=")[2]):
            if _is_path(name) and (folder / name).exists():
                found.add((folder / name).resolve())
    return found


def _is_path(text: str) -> bool:
    return bool(text) and len(text) < 400 and "\n" not in text and "\0" not in text and not text.startswith("/")


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _strings(item)
        case dict():
            for item in value.values():
                yield from _strings(item)


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
        files.add(folder / KUSTOMIZATION)
        for path in references(folder):
            if path.is_dir():
                todo.append(path)
            else:
                files.add(path)
    return files
