"""Stage: what the AppProjects of the tree permit, asked for every Application and every object that it syncs."""

from collections.abc import Iterator, Mapping, Sequence

from mlgate.checks.argo import scope
from mlgate.checks.argo.finding import Findings, Told
from mlgate.checks.argo.project import AppProject
from mlgate.checks.argo.source import listed
from mlgate.checks.argo.tree import Step, Tree, Trouble, Unit
from mlgate.checks.model import Object, group_of, name_of, namespace_of
from mlgate.repo import Repo
from mlgate.results import Result, Status

Known = Mapping[str, AppProject]


def projects(units: Sequence[Unit]) -> dict[str, AppProject]:
    """The AppProjects that the tree renders, by name."""
    found = (obj for unit in units for obj in unit.objects if obj.get("kind") == "AppProject")
    return {name_of(obj): AppProject(name_of(obj), spec) for obj in found if isinstance(spec := obj.get("spec"), dict)}


def check(repo: Repo, tree: Tree) -> list[Result]:
    """MG255 for each Application, and each object, that its AppProject does not permit."""
    findings = Findings(repo, "projects")
    known = projects(tree.units)
    cluster_wide = scope.defined(obj for unit in tree.units for obj in unit.objects)
    found = [result for step in tree.applications for result in _application(findings, known, step)]
    found += [result for unit in tree.units for result in _unit(findings, known, cluster_wide, unit)]
    return findings.each("MG255", tree.units, found)


def _unit(findings: Findings, known: Known, cluster_wide: dict[tuple[str, str], bool], unit: Unit) -> Iterator[Result]:
    project = known.get(str(unit.spec.get("project") or "default"))
    if unit.application is None or project is None:
        return
    for obj in unit.objects:
        told = _object(project, unit, obj, cluster_wide=scope.is_cluster_wide(obj, cluster_wide))
        if told:
            yield findings.invalid("MG255", unit, obj, told)


def _application(findings: Findings, known: Known, step: Step) -> Iterator[Result]:
    own = step.carrier is step.application
    for told in _refused(known, step.application):
        # What an ApplicationSet makes of a template has no place of its own.
        trouble = Trouble("MG255", told.message, step.build, step.carrier, told.path if own else "/spec/template")
        yield findings.of(trouble, Status.INVALID, told.fix)


def _refused(known: Known, obj: Object) -> Iterator[Told]:
    spec = obj.get("spec")
    if not isinstance(spec, dict):
        return
    name = str(spec.get("project") or "default")
    if name not in known:
        if name != "default":
            yield Told(f"there is no AppProject {name} in the tree", "/spec/project", "add it, or name another")
        return
    project, target = known[name], spec.get("destination")
    for path, source in listed(obj):
        url = str(source.get("repoURL"))
        if not project.reads(url):
            yield Told(f"AppProject {name} does not permit {url}", f"{path}/repoURL", f"add it to {name}'s sourceRepos")
    target = target if isinstance(target, dict) else {}
    if not project.reaches(target, str(target.get("namespace") or "")):
        words = f"AppProject {name} does not permit the destination {_shown(target)}"
        yield Told(words, "/spec/destination", f"add it to {name}'s destinations")


def _shown(target: Mapping[str, object]) -> str:
    return f"{target.get('namespace')} on {target.get('server') or target.get('name')}"


def _object(project: AppProject, unit: Unit, obj: Object, *, cluster_wide: bool) -> Told | None:
    if not project.admits(obj, cluster_wide=cluster_wide):
        kind = f"{group_of(obj) or 'the core group'}/{obj.get('kind')}"
        return Told(f"AppProject {project.name} does not permit {kind}", fix=f"add it to the lists of {project.name}")
    target = unit.spec.get("destination")
    place = namespace_of(obj)
    if cluster_wide or project.reaches(target if isinstance(target, dict) else {}, place):
        return None
    words = f"AppProject {project.name} does not permit the namespace {place}"
    return Told(words, "/metadata/namespace", f"add it to {project.name}'s destinations")
