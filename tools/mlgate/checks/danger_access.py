"""Who may do more than before."""

from collections.abc import Iterator
from typing import Any

from mlgate.checks.danger_change import Change, Site, at, finding, mapping, mappings, texts
from mlgate.results import Result

_GROUP = "rbac.authorization.k8s.io"
_ROLES = {(_GROUP, "Role"), (_GROUP, "ClusterRole")}
_BINDINGS = {(_GROUP, "RoleBinding"), (_GROUP, "ClusterRoleBinding")}
_FIX = "drop what is not needed; deliberately: in a pull request of its own that names who needs it and why"
Grant = tuple[str, str, str, str]


def check(change: Change) -> Iterator[Result]:
    """MG287 a role grants more, or somebody is bound who was not.

    A namespace that is new has nothing that could be widened, so bindings inside it are left out; a new role grants
    nothing before it is bound, unless a binding of the base named it already or other roles take it in by its label.
    """
    fresh = {at(site.obj, "/metadata/name") for site in change.added if site.kind == ("", "Namespace")}
    for old, new in change.both:
        if new.kind in _ROLES:
            yield from _widened(change, new, _grants(old.obj))
        elif new.kind in _BINDINGS:
            yield from _bound(change, new, old)
    named = {_role(site) for site in change.old.values() if site.kind in _BINDINGS}
    for new in change.added:
        if new.kind in _ROLES and (_own(new) in named or _aggregated(new)):
            yield from _widened(change, new, set())
        elif new.kind in _BINDINGS and at(new.obj, "/metadata/namespace") not in fresh:
            yield from _bound(change, new, None)


def _widened(change: Change, new: Site, before: set[Grant]) -> Iterator[Result]:
    more = sorted(grant for grant in _grants(new.obj) if not any(_covers(old, grant) for old in before))
    if more:
        told = "; ".join(f"{verb} {resource}{f' {name}' if name else ''}" for _, resource, name, verb in more[:5])
        left = f" and {len(more) - 5} more" if len(more) > 5 else ""
        message = f"the role grants more: {len(before)} grants -> also {told}{left}"
        yield finding("MG287", new, change.place(new, "/rules"), message, _FIX)


def _bound(change: Change, new: Site, old: Site | None) -> Iterator[Result]:
    same_role = old is not None and _role(old) == _role(new)
    more = sorted(_subjects(new) - (_subjects(old) if old and same_role else set()))
    if more:
        message = f"{'not bound' if old is None else 'bound otherwise'} -> {', '.join(more)} bound to {_role(new)[1]}"
        yield finding("MG287", new, change.place(new, "/subjects"), message, _FIX)


def _grants(obj: dict[str, Any]) -> set[Grant]:
    found: set[Grant] = set()
    for rule in mappings(obj.get("rules")):
        verbs = texts(rule.get("verbs"))
        for verb in verbs:
            found |= {("", url, "", verb) for url in texts(rule.get("nonResourceURLs"))}
            found |= {
                (group, resource, name, verb)
                for group in texts(rule.get("apiGroups"))
                for resource in texts(rule.get("resources"))
                for name in texts(rule.get("resourceNames")) or [""]
            }
    return found


def _covers(old: Grant, new: Grant) -> bool:
    group, resource, name, verb = (mine in ("*", theirs) for mine, theirs in zip(old, new, strict=True))
    return group and resource and verb and (name or not old[2])


def _role(binding: Site) -> tuple[str, str]:
    ref = mapping(binding.obj.get("roleRef"))
    space = str(at(binding.obj, "/metadata/namespace")) if ref.get("kind") == "Role" else ""
    return space, f"{ref.get('kind')} {ref.get('name')}"


def _own(role: Site) -> tuple[str, str]:
    kind = role.kind[1]
    space = str(at(role.obj, "/metadata/namespace")) if kind == "Role" else ""
    return space, f"{kind} {at(role.obj, '/metadata/name')}"


def _aggregated(role: Site) -> bool:
    labels = mapping(at(role.obj, "/metadata/labels"))
    return any(str(label).startswith(f"{_GROUP}/aggregate-to-") for label in labels)


def _subjects(binding: Site) -> set[str]:
    subjects = mappings(binding.obj.get("subjects"))
    return {"/".join(str(one[key]) for key in ("kind", "namespace", "name") if one.get(key)) for one in subjects}
