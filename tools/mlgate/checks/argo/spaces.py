"""Namespaces that nobody makes, in a tree that makes its namespaces."""

from collections.abc import Iterator, Sequence
from typing import Any

from mlgate.checks.argo.finding import Findings, Told
from mlgate.checks.argo.shared import cluster, place
from mlgate.checks.argo.tree import Tree, Unit
from mlgate.checks.model import name_of, namespace_of
from mlgate.repo import Repo
from mlgate.results import Result

_CREATED = "CreateNamespace=true"
# Every cluster has these, or its operators make them.
_GIVEN = ("default", "kube-", "openshift")


def check(repo: Repo, tree: Tree) -> list[Result]:
    """MG262 once for each namespace of an Application that no object and no sync option makes.

    A tree without any Namespace leaves them to others, so nothing is said of it.
    """
    objects = [(unit, obj) for unit in tree.units for obj in unit.objects]
    made = {(cluster(unit), name_of(obj)) for unit, obj in objects if obj.get("kind") == "Namespace"}
    if not made:
        return []
    findings = Findings(repo, "references")
    made |= {each for step in tree.applications for each in _created(step.application)}
    # Where Argo CD itself is, its namespace is older than all Applications.
    home = {namespace_of(step.carrier) for step in tree.applications}
    return [result for unit in tree.units for result in _unit(findings, unit, made, home)]


def _unit(findings: Findings, unit: Unit, made: set[tuple[str, str]], home: set[str]) -> Iterator[Result]:
    told: set[str] = set()
    for obj in unit.objects:
        name = namespace_of(obj)
        if not name or name in told or name in home or name.startswith(_GIVEN) or (cluster(unit), name) in made:
            continue
        told.add(name)
        words = f"there is no Namespace {name!r}, and {_CREATED} is not among the sync options"
        yield findings.invalid("MG262", unit, obj, Told(words, "/metadata/namespace"))


def _created(application: dict[str, Any]) -> Sequence[tuple[str, str]]:
    spec = application.get("spec")
    policy = spec.get("syncPolicy") if isinstance(spec, dict) else None
    options = policy.get("syncOptions") if isinstance(policy, dict) else None
    target = spec.get("destination") if isinstance(spec, dict) else None
    if not isinstance(options, list) or _CREATED not in options or not isinstance(target, dict):
        return []
    return [(place(target), str(target.get("namespace")))]
