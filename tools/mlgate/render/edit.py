"""Edits of YAML that a person wrote: only the value changes, everything else stays to the last byte or comment."""

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError as RoundTripError

from mlgate import thresholds
from mlgate.errors import SettingsError
from mlgate.render.overlay import COMPONENTS, scalar

_FIELDS = {
    "repo_url": ("spec", "repoURL"),
    "revision": ("spec", "revision"),
    "platform": ("spec", "platform"),
    "components": ("spec", "components"),
    "accuracy": ("spec", "gate", "accuracy"),
    "data_source": ("spec", "data", "source"),
    "model_path": ("spec", "model", "path"),
}


def settings(text: str, given: Mapping[str, Any]) -> str:
    """settings.yaml with the values ``given`` by option put in place, each on its own line."""
    for name, value in given.items():
        text = replace_value(text, _FIELDS[name], _written(value))
    return text


def _written(value: Any) -> str:
    if isinstance(value, Decimal):
        return thresholds.stored(value)
    return scalar(value) if isinstance(value, str) else f"[{', '.join(map(scalar, value))}]"


def replace_value(text: str, path: Sequence[str], value: str) -> str:
    """``text`` with the scalar or flow list at ``path`` replaced by ``value``; nothing when it already says so.

    Raises ``SettingsError`` when the value is not on one line of its own, and when another value would change too.
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    for key in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((child for name, child in pairs if name.value == key), None)
    if node is None or node.start_mark.line != node.end_mark.line:
        raise SettingsError(f"{'.'.join(path)} is not a value on one line", fix="edit settings.yaml by hand")
    new = _loaded(value, path)
    if yaml.safe_load(text[node.start_mark.index : node.end_mark.index]) == new:
        return text
    edited = text[: node.start_mark.index] + value + text[node.end_mark.index :]
    if _loaded(edited, path) != _with(yaml.safe_load(text), path, new):
        raise SettingsError(f"{'.'.join(path)} shares its value with another", fix="edit settings.yaml by hand")
    return edited


def _loaded(text: str, path: Sequence[str]) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise SettingsError(f"{'.'.join(path)} cannot be changed in place", fix="edit settings.yaml by hand") from None


def _with(content: Any, path: Sequence[str], value: Any) -> Any:
    if not path:
        return value
    return {**content, path[0]: _with(content[path[0]], path[1:], value)}


def components(text: str, rendered: str, file: Path) -> str:
    """A part's kustomization with the Components of the settings, and whatever else the person put there.

    ``text`` is what ``file`` says now and ``rendered`` what a new overlay would say. Raises ``SettingsError``.
    """
    wanted = [item for item in (yaml.safe_load(rendered).get("components") or []) if item.startswith(COMPONENTS)]
    round_trip = YAML()
    round_trip.preserve_quotes = True
    round_trip.width = 4096
    try:
        content = round_trip.load(text)
        there = list(content.get("components") or [])
    except (RoundTripError, AttributeError, TypeError) as err:
        raise SettingsError(f"{file}: is no kustomization: {' '.join(str(err).split())[:300]}") from None
    own = [item for item in there if not str(item).startswith(COMPONENTS)]
    if [item for item in there if str(item).startswith(COMPONENTS)] == wanted or not wanted:
        return text
    content["components"] = [*wanted, *own]
    out = io.StringIO()
    round_trip.dump(content, out)
    return out.getvalue()
