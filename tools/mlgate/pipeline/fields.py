"""Closed reading of Tekton's objects: a field that is not known is refused by name, never ignored."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mlgate.errors import SettingsError

_DURATION = re.compile(r"(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?", re.ASCII)


def mapping(content: object, where: str, known: Iterable[str]) -> Mapping[str, Any]:
    """``content`` as a mapping without keys outside ``known``; raises ``SettingsError`` naming the path."""
    if not isinstance(content, dict):
        raise SettingsError(f"{where}: must be a mapping")
    for key in content:
        if key not in set(known):
            raise SettingsError(f"{where}.{key}: the local runner does not support this field of Tekton")
    return content


def listing(content: object, where: str) -> list[Any]:
    """``content`` as a list; None is the empty list."""
    if content is None:
        return []
    if not isinstance(content, list):
        raise SettingsError(f"{where}: must be a list")
    return content


def text(content: object, where: str) -> str:
    """``content`` as a string; a number or boolean that YAML made of an unquoted word is refused, as Tekton does."""
    if not isinstance(content, str):
        raise SettingsError(f"{where}: must be a string")
    return content


def texts(content: object, where: str) -> tuple[str, ...]:
    return tuple(text(item, f"{where}[{i}]") for i, item in enumerate(listing(content, where)))


def name(content: Mapping[str, Any], where: str) -> str:
    """The entry's ``name``: it becomes part of file names, so it is checked."""
    found = text(content.get("name"), f"{where}.name")
    if not _NAME.fullmatch(found):
        raise SettingsError(f"{where}.name: {found!r} is not a name")
    return found


def unique(names: Iterable[str], where: str) -> None:
    """Raise ``SettingsError`` when a name appears twice."""
    seen: set[str] = set()
    for each in names:
        if each in seen:
            raise SettingsError(f"{where}: {each!r} is there twice")
        seen.add(each)


def boolean(content: object, where: str) -> bool:
    if not isinstance(content, bool):
        raise SettingsError(f"{where}: must be true or false")
    return content


def count(content: object, where: str) -> int:
    """A whole number, 0 or more."""
    if not isinstance(content, int) or isinstance(content, bool) or content < 0:
        raise SettingsError(f"{where}: must be a whole number, 0 or more")
    return content


def duration_s(content: object, where: str) -> float:
    """Seconds of Go's notation ``1h2m3s``."""
    spoken = text(content, where)
    match = _DURATION.fullmatch(spoken)
    seconds = sum(int(n or 0) * unit for n, unit in zip(match.groups(), (3600, 60, 1), strict=True)) if match else 0
    if not seconds:
        raise SettingsError(f"{where}: {spoken!r} is not a duration such as 1h30m or 45s")
    return float(seconds)
