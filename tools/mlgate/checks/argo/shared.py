"""Stage: no object comes twice to one cluster."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlgate.checks.argo.finding import Findings, Told
from mlgate.checks.argo.tree import Unit
from mlgate.checks.model import Object, group_of, name_of, namespace_of
from mlgate.repo import Repo
from mlgate.results import Result

_FIX = "let one Application have it, and take it out of the other"
_TURNS = "has the same object, and the two would take turns in changing it"
_AGAIN = "the same folder has this object twice, and only the last is synced"
LOCAL = "https://kubernetes.default.svc"


def place(destination: Mapping[str, Any]) -> str:
    """The cluster of a destination, by address or name; the one that Argo CD runs in is one under both."""
    named = str(destination.get("server") or destination.get("name") or LOCAL)
    return LOCAL if named == "in-cluster" else named


def cluster(unit: Unit) -> str:
    """The cluster that a unit is synced to."""
    target = unit.spec.get("destination")
    return place(target if isinstance(target, dict) else {})


def check(repo: Repo, units: Sequence[Unit]) -> list[Result]:
    """MG264 for every object that was there before, in another Application or in the same plain folder."""
    findings = Findings(repo, "shared")
    return findings.each("MG264", units, _twice(findings, units))


def _twice(findings: Findings, units: Sequence[Unit]) -> Iterator[Result]:
    first: dict[tuple[str, ...], Unit] = {}
    for unit in units:
        for obj in unit.objects:
            key = (cluster(unit), *_identity(obj))
            if key in first:
                message = _AGAIN if first[key] is unit else f"{_who(findings, first[key])} {_TURNS}"
                yield findings.invalid("MG264", unit, obj, Told(message, fix=_FIX))
            elif (obj.get("metadata") or {}).get("name"):  # what has generateName alone is another object each time
                first[key] = unit


def _who(findings: Findings, unit: Unit) -> str:
    return " -> ".join([*unit.build.chain, findings.name(unit.build)])


def _identity(obj: Object) -> tuple[str, ...]:
    return group_of(obj), str(obj.get("kind")), namespace_of(obj), name_of(obj)
