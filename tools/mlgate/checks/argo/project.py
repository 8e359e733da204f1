"""An AppProject, asked as Argo CD asks it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mlgate.checks.argo.remotes import same
from mlgate.checks.argo.shared import LOCAL
from mlgate.checks.model import Object, group_of, name_of

_NAMES = {LOCAL: "in-cluster"}


def fits(pattern: str, text: str, separator: str = "") -> bool:
    """A glob; a single star stops at ``separator`` when there is one."""
    star = f"[^{separator}]*" if separator else ".*"
    parts = re.split(r"(\*\*|\*|\?)", pattern)
    table = {"**": ".*", "*": star, "?": "."}
    return bool(re.fullmatch("".join(table.get(part, re.escape(part)) for part in parts), text, re.DOTALL))


@dataclass(frozen=True, slots=True)
class AppProject:
    """Name and ``spec`` of a project; without one in the tree, ``default`` permits everything."""

    name: str
    spec: Mapping[str, Any]

    def reads(self, url: str) -> bool:
        """Whether Applications of the project may read a repository; an entry with ``!`` forbids."""
        patterns = [str(each) for each in _listed(self.spec.get("sourceRepos"))]
        if any(each.startswith("!") and _reads(each[1:], url) for each in patterns):
            return False
        return any(_reads(each, url) for each in patterns if not each.startswith("!"))

    def reaches(self, target: Mapping[str, Any], namespace: str) -> bool:
        """Whether objects may go to ``namespace`` of a destination, which names its cluster or has its address."""
        entries = [each for each in _listed(self.spec.get("destinations")) if isinstance(each, dict)]
        place = {"server": str(target.get("server") or ""), "name": str(target.get("name") or "")}
        if not place["server"] and place["name"] == _NAMES[LOCAL]:
            place["server"] = LOCAL
        place["name"] = place["name"] or _NAMES.get(place["server"], "")
        if any(_forbids(each, place, namespace) for each in entries):
            return False
        return any(_takes(each, place, namespace) for each in entries)

    def admits(self, obj: Object, *, cluster_wide: bool) -> bool:
        """Whether an object of this kind may be synced."""
        which = "clusterResource" if cluster_wide else "namespaceResource"
        listed, forbidden = (_listed(self.spec.get(f"{which}{end}")) for end in ("Whitelist", "Blacklist"))
        if _lists(forbidden, obj):
            return False
        # Without a list every namespaced kind is permitted, and no cluster-wide one.
        return _lists(listed, obj) if listed or cluster_wide else True


def _reads(pattern: str, url: str) -> bool:
    return pattern in ("*", url) or same(pattern) == same(url) or fits(pattern, url, "/")


def _forbids(entry: Mapping[str, Any], place: Mapping[str, str], namespace: str) -> bool:
    texts = {key: str(entry.get(key) or "") for key in ("server", "name", "namespace")}
    if not any(text.startswith("!") for text in texts.values()):
        return False
    return _takes({key: text.removeprefix("!") for key, text in texts.items()}, place, namespace)


def _takes(entry: Mapping[str, Any], place: Mapping[str, str], namespace: str) -> bool:
    if not fits(str(entry.get("namespace") or ""), namespace):
        return False
    # An entry that has both needs only one of them to fit.
    return any(place[key] and fits(str(entry[key]), place[key]) for key in ("server", "name") if entry.get(key))


def _listed(value: Any) -> list[Any]:
    # What is misshapen permits nothing; the schema stage names it.
    return value if isinstance(value, list) else []


def _lists(entries: Iterable[Any], obj: Object) -> bool:
    return any(
        fits(str(each.get("group")), group_of(obj))
        and fits(str(each.get("kind")), str(obj.get("kind")))
        and fits(str(each.get("name") or "*"), name_of(obj))
        for each in entries
        if isinstance(each, dict)
    )
