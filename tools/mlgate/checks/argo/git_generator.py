"""The git generator of ApplicationSets: one set of parameters for each folder or file of the working tree."""

import fnmatch
import os
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from mlgate.checks.argo.params import flat, normalized
from mlgate.checks.argo.template import Params
from mlgate.errors import SettingsError


def folders(root: Path, items: Iterable[Mapping[str, Any]]) -> list[str]:
    """Folders of the tree that an item includes and none excludes, relative, sorted; a star stops at a slash."""
    wanted = [(str(item.get("path", "")), bool(item.get("exclude"))) for item in items]
    return [name for name in _walk(root) if _included(name, wanted)]


def _walk(root: Path) -> list[str]:
    found: list[str] = []
    for folder, below, _ in os.walk(root):
        # Argo CD looks into no folder whose name starts with a dot.
        below[:] = sorted(name for name in below if not name.startswith("."))
        found += [str(Path(folder, name).relative_to(root)) for name in below]
    return sorted(found)


def _included(name: str, wanted: list[tuple[str, bool]]) -> bool:
    matching = {exclude for pattern, exclude in wanted if _matches(pattern, name)}
    return matching == {False}


def _matches(pattern: str, name: str) -> bool:
    parts, names = pattern.split("/"), name.split("/")
    return len(parts) == len(names) and all(map(fnmatch.fnmatchcase, names, parts))


def files(root: Path, items: Iterable[Mapping[str, Any]]) -> list[str]:
    """Files that an item includes and none excludes, relative, sorted.

    An item is a pathspec of git, as the repo server has it by default: a star crosses slashes, and a folder stands for
    all below it.
    """
    wanted = [(_spec(str(item.get("path", ""))), bool(item.get("exclude"))) for item in items]
    there = _below(root)
    found = {name for spec, exclude in wanted if not exclude for name in there if spec(name)}
    return sorted(name for name in found if not any(spec(name) for spec, exclude in wanted if exclude))


def _below(root: Path) -> list[str]:
    found: list[str] = []
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if name != ".git")
        found += [str(Path(folder, name).relative_to(root)) for name in names]
    return found


def _spec(pattern: str) -> Callable[[str], bool]:
    if not pattern or pattern.startswith("/") or ".." in pattern.split("/"):
        raise SettingsError(f"git generator: {pattern!r} is no path inside the repository")
    pattern = posixpath.normpath(pattern)
    whole = re.compile(fnmatch.translate(pattern))
    return lambda name: pattern == "." or name.startswith(f"{pattern}/") or bool(whole.match(name))


class _Loader(yaml.CSafeLoader):
    """YAML 1.1 to the letter, as Argo CD has it: y and n are truth values."""

    bool_values = {**yaml.CSafeLoader.bool_values, "y": True, "n": False}  # noqa: RUF012 - this is how it is told


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("[yYnN]$"), list("yYnN"))


def of_folder(name: str, prefix: str, *, go: bool) -> Params:
    """Parameters of one folder; ``prefix`` is the generator's ``pathParamPrefix``."""
    return _path(name, "", prefix, go=go)


def of_file(root: Path, name: str, prefix: str, *, go: bool) -> list[Params]:
    """Parameters of each object of a YAML or JSON file; raises ``SettingsError`` for a file that holds none."""
    try:
        content = yaml.load((root / name).read_text(), Loader=_Loader) or {}  # noqa: S506 - a safe one
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError):
        raise SettingsError(f"git generator: {name} is no YAML or JSON") from None
    found = content if isinstance(content, list) else [content]
    if not all(isinstance(each, dict) for each in found):
        raise SettingsError(f"git generator: {name} holds neither an object nor a list of them")
    path = _path(posixpath.dirname(name) or ".", posixpath.basename(name), prefix, go=go)
    return [{**(each if go else flat(each)), **path} for each in found]


def _path(folder: str, file: str, prefix: str, *, go: bool) -> Params:
    base = posixpath.basename(folder)
    told: Params = {"path": folder, "basename": base, "basenameNormalized": normalized(base)}
    if file:
        told |= {"filename": file, "filenameNormalized": normalized(file)}
    segments = folder.split("/")
    if go:
        nested = {"path": {**told, "segments": segments}}
        return {prefix: nested} if prefix else nested
    key = f"{prefix}.path" if prefix else "path"
    named = {key if name == "path" else f"{key}.{name}": value for name, value in told.items()}
    return named | {f"{key}[{index}]": part for index, part in enumerate(segments)}
