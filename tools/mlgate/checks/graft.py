"""The kustomize options of an Application as YAML nodes, each at the line of the Application that says it."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from mlgate.checks.model import Origin
from mlgate.checks.nodes import Doc, steps, walk

Pair = tuple[yaml.Node, yaml.Node]


def options(doc: Doc, root: yaml.Node, origin: Origin) -> Doc:
    """``doc``, with the options alone as its root; ``root`` is the document of the Application or ApplicationSet.

    Values are those that were rendered: what a template fills, or a patch changes, has the place of its nearest node.
    """
    path = steps(origin.carrier, f"{origin.pointer}/kustomize")
    led, found, mark = walk(root, path)
    node = found if led == len(path) else mark
    told = {key: _written(key, value) for key, value in origin.options.items()}
    return Doc(doc.file, _node(told, node), doc.line, doc.column, doc.fixed)


def _written(key: str, value: Any) -> Any:
    """An option as a kustomization would have it: images are mappings there."""
    if key == "images" and isinstance(value, list):
        return [image(each) if isinstance(each, str) else each for each in value]
    return value


def image(text: str) -> dict[str, str]:
    """``name=new:tag``, ``name:tag`` or ``name@digest``, as ``kustomize edit set image`` reads it."""
    name, renamed, rest = text.partition("=")
    given, _, digest = (rest if renamed else name).partition("@")
    # A colon before the last slash belongs to the port of a registry.
    folder, slash, last = given.rpartition("/")
    bare, _, tag = last.partition(":")
    new = f"{folder}{slash}{bare}"
    found = {"name": name if renamed else new, "newName": new if renamed else "", "newTag": tag, "digest": digest}
    return {key: each for key, each in found.items() if each}


def _node(value: Any, at: yaml.Node) -> yaml.Node:
    if isinstance(value, Mapping):
        return yaml.MappingNode("", list(_pairs(value, at)), at.start_mark, at.end_mark)
    if isinstance(value, list):
        there = at.value if isinstance(at, yaml.SequenceNode) else []
        found = [_node(each, there[index] if index < len(there) else at) for index, each in enumerate(value)]
        return yaml.SequenceNode("", found, at.start_mark, at.end_mark)
    text = str(value)
    if isinstance(at, yaml.ScalarNode) and at.value == text:
        return at
    return yaml.ScalarNode("", text, at.start_mark, at.end_mark)


def _pairs(value: Mapping[str, Any], at: yaml.Node) -> Iterator[Pair]:
    there = {key.value: (key, node) for key, node in at.value} if isinstance(at, yaml.MappingNode) else {}
    for key, each in value.items():
        name, node = there.get(key, (None, at))
        yield name or yaml.ScalarNode("", key, at.start_mark, at.end_mark), _node(each, node)
