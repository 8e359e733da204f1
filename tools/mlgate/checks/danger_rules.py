"""A rule whose text changes, and what it denied at the base and lets pass now."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from mlgate.checks.danger_change import JUDGED, Change, finding
from mlgate.checks.locate import Place
from mlgate.errors import ToolFailed
from mlgate.gate.judge import Case, Verdict, inventory, judge_all, parameters_of
from mlgate.results import Result

_TEXT = re.compile(r"policy/([^/]+)/(?!.*_test\.rego$)(?:[^/]+\.rego|template\.yaml)")
_FIX = "restore it; deliberately: in a pull request of its own, with the reason, merged by an owner of the policy"
_SHOWN = 3


def check(change: Change) -> Iterator[Result]:
    """MG294 a rule's text differs, MG295 an object that its samples show denied at the base passes now."""
    changed = [path for path in sorted(change.base.blobs) if _TEXT.fullmatch(path) and _differs(change, path)]
    # A template is made of the rules, and MG241 when it is not.
    for path in [path for path in changed if path.endswith(".rego")] or changed:
        yield _told(change, path)
    if changed:
        samples = sorted((change.base.repo.root / "policy").glob("*/samples/constraint.yaml"))
        for file in samples:
            yield from _passes(change, file.parent)


def _lines(root: Path, path: str) -> list[str]:
    """What the text says, without comments and indents: moving them about weakens nothing."""
    try:
        text = (root / path).read_text()
    except (OSError, UnicodeDecodeError):
        return []
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]


def _differs(change: Change, path: str) -> bool:
    # A file that is gone is MG289.
    there = (change.repo.root / path).is_file()
    return there and _lines(change.base.repo.root, path) != _lines(change.repo.root, path)


def _told(change: Change, path: str) -> Result:
    old, new = (_lines(root, path) for root in (change.base.repo.root, change.repo.root))
    steps = [line for line in difflib.unified_diff(old, new, n=0, lineterm="") if line[:3] not in ("---", "+++")]
    gone = [line[1:].strip() for line in steps if line.startswith("-")]
    come = [line[1:].strip() for line in steps if line.startswith("+")]
    first = "; ".join([*(f"- {line}" for line in gone[:_SHOWN]), *(f"+ {line}" for line in come[:_SHOWN])])
    message = f"a rule's text differs: {len(gone)} lines went, {len(come)} came: {first[:400]}; {JUDGED}"
    return finding("MG294", path, Place(path, _first(change, path, come)), message, _FIX)


def _first(change: Change, path: str, come: list[str]) -> int:
    text = (change.repo.root / path).read_text().splitlines()
    return next((number for number, line in enumerate(text, 1) if come and line.strip() == come[0]), 1)


def _objects(file: Path) -> list[dict[str, Any]]:
    try:
        found = list(yaml.load_all(file.read_text(), Loader=yaml.CSafeLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError):
        return []
    return [obj for obj in found if isinstance(obj, dict)]


def _passes(change: Change, samples: Path) -> Iterator[Result]:
    rule = samples.parent.name
    named = [(file, obj) for file in sorted(samples.glob("*.yaml")) for obj in _objects(file)]
    constraint = next((obj for file, obj in named if file.name == "constraint.yaml"), {})
    subjects = [(file, obj) for file, obj in named if file.name != "constraint.yaml"]
    cases = [Case(obj, parameters_of(constraint)) for _, obj in subjects]
    known = [obj for _, obj in subjects if obj.get("kind") == "ModelAccuracy" and _namespaced(obj)]
    try:
        old = _verdicts(change.base.repo.root, rule, cases, known)
        new = _verdicts(change.repo.root, rule, cases, known)
    except ToolFailed:  # a rule that does not run is a finding of the stage policy
        return
    for (file, _), was, now in zip(subjects, old, new, strict=True):
        if not was.allowed and now.allowed:
            name = f"policy/{rule}/samples/{file.name}"
            message = f"denied at {change.base.name} ({was.reasons[0][:200]}) -> passes now; {JUDGED}"
            yield finding("MG295", name, Place(f"policy/{rule}/{rule}.rego", 1), message, _FIX)


def _namespaced(obj: Mapping[str, Any]) -> bool:
    meta = obj.get("metadata")
    return isinstance(meta, dict) and {"namespace", "name"} <= set(meta)


def _verdicts(root: Path, rule: str, cases: Sequence[Case], known: Sequence[Mapping[str, Any]]) -> list[Verdict]:
    return judge_all(root / "policy", rule, cases, inventory(known)) if cases else []
