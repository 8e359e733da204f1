"""What the fields of one kustomization do to a value of an object: replacements, images, names, labels."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from mlgate.checks.nodes import Doc, Step, child, documents, inline, items, scalar, walk
from mlgate.checks.origins import Entry, Layer, field_path, selects, source, source_path


@dataclass(frozen=True, slots=True)
class Touch:
    """A node that had a part in a value, and what it is. ``decides`` when the value comes from here alone."""

    doc: Doc
    node: yaml.Node
    role: str
    decides: bool = True


def touches(layer: Layer, entry: Entry, path: Sequence[Step], value: Any) -> Iterator[Touch]:
    """Everything in the kustomization that had a part in ``value``, at ``path`` of ``entry``; the last first."""
    if not path:
        return
    keys = [step.key for step in path]
    yield from _replaced(layer, entry, path)
    yield from _image(layer, keys, value)
    yield from _fields(layer, entry, keys)
    for doc, target in reversed(list(_patches(layer))):
        yield from _patched(doc, target, entry, path, value)


def _patches(layer: Layer) -> Iterator[tuple[Doc, yaml.Node | None]]:
    """Every document of every patch of a kustomization in order, and its target if it names one."""
    for key in ("patchesStrategicMerge", "patches", "patchesJson6902"):
        for node in items(layer.root, key):
            target = child(node, "target")
            text = node if isinstance(node, yaml.ScalarNode) else child(node, "patch")
            path = scalar(node, "path") or (node.value if isinstance(node, yaml.ScalarNode) else "")
            if path and "\n" not in path and (layer.folder / path).is_file():
                yield from ((doc, target) for doc in documents(layer.folder / path))
            elif text is not None:
                yield from ((doc, target) for doc in inline(layer.doc, text))


def _patched(doc: Doc, target: yaml.Node | None, entry: Entry, path: Sequence[Step], value: Any) -> Iterator[Touch]:
    if isinstance(doc.root, yaml.SequenceNode):
        if target is not None and selects(target, entry):
            yield from _operations(doc, path, value)
        return
    own = scalar(doc.root, "kind") == entry.kind and scalar(doc.root, "metadata", "name") in entry.names
    if not (selects(target, entry) if target is not None else own):
        return
    # What a patch only names to be found is not its doing.
    if [step.key for step in path] in (["kind"], ["metadata"], ["metadata", "name"], ["apiVersion"]):
        return
    led, node, mark = walk(doc.root, path, by_place=False)
    if led == len(path):
        yield Touch(doc, mark, "patch", isinstance(node, yaml.ScalarNode) or isinstance(value, str | int | float))


def _operations(doc: Doc, path: Sequence[Step], value: Any) -> Iterator[Touch]:
    for node in reversed(items(yaml.MappingNode("", [(yaml.ScalarNode("", "ops"), doc.root)]), "ops")):
        where = [part.replace("~1", "/").replace("~0", "~") for part in scalar(node, "path").split("/")[1:]]
        if scalar(node, "op") == "remove" or not _leads(where, path, child(node, "value")):
            continue
        inside = child(node, "value")
        rest = path[len(where) :]
        led, found, mark = walk(inside, rest) if inside is not None else (0, node, node)
        if led == len(rest):
            plain = isinstance(found, yaml.ScalarNode) or not isinstance(value, dict | list)
            yield Touch(doc, mark if rest else _key(node, "value"), "patch", plain)


def _leads(where: Sequence[str], path: Sequence[Step], inside: yaml.Node | None) -> bool:
    if len(where) > len(path):
        return False
    return all(_step(part, step, inside) for part, step in zip(where, path, strict=False))


def _step(part: str, step: Step, inside: yaml.Node | None) -> bool:
    if part != "-":
        return part == step.key
    # Added at the end: it is the item that the operation's value became.
    item = step.item
    if isinstance(item, dict):
        return all(scalar(inside, key) == str(text) for key, text in item.items() if isinstance(text, str))
    return isinstance(inside, yaml.ScalarNode) and inside.value == str(item)


def _key(node: yaml.Node, name: str) -> yaml.Node:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((key for key, _ in pairs if key.value == name), node)


def _replaced(layer: Layer, entry: Entry, path: Sequence[Step]) -> Iterator[Touch]:
    for doc, node in reversed(layer.replacements):
        for target in reversed(items(node, "targets")):
            refused = any(selects(each, entry) for each in items(target, "reject"))
            if refused or not selects(child(target, "select"), entry):
                continue
            for field in items(target, "fieldPaths"):
                keys = field_path(str(field.value))
                if len(keys) <= len(path) and all(map(_meets, keys, path)):
                    whole = not scalar(target, "options", "delimiter")
                    yield from _source(layer, node, path[len(keys) :], whole=whole)
                    yield Touch(doc, field, "replacement", False)


def _source(layer: Layer, node: yaml.Node, rest: Sequence[Step], *, whole: bool) -> Iterator[Touch]:
    found = source(layer, node)
    if found is None:
        return
    path = (*source_path(node), *rest)
    led, _, mark = walk(found.node, path)
    if led == len(path):
        yield Touch(found.doc, mark, "source", whole)


def _meets(key: str, step: Step) -> bool:
    if key.startswith("["):
        name, _, text = key.strip("[]").partition("=")
        return isinstance(step.item, dict) and str(step.item.get(name)) == text
    return key in ("*", step.key)


def _image(layer: Layer, keys: Sequence[str], value: Any) -> Iterator[Touch]:
    if keys[-1] != "image" or not isinstance(value, str):
        return
    name = re.sub(r"(:[^/:@]*)?(@.*)?$", "", value)
    for node in items(layer.root, "images"):
        if name == (scalar(node, "newName") or scalar(node, "name")):
            field = next((key for key in ("digest", "newTag", "newName") if scalar(node, key)), "name")
            yield Touch(layer.doc, _key(node, field), "images")


def _fields(layer: Layer, entry: Entry, keys: Sequence[str]) -> Iterator[Touch]:
    root = layer.root
    if list(keys) == ["metadata", "namespace"] and scalar(root, "namespace"):
        yield Touch(layer.doc, _key(root, "namespace"), "namespace")
    if list(keys) == ["metadata", "name"]:
        there = (field for field in ("namePrefix", "nameSuffix") if scalar(root, field))
        yield from (Touch(layer.doc, _key(root, field), field, False) for field in there)
    if list(keys) == ["spec", "replicas"]:
        for node in items(root, "replicas"):
            if scalar(node, "name") in entry.names:
                yield Touch(layer.doc, _key(node, "count"), "replicas")
    if "labels" in keys[:-1] or "matchLabels" in keys[:-1] or "selector" in keys[:-1]:
        for pairs in [child(root, "commonLabels"), *(child(node, "pairs") for node in items(root, "labels"))]:
            yield from _pair(layer, pairs, keys[-1], "labels")
    if "annotations" in keys[:-1]:
        yield from _pair(layer, child(root, "commonAnnotations"), keys[-1], "annotations")


def _pair(layer: Layer, pairs: yaml.Node | None, name: str, role: str) -> Iterator[Touch]:
    if pairs is not None and child(pairs, name) is not None:
        yield Touch(layer.doc, _key(pairs, name), role)
