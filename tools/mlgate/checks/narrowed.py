"""MG245: what keeps a gate from judging all that it is there for, although it is rendered and denies."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlgate import prefixes
from mlgate.checks.model import Object
from mlgate.gate.template import WORKLOADS, Rule

SERVING = ("dev", "stage")
_MATCH = {"kinds", "namespaces"}


def constraint(spec: Mapping[str, Any], rule: Rule, prefix: str) -> str:
    """Why a constraint of ``prefix`` does not judge all that ``rule`` is for, in words; empty when it does."""
    match = spec.get("match")
    if not isinstance(match, Mapping):
        return ""  # without any condition it judges everything
    if others := sorted(match.keys() - _MATCH):
        return f"spec.match has {', '.join(map(str, others))}, which leaves objects unjudged"
    if kinds := sorted(set(rule.judged) - _kinds(match.get("kinds"))):
        return f"spec.match.kinds lacks {', '.join(kinds)}"
    parts = SERVING if set(WORKLOADS) & set(rule.judged) else prefixes.PARTS
    named = match.get("namespaces")
    missing = [f"{prefix}-{part}" for part in parts if named and f"{prefix}-{part}" not in _strings(named)]
    return f"spec.match.namespaces lacks {', '.join(missing)}" if missing else ""


def _kinds(listed: Any) -> set[str]:
    entries = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, Sequence) else []
    return {name for each in entries for name in _strings(each.get("kinds"))}


def _strings(listed: Any) -> list[str]:
    return [str(each) for each in listed] if isinstance(listed, list) else []


def twin(obj: Object) -> str:
    """Why a twin of a rule, or its binding, admits what it should deny, in words; empty when it denies."""
    return next(_twin(obj), "")


def _twin(obj: Object) -> Iterator[str]:
    spec = obj.get("spec")
    found = spec if isinstance(spec, Mapping) else {}
    if obj.get("kind") == "ValidatingAdmissionPolicy" and found.get("failurePolicy", "Fail") != "Fail":
        yield f"has failurePolicy {found['failurePolicy']!r}, so what cannot be judged is admitted"
    if obj.get("kind") == "ValidatingAdmissionPolicyBinding":
        if "Deny" not in _strings(found.get("validationActions")):
            yield "has no validationActions Deny, so it admits what it should deny"
        reference = found.get("paramRef")
        if isinstance(reference, Mapping) and reference.get("parameterNotFoundAction") != "Deny":
            yield "has no parameterNotFoundAction Deny, so without its constraint everything is admitted"
