"""Which documents a kustomize build reads, under which names, and which kustomizations each passes through."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import yaml

from mlgate.checks.nodes import Doc, Step, child, documents, items, scalar, walk

_DOT = re.compile(r"(?<!\\)\.(?![^\[]*\])")
_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


@dataclass(eq=False)
class Layer:
    """A kustomization, and the documents that stood there when it was applied.

    ``over`` is the folder to whose kustomization an Application adds, when the document is the Application's.
    """

    doc: Doc
    entries: list["Entry"] = field(default_factory=list)
    over: Path | None = None

    @property
    def folder(self) -> Path:
        """Paths in it are relative to this."""
        return self.over or self.doc.file.parent

    @property
    def root(self) -> yaml.Node:
        """What it says."""
        return self.doc.root

    @cached_property
    def replacements(self) -> list[tuple[Doc, yaml.Node]]:
        """Its replacements, those in files too, each with the document where it stands."""
        found: list[tuple[Doc, yaml.Node]] = []
        for node in items(self.root, "replacements"):
            if path := scalar(node, "path"):
                for doc in documents(self.folder / path):
                    own = doc.root.value if isinstance(doc.root, yaml.SequenceNode) else [doc.root]
                    found += [(doc, each) for each in own]
            else:
                found.append((self.doc, node))
        return found


@dataclass(eq=False)
class Entry:
    """One document of a build, or one generated object. Names and namespaces are in order, the last is the present.

    ``trail`` are the lists that lead to it, outermost first, each with its document; ``layers`` are innermost first.
    """

    doc: Doc
    node: yaml.Node
    kind: str
    names: list[str]
    namespaces: list[str]
    generator: str = ""
    trail: list[tuple[Doc, yaml.Node, str]] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)


def kustomization(folder: Path) -> Path | None:
    """The kustomization of a folder, whatever it is called."""
    return next((folder / name for name in _NAMES if (folder / name).is_file()), None)


def entries(folder: Path, within: Path, more: Doc | None = None) -> list[Entry]:
    """Everything that a build of ``folder`` reads; nothing outside ``within`` is opened.

    ``more`` is what an Application adds to the kustomization.
    """
    reader, folder = _Reader(within.resolve()), folder.resolve()
    found = reader.folder(folder, ())
    if more is not None:
        reader.apply(more, found, (folder,), folder)
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    within: Path

    def folder(self, folder: Path, above: tuple[Path, ...]) -> list[Entry]:
        file = kustomization(folder)
        if file is None or folder in above or not folder.is_relative_to(self.within):
            return []
        found: list[Entry] = []
        for doc in documents(file)[:1]:
            self.apply(doc, found, (*above, folder))
        return found

    def apply(self, doc: Doc, found: list[Entry], above: tuple[Path, ...], over: Path | None = None) -> None:
        """Add what a kustomization brings to ``found``, and itself to all that is there then."""
        layer = Layer(doc, over=over)
        for key in ("resources", "bases"):
            for node in items(doc.root, key):
                found += self.resource(layer, node, above)
        for node in items(doc.root, "components"):
            self.component(layer, node, found, above)
        found += generated(layer)
        layer.entries = list(found)
        for entry in found:
            entry.layers.append(layer)
        _rename(layer)

    def resource(self, layer: Layer, node: yaml.Node, above: tuple[Path, ...]) -> list[Entry]:
        path = self.path(layer, node)
        if path is None:
            return []
        found = self.folder(path, above) if path.is_dir() else list(listed(path))
        for entry in found:
            entry.trail.insert(0, (layer.doc, node, "resource"))
        return found

    def component(self, layer: Layer, node: yaml.Node, found: list[Entry], above: tuple[Path, ...]) -> None:
        path = self.path(layer, node)
        file = kustomization(path) if path is not None and path.is_dir() and path not in above else None
        before = len(found)
        for doc in documents(file)[:1] if file and path else ():
            self.apply(doc, found, (*above, doc.file.parent))
        for entry in found[before:]:
            entry.trail.insert(0, (layer.doc, node, "component"))

    def path(self, layer: Layer, node: yaml.Node) -> Path | None:
        name = node.value if isinstance(node, yaml.ScalarNode) else ""
        if not name or "://" in name or "\0" in name or len(name) > 400:
            return None
        path = (layer.folder / name).resolve()
        return path if path.is_relative_to(self.within) and path.exists() else None


def listed(file: Path) -> Iterator[Entry]:
    """The objects of a manifest, those of a List one by one."""
    for doc in documents(file):
        listed = items(doc.root, "items") if scalar(doc.root, "kind").endswith("List") else []
        yield from (entry(doc, node) for node in listed or [doc.root])


def entry(doc: Doc, node: yaml.Node) -> Entry:
    """A document as it enters a build."""
    name, space = scalar(node, "metadata", "name"), scalar(node, "metadata", "namespace")
    return Entry(doc, node, scalar(node, "kind"), [name], [space])


def generated(layer: Layer) -> Iterator[Entry]:
    """The objects of configMapGenerator and secretGenerator."""
    for key, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
        for node in items(layer.root, key):
            yield Entry(layer.doc, node, kind, [scalar(node, "name")], [scalar(node, "namespace")], key)


def source(layer: Layer, replacement: yaml.Node) -> Entry | None:
    """The entry that a replacement takes its value from."""
    wanted = child(replacement, "source")
    there = [each for each in layer.entries if wanted is not None and selects(wanted, each)]
    return there[0] if there else None


def source_path(replacement: yaml.Node) -> tuple[Step, ...]:
    """Where the value stands in it."""
    keys = field_path(scalar(replacement, "source", "fieldPath") or "metadata.name")
    pairs = [(key.strip("[]").partition("="), key) for key in keys]
    return tuple(Step(key, {one[0]: one[2]} if key.startswith("[") else None) for one, key in pairs)


def field_path(text: str) -> list[str]:
    """The keys of a fieldPath of a replacement; ``[name=x]`` stays one key."""
    return [key.replace("\\.", ".") for key in _DOT.split(text)]


def selects(select: yaml.Node | None, entry: Entry) -> bool:
    """True when the target or select of a kustomization fits the entry; patterns match whole names."""
    kind, name, space = (scalar(select, key) for key in ("kind", "name", "namespace"))
    return _fits(kind, [entry.kind]) and _fits(name, entry.names) and _fits(space, entry.namespaces)


def _fits(pattern: str, names: Sequence[str]) -> bool:
    try:
        return not pattern or any(re.fullmatch(pattern, name) for name in names)
    except re.error:
        return pattern in names


def _rename(layer: Layer) -> None:
    before, after = scalar(layer.root, "namePrefix"), scalar(layer.root, "nameSuffix")
    space = scalar(layer.root, "namespace")
    for each in layer.entries:
        if before or after:
            each.names.append(f"{before}{_bare(layer, each, before, after)}{after}")
        if space:
            each.namespaces.append(space)
    for _, node in layer.replacements:
        found = source(layer, node)
        led, value, _ = walk(found.node, source_path(node)) if found else (0, node, node)
        if found and led == len(source_path(node)) and isinstance(value, yaml.ScalarNode):
            for target in items(node, "targets"):
                _fill(layer, target, _cut(value.value, child(node, "source", "options")))


def _bare(layer: Layer, each: Entry, before: str, after: str) -> str:
    """The name that a prefix and a suffix are added to: those of an Application stand instead of its folder's."""
    name = each.names[-1]
    for under in each.layers[:-1] if layer.over else ():
        if under.folder == layer.over:
            name = name.removeprefix(scalar(under.root, "namePrefix")) if before else name
            name = name.removesuffix(scalar(under.root, "nameSuffix")) if after else name
    return name


def _fill(layer: Layer, target: yaml.Node, value: str) -> None:
    fields = {str(field.value) for field in items(target, "fieldPaths")} or {"metadata.name"}
    for each in layer.entries:
        if not selects(child(target, "select"), each) or any(selects(one, each) for one in items(target, "reject")):
            continue
        for names in [each.names] * ("metadata.name" in fields) + [each.namespaces] * ("metadata.namespace" in fields):
            names.append(_put(names[-1], value, child(target, "options")))


def _cut(value: str, options: yaml.Node | None) -> str:
    parts = value.split(scalar(options, "delimiter") or None)
    number = _number(options)
    return parts[number] if scalar(options, "delimiter") and 0 <= number < len(parts) else value


def _put(old: str, value: str, options: yaml.Node | None) -> str:
    delimiter, number = scalar(options, "delimiter"), _number(options)
    parts = old.split(delimiter) if delimiter else []
    if not 0 <= number < len(parts):
        return value
    return delimiter.join([*parts[:number], value, *parts[number + 1 :]])


def _number(options: yaml.Node | None) -> int:
    text = scalar(options, "index") or "0"
    return int(text) if text.isdecimal() else -1
