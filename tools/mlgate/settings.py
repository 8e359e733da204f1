"""The settings of one prefix, read once, frozen, closed to unknown keys."""

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from mlgate import thresholds
from mlgate.errors import SettingsError, UsageError

FILE = Path("values/settings.yaml")
SCHEMA = Path(__file__).with_name("settings.schema.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Where transactions come from and how the hold-out is taken."""

    source: str
    holdout: Decimal
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One prefix. ``accuracy`` and ``minimums`` are exact fractions in (0, 1]."""

    prefix: str
    repo_url: str
    revision: str
    platform: str
    components: tuple[str, ...]
    choices: dict[str, str]
    accuracy: Decimal
    minimums: dict[str, Decimal]
    data: Data
    model_path: str
    model_image: str
    tools_image: str
    path: Path

    def namespace(self, part: str) -> str:
        """Namespace of a part, for example ``fraud-demo-cicd``."""
        return f"{self.prefix}-{part}"

    @property
    def options(self) -> tuple[str, ...]:
        """Folders under base/components that take part, in order: the platform, each alternative, each component."""
        chosen = (f"{name}-{value}" for name, value in self.choices.items())
        return (f"platform-{self.platform}", *chosen, *self.components)


@cache
def alternatives() -> dict[str, tuple[str, ...]]:
    """What can be chosen by name, the default first."""
    properties = json.loads(SCHEMA.read_text())["properties"]["spec"]["properties"]["choices"]["properties"]
    return {name: tuple(each["enum"]) for name, each in properties.items()}


@cache
def _validator(schema: Path) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(schema.read_text()))


def load(path: Path) -> Settings:
    """Read one settings.yaml; raises ``SettingsError`` that names file, line and what is wrong."""
    return parse(path, text_of(path))


def text_of(path: Path) -> str:
    """Text of a settings file; raises ``SettingsError``."""
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as err:
        raise SettingsError(f"{path}: cannot be read: {_one_line(err)}") from None


def parse(path: Path, text: str) -> Settings:
    """Settings from the text of ``path``; raises ``SettingsError`` as ``load`` does."""
    tree, content = closed(path, text, SCHEMA)
    return _settings(path, content, tree)


def closed(path: Path, text: str, schema: Path) -> tuple[yaml.Node | None, dict[str, Any]]:
    """Tree and content of a file that a person edits, after every check of its schema; raises ``SettingsError``."""
    try:
        tree, content = _read(text)
    except (yaml.YAMLError, ValueError, RecursionError) as err:
        raise SettingsError(f"{path}: cannot be read as YAML: {_one_line(err)}") from None
    for node, objection in _objections(tree):
        raise SettingsError(f"{path}:{node.start_mark.line + 1}: {objection}")
    for error in sorted(_validator(schema).iter_errors(content), key=lambda e: list(map(str, e.absolute_path))):
        where = ".".join(map(str, error.absolute_path)) or "the document"
        line = line_of(tree, list(error.absolute_path))
        raise SettingsError(f"{path}:{line}: {where}: {_shown(error.message)[:300]}")
    return tree, content


def _read(text: str) -> tuple[yaml.Node | None, Any]:
    """Tree and content: by libyaml, ten times as fast, but for what it refuses, and what is not ASCII.

    There the words and the limits of the two differ, and those of Python's own count.
    """
    with contextlib.suppress(yaml.YAMLError, ValueError):
        if text.isascii():
            return yaml.compose(text, Loader=yaml.CSafeLoader), yaml.load(text, Loader=yaml.CSafeLoader)
    return yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)


def _objections(tree: yaml.Node | None) -> Iterator[tuple[yaml.Node, str]]:
    """What a schema cannot see: aliases, keys that stand twice, values of several lines or unprintable, NaN."""
    seen: set[int] = set()
    nodes = [tree] if tree else []
    while nodes:
        node = nodes.pop()
        if id(node) in seen:
            yield node, "an alias repeats this value; write it out"
            continue
        seen.add(id(node))
        yield from _own_objections(node)
        if isinstance(node, yaml.MappingNode):
            nodes += [child for pair in node.value for child in pair]
        elif isinstance(node, yaml.SequenceNode):
            nodes += node.value


def _own_objections(node: yaml.Node) -> Iterator[tuple[yaml.Node, str]]:
    if isinstance(node, yaml.MappingNode):
        names = [name.value for name, _ in node.value]
        twice = (key for at, (key, _) in enumerate(node.value) if key.value in names[:at])
        yield from ((key, f"{key.value}: stands twice") for key in twice)
    elif isinstance(node, yaml.ScalarNode) and not node.value.isprintable():
        yield node, "a value has a line break or another character that cannot be shown"
    elif node.tag.endswith(":float") and node.value.lstrip("+-").lower() in (".nan", ".inf"):
        yield node, f"{node.value} is no number that can be compared"


def _settings(path: Path, content: dict[str, Any], tree: yaml.Node | None) -> Settings:
    spec = content["spec"]
    gate = spec["gate"]
    try:
        accuracy = thresholds.check(exact(gate["accuracy"]))
        minimums = {name: thresholds.check(exact(value)) for name, value in gate["minimums"].items()}
    except UsageError as err:
        raise SettingsError(f"{path}:{line_of(tree, ['spec', 'gate'])}: spec.gate: {err}", fix=err.fix) from None
    data = spec["data"]
    return Settings(
        prefix=content["metadata"]["name"],
        repo_url=spec["repoURL"],
        revision=spec["revision"],
        platform=spec["platform"],
        components=tuple(spec["components"]),
        choices={name: values[0] for name, values in alternatives().items()} | spec.get("choices", {}),
        accuracy=accuracy,
        minimums=minimums,
        data=Data(source=data["source"], holdout=exact(data["holdout"]), seed=data["seed"]),
        model_path=spec["model"]["path"],
        model_image=spec["model"]["image"],
        tools_image=spec["images"]["tools"],
        path=path,
    )


def exact(number: int | float) -> Decimal:
    """The decimal that a person wrote: a float's shortest text, never its binary expansion."""
    return Decimal(str(number))


def find_line(path: Path, *at: str) -> int:
    """Line, from 1, of the node ``at`` in a YAML file that is known to be readable."""
    return line_of(yaml.compose(path.read_text(), Loader=yaml.SafeLoader), list(at))


def line_of(tree: yaml.Node | None, path: list[str | int]) -> int:
    """Line, from 1, of the node at ``path``, or of its nearest parent that exists."""
    node = tree
    line = 1
    for key in path:
        step = _child(node, key)
        if step is None:
            break
        node, line = step
    return line


def _child(node: yaml.Node | None, key: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                return value, name.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key].start_mark.line + 1
    return None


def _shown(message: str) -> str:
    """What a schema says repeats the value, and an address may hold a password."""
    return re.sub(r"//\S*@", "//***@", _one_line(message))


def _one_line(err: object) -> str:
    return " ".join(str(err).split())
