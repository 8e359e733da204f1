"""From a root down: every Application, what it syncs, and the Applications among that."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mlgate.checks.argo import applicationset, directory, rendering, scope
from mlgate.checks.argo import source as sources
from mlgate.checks.argo.cleaned import cleaned
from mlgate.checks.argo.generators import NotHere, World
from mlgate.checks.argo.rendering import Outcome
from mlgate.checks.argo.source import Elsewhere, Source, Wrong
from mlgate.checks.argo.waves import Moment, Position, moment
from mlgate.checks.model import Build, Object, Origin, Rendered, group_of, name_of, namespace_of
from mlgate.errors import SettingsError
from mlgate.results import Result

_GROUP = "argoproj.io"
# What a field of the wrong type leads to; the schema stage names the field.
_MALFORMED = (AttributeError, KeyError, TypeError, ValueError)
_FORM = "it does not have the form of its kind"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What could not be followed: ``code`` says which kind, ``path`` is a JSON pointer into ``obj``."""

    code: str
    message: str
    build: Build
    obj: Object | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """What one source of an Application syncs; without an Application it is a root itself."""

    build: Build
    objects: tuple[Object, ...]
    position: Position
    application: Object | None = None

    @property
    def rendered(self) -> Rendered:
        return Rendered(self.build, self.objects)

    @property
    def spec(self) -> dict[str, Any]:
        """``spec`` of the Application, empty when it is malformed."""
        found = (self.application or {}).get("spec")
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Step:
    """An Application and the build in which it stands; ``carrier`` is the object there, it or its ApplicationSet."""

    application: Object
    position: Position
    build: Build
    carrier: Object


@dataclass(slots=True)
class Tree:
    """All that roots lead to.

    ``skipped`` names sources that are not rendered, which is a hole, not a fault; ``guarded`` what was refused.
    """

    applications: list[Step] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    skipped: list[Trouble] = field(default_factory=list)
    guarded: list[Result] = field(default_factory=list)


