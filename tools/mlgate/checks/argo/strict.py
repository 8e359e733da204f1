"""YAML documents of a plain folder, without what hides something or grows without bound."""

from collections.abc import Iterator
from typing import Any

import yaml

LARGEST = 1_000_000
"""Nodes that a document may have once its aliases are followed."""


def load_all(text: str) -> Iterator[Any]:
    """The documents; raises ``yaml.YAMLError`` for a key twice, an alias in itself, or too many aliases of aliases.

    Argo CD takes the last of two equal keys, and so would hide the first.
    """
    loader = yaml.CSafeLoader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is not None:
                _measured(node, {}, set())
                yield loader.construct_document(node)
    finally:
        loader.dispose()


def _measured(node: yaml.Node, known: dict[int, int], above: set[int]) -> int:
    """Nodes below ``node``, itself included; each is walked once, however often an alias names it."""
    if id(node) in known:
        return known[id(node)]
    if id(node) in above:
        raise yaml.MarkedYAMLError(problem="an alias stands inside its own anchor", problem_mark=node.start_mark)
    above.add(id(node))
    size = 1 + sum(_measured(child, known, above) for child in _children(node))
    above.discard(id(node))
    if size > LARGEST:
        raise yaml.MarkedYAMLError(problem="aliases of aliases grow without bound", problem_mark=node.start_mark)
    known[id(node)] = size
    return size


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is not None and name in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {name} stands there twice", problem_mark=key.start_mark)
            seen.add(name)
            yield key
            yield value
