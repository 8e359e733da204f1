"""YAML as it was written: documents with the line and column of every node."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_IDENTITIES = ("name", "key", "containerPort", "mountPath", "port", "kind")
_LARGEST = 4 << 20


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a JSON pointer; in a list, ``item`` is what the rendered object has there."""

    key: str
    item: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Doc:
    """A document of a file. ``line`` and ``column`` are added to its marks: a patch may stand inside another file.

    When ``fixed``, everything in it is said to be there: the marks of a quoted text lead nowhere.
    """

    file: Path
    root: yaml.Node
    line: int = 0
    column: int = 0
    fixed: bool = False

    def at(self, node: yaml.Node) -> tuple[int, int]:
        """Line and column, from 1, of a node of this document."""
        if self.fixed:
            return self.line, self.column
        return node.start_mark.line + 1 + self.line, node.start_mark.column + 1 + self.column


def documents(file: Path) -> tuple[Doc, ...]:
    """The documents of a YAML file; none when it cannot be read: the renderer says why."""
    try:
        state = file.stat()
    except OSError:
        return ()
    return _documents(file, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=1024)
def _documents(file: Path, _changed: int, size: int) -> tuple[Doc, ...]:
    try:
        return tuple(_parsed(file, file.read_text())) if size <= _LARGEST else ()
    except (OSError, UnicodeDecodeError):
        return ()


def _parsed(file: Path, text: str, line: int = 0, column: int = 0, *, fixed: bool = False) -> Iterator[Doc]:
    try:
        roots = list(yaml.compose_all(text, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, RecursionError, ValueError):
        return
    yield from (Doc(file, root, line, column, fixed) for root in roots if root is not None)


def inline(doc: Doc, node: yaml.Node) -> tuple[Doc, ...]:
    """The documents inside a text of ``doc``, such as a patch in a kustomization."""
    if not isinstance(node, yaml.ScalarNode):
        return ()
    line, column = doc.at(node)
    if node.style not in ("|", ">"):
        return tuple(_parsed(doc.file, node.value, line, column, fixed=True))
    return tuple(_parsed(doc.file, node.value, line, _indent(doc.file, line)))


def _indent(file: Path, above: int) -> int:
    lines = file.read_text().splitlines()[above:]
    first = next((line for line in lines if line.strip()), "")
    return len(first) - len(first.lstrip(" "))


def steps(obj: Any, pointer: str) -> tuple[Step, ...]:
    """The steps of a JSON pointer into the rendered ``obj``."""
    found = []
    for part in pointer.split("/")[1:] if pointer.startswith("/") else filter(None, pointer.split("/")):
        key = part.replace("~1", "/").replace("~0", "~")
        inside = isinstance(obj, list) and key.isdigit() and int(key) < len(obj)
        if isinstance(obj, list):
            obj = obj[int(key)] if inside else None
            found.append(Step(key, obj))
        else:
            obj = obj.get(key) if isinstance(obj, dict) else None
            found.append(Step(key))
    return tuple(found)


def walk(root: yaml.Node, path: Sequence[Step], *, by_place: bool = True) -> tuple[int, yaml.Node, yaml.Node]:
    """How many steps lead on, the node where they end, and the one that marks it: in a mapping its key.

    An item of a list is the one that has the rendered item's name; only ``by_place`` also the one at its number.
    """
    node = mark = root
    for number, step in enumerate(path):
        child = _child(node, step, by_place=by_place)
        if child is None:
            return number, node, mark
        node, mark = child
    return len(path), node, mark


def _child(node: yaml.Node, step: Step, *, by_place: bool) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        pairs = [*node.value, *_merged(node)]
        return next(((value, key) for key, value in pairs if key.value == step.key), None)
    if not isinstance(node, yaml.SequenceNode):
        return None
    for item in node.value:
        if _same(item, step.item):
            return item, item
    if by_place and step.key.isdigit() and int(step.key) < len(node.value):
        return node.value[int(step.key)], node.value[int(step.key)]
    return None


def _merged(node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
    merges = [value for key, value in node.value if key.tag.endswith(":merge")]
    return [pair for value in merges if isinstance(value, yaml.MappingNode) for pair in value.value]


def _same(node: yaml.Node, item: Any) -> bool:
    if isinstance(node, yaml.ScalarNode):
        return isinstance(item, str | int | float) and node.value == str(item)
    if not isinstance(item, dict):
        return False
    key = next((key for key in _IDENTITIES if key in item), "")
    return bool(key) and scalar(node, key) == str(item[key])


def child(node: yaml.Node | None, *keys: str) -> yaml.Node | None:
    """The node below ``keys`` of nested mappings, if there is one."""
    for key in keys:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for name, value in pairs if name.value == key), None)
    return node


def scalar(node: yaml.Node | None, *keys: str) -> str:
    """The text below ``keys``, empty when there is none."""
    found = child(node, *keys)
    return str(found.value) if isinstance(found, yaml.ScalarNode) else ""


def items(node: yaml.Node | None, *keys: str) -> list[yaml.Node]:
    """The items of the list below ``keys``."""
    found = child(node, *keys)
    return list(found.value) if isinstance(found, yaml.SequenceNode) else []
