"""The order of this repository's own layout, whose Applications are known by their places."""

from collections.abc import Iterator, Sequence

from mlgate.checks.argo import order
from mlgate.checks.argo import source as sources
from mlgate.checks.argo.finding import Findings, Told
from mlgate.checks.argo.source import Wrong
from mlgate.checks.argo.tree import Unit
from mlgate.checks.argo.waves import Moment, Position, moment
from mlgate.checks.model import Build, Object, Rendered, name_of
from mlgate.repo import Repo
from mlgate.results import Result

_TOP = Position((), Moment(0, 0))


def check(repo: Repo, rendered: Sequence[Rendered], own: Sequence[Rendered] = ()) -> list[Result]:
    """MG256 to MG259 the order of a sync, MG265 an Application's path that does not exist.

    ``own`` are the repository's own builds when ``rendered`` is a prefix's alone.
    """
    units = [_unit(repo, one, [*own, *rendered]) for one in rendered]
    beside = [_unit(repo, one, own) for one in own]
    findings = Findings(repo, "waves")
    whole = [findings.valid("MG256", findings.name(unit.build)) for unit in units]
    return [*whole, *order.found(repo, units, beside), *_paths(findings, units, repo)]


def _unit(repo: Repo, one: Rendered, home: Sequence[Rendered]) -> Unit:
    carrier, name = _carrier(repo, one.build, home)
    if carrier is None:
        return Unit(one.build, one.objects, _TOP)
    parent = _above(one.build, home)
    above = _unit(repo, parent, home).position if parent else _TOP
    return Unit(one.build, one.objects, above.below(name, moment(carrier)), carrier)


def _above(build: Build, home: Sequence[Rendered]) -> Rendered | None:
    """The build of the prefix's own Applications, for one of its parts."""
    found = (one for one in home if one.build.prefix == build.prefix and not one.build.part)
    return next(found, None) if build.part else None


def _carrier(repo: Repo, build: Build, home: Sequence[Rendered]) -> tuple[Object | None, str]:
    """The Application or ApplicationSet that syncs a build, and what its Application is called."""
    above = _above(build, home) if build.part else next(_apps(repo, home), None)
    if above is None or above.build == build:
        return None, ""
    for obj in above.objects:
        if obj.get("kind") == "ApplicationSet" and name_of(obj) == _set(build):
            return obj, build.prefix or str(build.folder)
        if obj.get("kind") == "Application" and _syncs(obj, build):
            return obj, name_of(obj)
    return None, ""


def _set(build: Build) -> str:
    """The ApplicationSet that makes the Application of a build, if one does."""
    if build.platform:
        return "operators"
    return "prefixes" if build.prefix and not build.part else ""


def _apps(repo: Repo, home: Sequence[Rendered]) -> Iterator[Rendered]:
    return (one for one in home if one.build.folder == repo.root / "apps")


def _syncs(obj: Object, build: Build) -> bool:
    paths = (str(each.get("path") or "") for _, each in sources.listed(obj))
    return any(path.rpartition("/")[2] == build.folder.name for path in paths)


def _paths(findings: Findings, units: Sequence[Unit], repo: Repo) -> Iterator[Result]:
    for unit in units:
        for obj in unit.objects:
            if obj.get("kind") == "Application":
                # Whatever the repository is called in the settings, it is this one.
                for each in sources.of(obj, repo.root, lambda _url: True):
                    if isinstance(each, Wrong) and each.missing:
                        yield findings.invalid("MG265", unit, obj, Told(each.message, each.path))
