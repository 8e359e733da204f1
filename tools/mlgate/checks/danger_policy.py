"""Rules and constraints that are gone, judge less, or no longer deny."""

import re
from collections.abc import Iterator
from typing import Any

from mlgate.checks.danger_change import JUDGED, Change, Site, at, finding, mapping, mappings, texts
from mlgate.checks.danger_gate import CONSTRAINTS
from mlgate.checks.locate import Place
from mlgate.results import Result

_ADMISSION = "admissionregistration.k8s.io"
_JUDGES = {
    ("templates.gatekeeper.sh", "ConstraintTemplate"),
    (_ADMISSION, "ValidatingAdmissionPolicy"),
    (_ADMISSION, "ValidatingAdmissionPolicyBinding"),
    (_ADMISSION, "ValidatingWebhookConfiguration"),
}
_RANKS = {"deny": 2, "scoped": 1, "warn": 1, "dryrun": 0}
_RULE = re.compile(r"policy/[^/]+/(?!.*_test\.rego$)[^/]+\.rego")
_FIX = "restore it; deliberately: in a pull request of its own, with the reason, merged by an owner of the policy"


def check(change: Change) -> Iterator[Result]:
    """MG289 a rule, template, constraint or CEL twin is removed, denies no longer, or looks at less."""
    for path in change.base.blobs:
        if _RULE.fullmatch(path) and not (change.repo.root / path).is_file():
            yield finding(
                "MG289", path, Place("policy/kustomization.yaml", 1), _told("the rule", "there -> removed"), _FIX
            )
    for site in change.gone:
        if _judge(site) and not _whole_prefix_gone(change, site):
            yield finding("MG289", site, change.former(site), _told(site.kind[1], "in force -> removed"), _FIX)
    for old, new in change.both:
        if _judge(new):
            for path, message in _weaker(old.obj, new.obj):
                yield finding("MG289", new, change.place(new, path), _told(path, message), _FIX)


def _told(what: str, words: str) -> str:
    return f"{what}: {words}; {JUDGED}, so it counts until this is merged"


def _judge(site: Site) -> bool:
    return site.kind in _JUDGES or site.kind[0] == CONSTRAINTS


def _whole_prefix_gone(change: Change, site: Site) -> bool:
    # Its namespaces are gone as well, and MG284 says so: there is nothing left to judge.
    return bool(site.build.prefix) and not change.repo.overlay(site.build.prefix).exists()


def _weaker(old: Any, new: Any) -> Iterator[tuple[str, str]]:
    """JSON pointer, and old -> new, of everything that denies less than before."""
    was, now = (str(at(obj, "/spec/enforcementAction") or "deny") for obj in (old, new))
    if _RANKS.get(now, 0) < _RANKS.get(was, 0):
        yield "/spec/enforcementAction", f"{was} -> {now}"
    strict = (("failurePolicy", "Fail", "Fail"), ("paramRef/parameterNotFoundAction", "Deny", "nothing"))
    for field, word, default in strict:
        was, now = (str(at(obj, f"/spec/{field}") or default) for obj in (old, new))
        if was == word != now:
            yield f"/spec/{field}", f"{was} -> {now}"
    lists = [_texts(at(obj, "/spec/validationActions")) for obj in (old, new)]
    if "Deny" in lists[0] - lists[1]:
        yield "/spec/validationActions", f"{sorted(lists[0])} -> {sorted(lists[1])}"
    yield from _narrower(mapping(at(old, "/spec/match")), mapping(at(new, "/spec/match")))


def _narrower(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if lost := _lost(_kinds(old), _kinds(new)):
        yield "/spec/match/kinds", f"{', '.join(lost)} -> not judged"
    if lost := _lost(_texts(old.get("namespaces")) or {"*"}, _texts(new.get("namespaces")) or {"*"}):
        yield "/spec/match/namespaces", f"{', '.join(lost)} -> not judged"
    if more := sorted(_texts(new.get("excludedNamespaces")) - _texts(old.get("excludedNamespaces"))):
        yield "/spec/match/excludedNamespaces", f"judged -> {', '.join(more)} not judged"


def _lost(old: set[str], new: set[str]) -> list[str]:
    return [] if "*" in new else sorted(old - new)


def _kinds(match: dict[str, Any]) -> set[str]:
    entries = mappings(match.get("kinds"))
    found = {
        f"{group}/{kind}" if (group, kind) != ("*", "*") else "*"
        for entry in entries
        for group in texts(entry.get("apiGroups")) or ["*"]
        for kind in texts(entry.get("kinds")) or ["*"]
    }
    return found or {"*"}


def _texts(values: Any) -> set[str]:
    return set(texts(values))
