"""Label selectors, as Kubernetes reads them."""

from collections.abc import Mapping
from typing import Any

from mlgate.errors import SettingsError


def is_empty(selector: Mapping[str, Any]) -> bool:
    """True for a selector that asks for nothing."""
    return not (selector.get("matchLabels") or selector.get("matchExpressions"))


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether all of ``matchLabels`` and ``matchExpressions`` hold; raises ``SettingsError``."""
    wanted = selector.get("matchLabels") or {}
    if any(labels.get(key) != str(value) for key, value in wanted.items()):
        return False
    return all(_holds(each, labels) for each in selector.get("matchExpressions") or [])


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value = labels.get(str(expression.get("key")))
    values = [str(each) for each in expression.get("values") or []]
    match expression.get("operator"):
        case "In":
            return value is not None and value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    raise SettingsError(f"selector: unknown operator {expression.get('operator')!r}")
