"""Stage: what Argo CD's AppProjects permit, asked before Argo CD is.

An object without a namespace counts as cluster-wide. What a Helm chart renders is not here, so of an Application of a
chart only its source and destination are looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from mlgate.checks.locate import Locator, Place
from mlgate.checks.model import Build, Object, Rendered, group_of, name_of, namespace_of, subject
from mlgate.repo import Repo
from mlgate.results import Result, Status


@dataclass(frozen=True, slots=True)
class Project:
    """The lists of an AppProject, and the file to add to."""

    name: str
    spec: dict[str, Any]
    file: str

    def refuses(self, obj: Object, server: str) -> str:
        """Why an object may not be synced to ``server``, or nothing."""
        group, kind = group_of(obj), str(obj.get("kind"))
        namespace = namespace_of(obj)
        listed = "namespaceResourceWhitelist" if namespace else "clusterResourceWhitelist"
        permitted = [
            str(each.get("name", "*"))
            for each in self.spec.get(listed) or []
            if (each.get("group"), each.get("kind")) == (group, kind)
        ]
        if not any(fnmatchcase(name_of(obj), name) for name in permitted):
            return f"add {group or 'the core group'}/{kind} to {listed} in {self.file}"
        return self.reaches(server, namespace) if namespace else ""

    def reaches(self, server: str, namespace: str) -> str:
        """Why a destination is not one of the project's, or nothing."""
        for each in self.spec.get("destinations") or []:
            if each.get("server") == server and fnmatchcase(namespace, str(each.get("namespace"))):
                return ""
        return f"add the destination {namespace} on {server} to {self.file}"

    def reads(self, url: str) -> str:
        """Why a repository is not one of the project's, or nothing."""
        return "" if url in (self.spec.get("sourceRepos") or []) else f"add {url} to sourceRepos in {self.file}"


def check(
    repo: Repo,
    rendered: Sequence[Rendered],
    own: Sequence[Rendered] = (),
    known: Mapping[str, Project] | None = None,
) -> list[Result]:
    """MG255 for each object, and each Application, that its AppProject does not permit.

    ``own`` are the repository's own builds when ``rendered`` is a prefix's alone, and ``known`` their projects.
    """
    projects = {**(known or {}), **find(repo, rendered)}
    results = []
    for one in rendered:
        locator = Locator(repo, one.build)
        spec = syncing(repo, one.build, [*own, *rendered])
        for obj in one.objects:
            fix = _object(projects, spec, obj) or _application(projects, obj)
            results.append(_result(obj, fix, locator.find(obj) if fix else None))
    return results


def syncing(repo: Repo, build: Build, rendered: Sequence[Rendered]) -> dict[str, Any] | None:
    """``spec`` of the Application that syncs a build; ``None`` when the render of where it stands failed."""
    if build.part:
        home = [one for one in rendered if one.build.prefix == build.prefix and not one.build.part]
    else:
        home = [one for one in rendered if one.build.folder == repo.root / "apps"]
    if not home:
        return None
    for obj in home[0].objects:
        found = _spec(obj)
        if found and _is_of(build, str(found.get("source", {}).get("path", "")), obj):
            return found
    return {}


def _is_of(build: Build, path: str, obj: Object) -> bool:
    # An ApplicationSet's path is a template, so its name decides.
    if build.platform or (build.prefix and not build.part):
        return name_of(obj) == ("operators" if build.platform else "prefixes")
    return path.rpartition("/")[2] == build.folder.name and obj.get("kind") == "Application"


def _spec(obj: Object) -> dict[str, Any]:
    spec = obj.get("spec") or {}
    if obj.get("kind") == "ApplicationSet":
        spec = (spec.get("template") or {}).get("spec") or {}
    return spec if obj.get("kind") in {"Application", "ApplicationSet"} and isinstance(spec, dict) else {}


def _object(projects: Mapping[str, Project], spec: dict[str, Any] | None, obj: Object) -> str:
    if spec is None:
        return ""
    project = projects.get(str(spec.get("project")))
    if project is None:
        return "let an Application of a project in apps/projects sync it"
    return project.refuses(obj, str((spec.get("destination") or {}).get("server")))


def _application(projects: Mapping[str, Project], obj: Object) -> str:
    spec = _spec(obj)
    if not spec:
        return ""
    project = projects.get(str(spec.get("project")))
    if project is None:
        return f"there is no project {spec.get('project')} in apps/projects"
    target = spec.get("destination") or {}
    source = str((spec.get("source") or {}).get("repoURL"))
    return project.reads(source) or project.reaches(str(target.get("server")), str(target.get("namespace")))


def find(repo: Repo, rendered: Sequence[Rendered]) -> dict[str, Project]:
    """The AppProjects among ``rendered`` by name."""
    found = {}
    for one in rendered:
        locator = Locator(repo, one.build)
        for obj in one.objects:
            if obj.get("kind") == "AppProject":
                name = name_of(obj)
                found[name] = Project(name, obj.get("spec") or {}, locator.find(obj).file)
    return found


def _result(obj: Object, fix: str, place: Place | None) -> Result:
    if place is None:
        return Result(code="MG255", check="projects", subject=subject(obj), status=Status.VALID)
    return Result(
        code="MG255",
        check="projects",
        subject=subject(obj),
        status=Status.INVALID,
        message="the AppProject of the Application that syncs it does not permit it, so no sync would succeed",
        fix=fix,
        **place.where,
    )
