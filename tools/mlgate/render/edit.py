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
        if name == "choices":
            for choice, chosen in value.items():
                text = replace_value(text, ("spec", "choices", choice), chosen)
        else:
            text = replace_value(text, _FIELDS[name], _written(value))
    return text


def _written(value: Any) -> str:
    if isinstance(value, Decimal):
        return thresholds.stored(value)
    return scalar(value) if isinstance(value, str) else f"[{', '.join(map(scalar, value))}]"


def replace_value(text: str, path: Sequence[str], value: str) -> str:
    """``text`` with the scalar or flow list at ``path`` replaced by ``value``; nothing when it already says so.

    ``text`` is settings that were read, so no alias makes the value stand elsewhere too. Raises ``SettingsError`` when
    there is no such value on one line.
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    for key in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((child for name, child in pairs if name.value == key), None)
    if node is None or node.start_mark.line != node.end_mark.line:
        raise SettingsError(f"{'.'.join(path)} is not a value on one line", fix="edit settings.yaml by hand")
    if yaml.safe_load(text[node.start_mark.index : node.end_mark.index]) == yaml.safe_load(value):
        return text
    return text[: node.start_mark.index] + value + text[node.end_mark.index :]


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
