"""AppProjects that permit more than before."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from mlgate.checks.danger_change import Change, Site, at, finding, mappings, texts
from mlgate.results import Result

_FIX = "list exactly what is needed; deliberately: in a pull request of its own that names who needs it and why"
_PROJECT = ("argoproj.io", "AppProject")
_KINDS = ("clusterResourceWhitelist", "namespaceResourceWhitelist")
_FORBIDDEN = ("clusterResourceBlacklist", "namespaceResourceBlacklist")
_NAMES = ("sourceRepos", "sourceNamespaces")
Entry = tuple[str, ...]


def check(change: Change) -> Iterator[Result]:
    """MG296 a project permits a kind, destination or repository that it did not, or forbids less."""
    for old, new in change.both:
        if new.kind == _PROJECT:
            yield from _widened(change, old, new)


def _widened(change: Change, old: Site, new: Site) -> Iterator[Result]:
    for field in (*_KINDS, "destinations", *_NAMES):
        was, now = (_permitted(site.obj, field) for site in (old, new))
        if more := [entry for entry in sorted(now) if not any(_covers(one, entry) for one in was)]:
            yield _told(change, new, field, f"permits more: {_shown(more)}")
    for field in (*_FORBIDDEN, "destinations", *_NAMES):
        was, now = (_forbidden(site.obj, field) for site in (old, new))
        if less := [entry for entry in sorted(was) if not any(_covers(one, entry) for one in now)]:
            yield _told(change, new, field, f"no longer forbids: {_shown(less)}")


def _told(change: Change, site: Site, field: str, words: str) -> Result:
    pointer = f"/spec/{field}"
    return finding("MG296", site, change.place(site, pointer), f"{field} {words}", _FIX)


def _shown(entries: list[Entry]) -> str:
    told = ", ".join(" ".join(entry) for entry in entries[:5])
    return f"{told} and {len(entries) - 5} more" if len(entries) > 5 else told


def _entries(obj: Any, field: str) -> set[Entry]:
    value = at(obj, f"/spec/{field}")
    if field == "destinations":
        keys = ("server", "name", "namespace")
        return {
            tuple(str(each.get(key) or ("*" if key == "namespace" else "-")) for key in keys)
            for each in mappings(value)
        }
    if field in _NAMES:
        return {(text,) for text in texts(value)}
    return {(str(each.get("group", "")) or "core", str(each.get("kind", ""))) for each in mappings(value)}


def _permitted(obj: Any, field: str) -> set[Entry]:
    # Without this list a project permits every kind inside a namespace.
    if field == "namespaceResourceWhitelist" and at(obj, f"/spec/{field}") is None:
        return {("*", "*")}
    return {entry for entry in _entries(obj, field) if not any(part.startswith("!") for part in entry)}


def _forbidden(obj: Any, field: str) -> set[Entry]:
    found = _entries(obj, field)
    return found if field in _FORBIDDEN else {entry for entry in found if any(part.startswith("!") for part in entry)}


def _covers(old: Entry, new: Entry) -> bool:
    return all(one == two or fnmatchcase(two, one) for one, two in zip(old, new, strict=True))