class Walker:
    """Follows Applications level by level; every folder is rendered once, however many lead to it."""

    def __init__(self, world: World, rendered: dict[tuple[Path, str], Outcome] | None = None) -> None:
        self._world = world
        self.rendered = {} if rendered is None else rendered

    def walk(self, roots: Sequence[Source]) -> Tree:
        """Everything that the Applications among the objects of ``roots`` lead to, the roots included."""
        tree = Tree()
        seen: set[tuple[str, str]] = set()
        level: list[Step] = []
        self._render(roots)
        for root in roots:
            level += self._first(tree, root)
        while level:
            fresh = {_key(step): step for step in reversed(level) if _key(step) not in seen}
            seen |= fresh.keys()
            level = self._level(tree, list(reversed(fresh.values())))
        tree.units = _placed(_without_shadows(tree.units))
        return tree

    def objects(self, roots: Sequence[Source]) -> list[Object]:
        """The objects of the roots themselves, of those that render."""
        self._render(roots)
        return [obj for root in roots for obj in self.rendered[root.key].objects]

    def _first(self, tree: Tree, root: Source) -> list[Step]:
        outcome, build = self.rendered[root.key], rendering.build(root)
        if _failed(tree, outcome, build):
            return []
        unit, scratch = Unit(build, outcome.objects, Position((), Moment(0, 0))), Tree()
        steps = list(self._children(scratch, unit))
        # An Application that syncs the folder in which it stands comes before all others of that folder.
        own = [step for step in steps if root.folder.resolve() in self._folders(step.application)]
        if own:
            return own
        tree.units.append(unit)
        tree.troubles += scratch.troubles
        tree.skipped += scratch.skipped
        return steps

    def _folders(self, application: Object) -> set[Path]:
        found = _sources(application, self._world)
        return {each.folder for each in found if isinstance(each, Source)}

    def _level(self, tree: Tree, steps: Sequence[Step]) -> list[Step]:
        tree.applications += steps
        found = [(step, each) for step in steps for each in self._sources(tree, step)]
        self._render([each for _, each in found])
        following: list[Step] = []
        for step, each in found:
            unit = self._unit(tree, step, each)
            following += self._children(tree, unit) if unit else []
        return following

    def _sources(self, tree: Tree, step: Step) -> Iterator[Source]:
        for each in _sources(step.application, self._world):
            match each:
                case Source():
                    yield each
                case Elsewhere(reason):
                    tree.skipped.append(Trouble("MG266", reason, step.build, step.carrier, "/spec"))
                case Wrong(message, path, missing):
                    code = "MG265" if missing else "MG267"
                    tree.troubles.append(Trouble(code, message, step.build, step.carrier, path))

    def _render(self, wanted: Iterable[Source]) -> None:
        new = {each.key: each for each in wanted if each.key not in self.rendered}
        self.rendered |= zip(new, rendering.render(self._world.root, list(new.values())), strict=True)

    def _unit(self, tree: Tree, step: Step, source: Source) -> Unit | None:
        chain = (*step.build.chain, _title(step.application))
        build = replace(rendering.build(source), chain=chain, origin=_origin(step, source))
        outcome = self.rendered[source.key]
        if _failed(tree, outcome, build):
            return None
        if source.tool == "directory" and (left := directory.jsonnet(source.folder, source.options)):
            tree.skipped.append(Trouble("MG266", f"jsonnet, {left[0].name}", step.build, step.carrier, "/spec"))
        tree.units.append(Unit(build, outcome.objects, step.position, step.application))
        return tree.units[-1]

    def _children(self, tree: Tree, unit: Unit) -> Iterator[Step]:
        for obj in unit.objects:
            if group_of(obj) != _GROUP or obj.get("kind") not in ("Application", "ApplicationSet"):
                continue
            build = unit.build
            if obj["kind"] == "ApplicationSet":
                build = replace(build, chain=(*build.chain, _title(obj)))
            for each in self._applications(tree, unit, obj):
                yield Step(each, unit.position.below(name_of(each), moment(obj)), build, obj)

    def _applications(self, tree: Tree, unit: Unit, obj: Object) -> list[Object]:
        if obj["kind"] == "Application":
            return [obj]
        try:
            made = applicationset.applications(obj, self._world)
        except NotHere as err:
            tree.skipped.append(Trouble("MG266", str(err), unit.build, obj, "/spec/generators"))
            return []
        except (SettingsError, *_MALFORMED) as err:
            words = str(err) if isinstance(err, SettingsError) else _FORM
            tree.troubles.append(Trouble("MG267", words, unit.build, obj, "/spec"))
            return []
        if not made:
            tree.troubles.append(Trouble("MG269", "", unit.build, obj, "/spec/generators"))
        return made


def _failed(tree: Tree, outcome: Outcome, build: Build) -> bool:
    tree.guarded += [each for each in outcome.guarded if each not in tree.guarded]
    if outcome.error:
        tree.troubles.append(Trouble(outcome.code, outcome.error, build))
    return outcome.failed


def _sources(application: Object, world: World) -> list[Source | Elsewhere | Wrong]:
    try:
        return list(sources.of(application, world.root, world.is_here))
    except _MALFORMED:
        return [Wrong(_FORM, "/spec")]


def _origin(step: Step, source: Source) -> Origin:
    inside = "" if step.carrier is step.application else "/spec/template"
    options = source.options if source.tool == "kustomize" else {}
    return Origin(step.build, step.carrier, f"{inside}{source.pointer}", options)


def _key(step: Step) -> tuple[str, str]:
    return namespace_of(step.application), name_of(step.application)


def _title(obj: Object) -> str:
    return f"{obj.get('kind')}/{name_of(obj)}"


def _without_shadows(units: list[Unit]) -> list[Unit]:
    # A root that an Application syncs, often its own, would count twice.
    synced = {unit.build.folder.resolve() for unit in units if unit.application}
    return [unit for unit in units if unit.application or unit.build.folder.resolve() not in synced]


def _placed(units: list[Unit]) -> list[Unit]:
    units = [replace(unit, objects=tuple(map(cleaned, unit.objects))) for unit in units]
    known = scope.defined(obj for unit in units for obj in unit.objects)
    return [replace(unit, objects=scope.placed(unit.objects, _namespace(unit), known)) for unit in units]


def _namespace(unit: Unit) -> str:
    destination = unit.spec.get("destination")
    return str(destination.get("namespace") or "") if isinstance(destination, dict) else ""
