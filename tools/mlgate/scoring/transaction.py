"""From the bytes of a message to a row that a model can score, or to the reason why there is none."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NoReturn

import numpy as np

ID_LIMIT = 200
"""Characters of a transaction's id."""
_LARGEST = float(np.finfo(np.float32).max)
_SHOWN = 200


class Reason(StrEnum):
    """Why a message is dead; stands in the header ``mlgate.reason``."""

    TOO_LARGE = "too-large"
    EMPTY = "empty"
    NOT_JSON = "not-json"
    NOT_AN_OBJECT = "not-an-object"
    NO_ID = "no-id"
    MISSING = "missing-feature"
    NOT_A_NUMBER = "not-a-number"
    NOT_FINITE = "not-finite"
    REFUSED = "refused-by-model"


@dataclass(frozen=True, slots=True)
class Transaction:
    """``values`` stand in the order of the model's names."""

    id: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Poison:
    """What can never be scored; ``detail`` is short, one line, for a person."""

    reason: Reason
    detail: str


class _Dead(Exception):
    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.poison = Poison(reason, " ".join(detail.split())[:_SHOWN])


def parse(value: bytes | None, key: bytes | None, names: Sequence[str], limit: int) -> Transaction | Poison:
    """The transaction of a message, with the features ``names``, or why it is poison. Total: any bytes have an answer.

    The id is the field ``id``, a text or an integer, or else the message's key. Other fields are ignored. ``limit`` is
    in bytes.
    """
    try:
        fields = _object(value, limit)
        return Transaction(_id(fields, key), tuple(_number(fields, name) for name in names))
    except _Dead as dead:
        return dead.poison


def _object(value: bytes | None, limit: int) -> dict[str, Any]:
    if not value:
        raise _Dead(Reason.EMPTY, "the message has no value")
    if len(value) > limit:
        raise _Dead(Reason.TOO_LARGE, f"{len(value)} bytes; the limit is {limit}")
    try:
        fields = json.loads(value.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError) as err:
        raise _Dead(Reason.NOT_JSON, str(err)) from None
    if not isinstance(fields, dict):
        raise _Dead(Reason.NOT_AN_OBJECT, f"the message is a {type(fields).__name__}")
    return fields


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose fields stand once: of two, nobody can say which one is meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands twice")
    return found


def _id(fields: dict[str, Any], key: bytes | None) -> str:
    given = fields.get("id")
    if given is None and key:
        try:
            given = key.decode()
        except UnicodeDecodeError:
            raise _Dead(Reason.NO_ID, "there is no field id, and the key is not UTF-8") from None
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) < 1 << 63:
        return str(given)
    if not isinstance(given, str) or not 0 < len(given) <= ID_LIMIT or not given.isprintable():
        raise _Dead(Reason.NO_ID, f"id must be an integer or 1 to {ID_LIMIT} printable characters")
    return given


def _number(fields: dict[str, Any], name: str) -> float:
    if name not in fields:
        raise _Dead(Reason.MISSING, f"{name} is missing")
    value = fields[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Dead(Reason.NOT_A_NUMBER, f"{name} is a {type(value).__name__}")
    # Compared before it is converted: an integer may be larger than any float. Not NaN: that compares to nothing.
    if not -_LARGEST <= value <= _LARGEST or not math.isfinite(value):
        _not_finite(name)
    return float(value)


def _not_finite(name: str) -> NoReturn:
    raise _Dead(Reason.NOT_FINITE, f"{name} is not a finite 32-bit number")
