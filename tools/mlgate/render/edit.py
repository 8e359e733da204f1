"""Edits of YAML that a person wrote: only the value changes, everything else stays to the last byte or comment."""

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import yaml
from ruamel.yaml import YAML

from mlgate import thresholds
from mlgate.errors import SettingsError
from mlgate.render.overlay import COMPONENTS, quoted

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
    return quoted(value) if isinstance(value, str) else f"[{', '.join(value)}]"


def replace_value(text: str, path: Sequence[str], value: str) -> str:
    """``text`` with the scalar or flow list at ``path`` replaced by ``value``; nothing when it already says so."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    for key in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((child for name, child in pairs if name.value == key), None)
    if node is None or node.start_mark.line != node.end_mark.line:
        raise SettingsError(f"{'.'.join(path)} is not a value on one line", fix="edit settings.yaml by hand")
    if yaml.safe_load(text[node.start_mark.index : node.end_mark.index]) == yaml.safe_load(value):
        return text
    return text[: node.start_mark.index] + value + text[node.end_mark.index :]


def components(text: str, rendered: str) -> str:
    """A part's kustomization with the Components of the settings, and whatever else the person put there."""
    wanted = [item for item in (yaml.safe_load(rendered).get("components") or []) if item.startswith(COMPONENTS)]
    round_trip = YAML()
    content = round_trip.load(text)
    there = list(content.get("components") or [])
    own = [item for item in there if not str(item).startswith(COMPONENTS)]
    if [item for item in there if str(item).startswith(COMPONENTS)] == wanted or not wanted:
        return text
    content["components"] = [*wanted, *own]
    out = io.StringIO()
    round_trip.dump(content, out)
    return out.getvalue()
