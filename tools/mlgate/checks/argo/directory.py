"""A plain folder of manifests, read as Argo CD reads it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import translate
from pathlib import Path
from typing import Any

import yaml

from mlgate.checks.argo import strict
from mlgate.checks.model import Object
from mlgate.errors import SettingsError

_SUFFIXES = {".yaml", ".yml", ".json"}
_SKIP = "+argocd:skip-file-rendering"
_LARGEST = 10 * 1024 * 1024


def files(folder: Path, options: Mapping[str, Any]) -> tuple[Path, ...]:
    """Manifests that the options take, sorted; without ``recurse`` only those directly in ``folder``.

    ``include`` and ``exclude`` are globs over the path from ``folder``; ``{a,b}`` means either.
    """
    found = folder.rglob("*") if options.get("recurse") else folder.glob("*")
    named = [path for path in sorted(found) if path.suffix in _SUFFIXES and path.is_file()]
    return tuple(path for path in named if _taken(str(path.relative_to(folder)), options))


def jsonnet(folder: Path, options: Mapping[str, Any]) -> list[Path]:
    """Files that Argo CD would hand to jsonnet, which is not done here."""
    found = folder.rglob("*.jsonnet") if options.get("recurse") else folder.glob("*.jsonnet")
    return [path for path in sorted(found) if _taken(str(path.relative_to(folder)), options)]


def _taken(name: str, options: Mapping[str, Any]) -> bool:
    include, exclude = str(options.get("include") or "*"), str(options.get("exclude") or "")
    return _matches(include, name) and not (exclude and _matches(exclude, name))


def _matches(pattern: str, name: str) -> bool:
    return any(re.match(translate(each), name) for each in _either(pattern))


def _either(pattern: str) -> Iterable[str]:
    found = re.search(r"\{([^{}]*)\}", pattern)
    if not found:
        return [pattern]
    head, tail = pattern[: found.start()], pattern[found.end() :]
    return [each for choice in found[1].split(",") for each in _either(f"{head}{choice}{tail}")]


def read(paths: Iterable[Path]) -> list[Object]:
    """The objects of manifests, lists opened; raises ``SettingsError`` for a file that Argo CD would refuse."""
    return [obj for path in paths for obj in _objects(path)]


def _objects(path: Path) -> Iterator[Object]:
    for content in documents(path):
        if _is_list(content):
            yield from (_object(path, each) for each in content["items"])
        else:
            yield _object(path, content)


def _is_list(content: Any) -> bool:
    listed = isinstance(content, dict) and str(content.get("kind")).endswith("List")
    return listed and isinstance(content.get("items"), list)


def _object(path: Path, content: Any) -> Object:
    match content:
        case {"apiVersion": str(version), "kind": str(kind)} if version and kind:
            if isinstance(content.get("metadata", {}), dict):
                return dict(content)
    raise SettingsError(f"{path.name} holds something that is no object with apiVersion, kind and metadata")


def documents(path: Path) -> list[Any]:
    """The YAML documents of a file without the empty ones; raises ``SettingsError`` when it cannot be read."""
    try:
        if path.stat().st_size > _LARGEST:
            raise SettingsError(f"{path.name} is larger than {_LARGEST} bytes")
        text = path.read_text()
        if _SKIP in text:
            return []
        return [each for each in strict.load_all(text) if each is not None]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError) as err:
        raise SettingsError(f"{path.name} is no YAML: {' '.join(str(err).split())[:300]}") from None
