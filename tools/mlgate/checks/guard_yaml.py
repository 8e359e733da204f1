"""YAML that nobody should expand: too large, too deep, aliases that multiply."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

SIZE = 5_000_000
DEPTH = 100
NODES = 1_000_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HEAVY = f"an anchor would be expanded to more than {NODES:,} values"
_DEEP = f"lists and mappings stand in each other more than {DEPTH} deep"


@dataclass(frozen=True, slots=True)
class Spot:
    """Something at a line and column, both from 1."""

    line: int
    column: int
    code: str
    message: str


class Heavy(Exception):
    """Content that would take too much time or memory; the argument says why."""


def spot(node: yaml.Node, code: str, message: str) -> Spot:
    """A spot at the start of a node."""
    return Spot(node.start_mark.line + 1, node.start_mark.column + 1, code, message)


def documents(file: Path) -> list[yaml.Node]:
    """The documents of a file as nodes, none when it is no YAML: kustomize then says why. Raises ``Heavy``."""
    content = file.read_bytes()
    if len(content) > SIZE:
        raise Heavy(f"{len(content):,} bytes are more than {SIZE:,}")
    return parse(content)


def parse(content: bytes | str) -> list[yaml.Node]:
    """``documents`` of content that is at hand."""
    try:
        found = [node for node in yaml.compose_all(content, Loader=_LOADER) if node is not None]
    except RecursionError:
        raise Heavy(_DEEP) from None
    except (yaml.YAMLError, ValueError) as err:
        if "maximum nesting depth" in str(err):
            raise Heavy(_DEEP) from None
        return []
    for node in found:
        _weigh(node)
    return found


def _weigh(top: yaml.Node) -> None:
    weights: dict[int, int] = {}
    todo = [(top, 1, False)]
    open_: set[int] = set()
    while todo:
        node, depth, done = todo.pop()
        key = id(node)
        if done:
            open_.discard(key)
            weights[key] = 1 + sum(weights.get(id(child), 1) for child in children(node))
            if weights[key] > NODES:
                raise Heavy(_HEAVY)
        elif depth > DEPTH:
            raise Heavy(_DEEP)
        elif key in open_:
            raise Heavy("an anchor contains itself")
        elif key not in weights and not isinstance(node, yaml.ScalarNode):
            open_.add(key)
            todo.append((node, depth, True))
            todo += [(child, depth + 1, False) for child in children(node)]


def below(top: yaml.Node) -> Iterator[yaml.Node]:
    """``top`` and everything in it, each once, however many aliases lead there."""
    todo, seen = [top], set[int]()
    while todo:
        node = todo.pop()
        if id(node) not in seen:
            seen.add(id(node))
            todo += children(node)
            yield node


def children(node: yaml.Node) -> Iterator[yaml.Node]:
    """What stands directly in a list or mapping, keys included."""
    if isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value
