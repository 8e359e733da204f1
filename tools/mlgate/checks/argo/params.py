"""The parameters of ApplicationSets: names made fit, nested values made flat, sets of them merged."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mlgate.checks.argo.template import Params

_NOT_IN_NAMES = re.compile("[^-a-z0-9.]")
_LONGEST = 253


def normalized(name: str) -> str:
    """A name as Kubernetes accepts it."""
    return _NOT_IN_NAMES.sub("-", name.lower())[:_LONGEST].strip("-.")


def flat(content: Any, path: str = "") -> dict[str, str]:
    """Every scalar as text, by its keys joined with dots; a list's keys are its indices, what is empty has none."""
    if isinstance(content, Mapping):
        pairs = [(str(key), value) for key, value in content.items()]
    elif isinstance(content, list):
        pairs = [(str(index), value) for index, value in enumerate(content)]
    else:
        return {path: text(content)} if path else {}
    found: dict[str, str] = {}
    for key, value in pairs:
        found |= flat(value, f"{path}.{key}" if path else key)
    return found


def text(value: Any) -> str:
    """A scalar as a template prints it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(float(value))
    return "<nil>" if value is None else str(value)


def _number(value: float) -> str:
    """As Go prints a float64, which is what every number of a file is there: from a million on with an exponent."""
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    power = len(digits) + int(exponent) - 1
    if value and not -4 <= power < 6:
        told = "".join(map(str, digits))
        mantissa = f"{told[0]}.{told[1:]}" if told[1:] else told
        return f"{'-' * sign}{mantissa}e{'-' if power < 0 else '+'}{abs(power):02}"
    return format(Decimal(repr(value)).normalize(), "f")


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> Params:
    """``over`` wins where it says something; mappings in both are merged."""
    result = dict(base)
    for key, value in over.items():
        mine = result.get(key)
        if isinstance(mine, Mapping) and isinstance(value, Mapping):
            result[key] = merged(mine, value)
        elif value or key not in result:
            result[key] = value
    return result


def patched(base: Mapping[str, Any], patch: Mapping[str, Any]) -> Params:
    """A JSON merge patch applied; null removes."""
    result = dict(base)
    for key, value in patch.items():
        mine = result.get(key)
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            result[key] = patched(mine if isinstance(mine, Mapping) else {}, value)
        else:
            result[key] = value
    return result
