"""From a rendered object back to the file and line that a person would edit."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import yaml

from mlgate.checks import graph
from mlgate.checks.model import Build, Object, name_of
from mlgate.repo import Repo
from mlgate.results import Place
from mlgate.settings import line_of

__all__ = ["Locator", "Place"]


class Locator:
    """Finds the sources of one build's objects; reads the files only when asked the first time."""

    def __init__(self, repo: Repo, build: Build) -> None:
        self._repo = repo
        self._build = build

    def find(self, obj: Object, path: str = "") -> Place:
        """Source of ``obj``, at the node of the JSON pointer ``path``; else the build's kustomization."""
        keys = [int(key) if key.isdigit() else key for key in path.split("/") if key]
        candidates = self._documents.get((str(obj.get("kind")), name_of(obj)), [])
        for file, node in candidates:
            return Place(self._relative(file), line_of(node, list(keys)) if keys else node.start_mark.line + 1)
        return Place(self._relative(self._build.file.resolve()), 0)

    @cached_property
    def _documents(self) -> dict[tuple[str, str], list[tuple[Path, yaml.Node]]]:
        found: dict[tuple[str, str], list[tuple[Path, yaml.Node]]] = {}
        for file in self._build.files or sorted(graph.reachable([self._build.folder]), key=self._distance):
            for node in _compose(file):
                for name in self._names(_scalar(node, "metadata", "name")):
                    found.setdefault((_scalar(node, "kind"), name), []).append((file, node))
        return found

    def _names(self, name: str) -> list[str]:
        prefix = self._build.prefix
        return [name, name.replace("PREFIX", prefix), f"{prefix}-{name}"] if prefix else [name]

    def _distance(self, file: Path) -> tuple[bool, str]:
        # An overlay's own file wins over the base's of the same name.
        return (not file.is_relative_to(self._build.folder.resolve()), str(file))

    def _relative(self, file: Path) -> str:
        root = self._repo.root.resolve()
        return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)


def _compose(file: Path) -> Iterator[yaml.Node]:
    if file.suffix not in {".yaml", ".yml"}:
        return
    try:
        yield from [node for node in yaml.compose_all(file.read_text(), Loader=yaml.CSafeLoader) if node]
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return


def _scalar(node: yaml.Node, *path: str) -> str:
    for key in path:
        if not isinstance(node, yaml.MappingNode):
            return ""
        node = next((value for name, value in node.value if name.value == key), yaml.ScalarNode("", ""))
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""
