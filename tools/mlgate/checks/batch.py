"""All stages over a few groups at once; what comes out for a group never depends on the groups beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlgate.checks import (
    discover,
    graph,
    heavy,
    keys,
    names,
    policy,
    projects,
    references,
    render,
    schema,
    secrets,
    settings,
    unmatched,
)
from mlgate.checks.argo import native
from mlgate.checks.model import Group, Rendered
from mlgate.checks.projects import Project
from mlgate.repo import Repo
from mlgate.results import Result

STAGES = ("discover", "settings", "render", "schema", "policy", "names", "projects", "references", "waves", "secrets")
"""The stages in the order of the report."""


@dataclass(frozen=True, slots=True)
class Whole:
    """What every group sees of the whole tree: the repository's own builds, their projects, and all prefixes."""

    repo: Repo
    prefixes: frozenset[str]
    own: tuple[Rendered, ...] = ()
    projects: Mapping[str, Project] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """A group after all stages: results by stage, what it rendered, and every file that its builds read."""

    group: Group
    results: Mapping[str, Sequence[Result]]
    rendered: tuple[Rendered, ...]
    reached: frozenset[Path]

    @property
    def objects(self) -> int:
        """Number of rendered objects."""
        return sum(len(one.objects) for one in self.rendered)


@dataclass(frozen=True, slots=True)
class _Loaded:
    group: Group
    rendered: tuple[Rendered, ...]
    failures: tuple[Result, ...]
    reached: frozenset[Path]


def refuse_own(repo: Repo) -> None:
    """Raises ``SettingsError`` for a file outside overlays/ that would stop every reader."""
    heavy.refuse(repo.root / name for name in ("apps", "base", "policy"))


def check_own(whole: Whole, own: Group) -> Checked:
    """The stages over the repository's own builds, whose orphans only ``discover.orphans`` can tell in the end."""
    refuse_own(whole.repo)
    (loaded,) = _load(whole.repo, [own])
    found = {
        "discover": discover.check_own(whole.repo, own),
        "settings": settings.check_cluster(whole.repo),
        **_common(whole, [loaded])[0],
    }
    found["policy"] = [*policy.check_rules(whole.repo), *found["policy"]]
    return Checked(own, _ordered(found), loaded.rendered, loaded.reached)


def check(whole: Whole, groups: Sequence[Group]) -> list[Checked]:
    """The stages over prefixes, one ``Checked`` for each in order."""
    heavy.refuse(whole.repo.overlay(group.name) for group in groups)
    loaded = _load(whole.repo, groups)
    return [
        Checked(each.group, _ordered(_prefix(whole, each) | common), each.rendered, each.reached)
        for each, common in zip(loaded, _common(whole, loaded), strict=True)
    ]


def _load(repo: Repo, groups: Sequence[Group]) -> list[_Loaded]:
    known: graph.Known = {}
    made = render.render_groups(repo, [group.builds for group in groups])
    return [_reached(repo, group, *one, known) for group, one in zip(groups, made, strict=True)]


def _reached(
    repo: Repo, group: Group, rendered: Sequence[Rendered], failures: Sequence[Result], known: graph.Known
) -> _Loaded:
    idle = unmatched.own(repo, repo.overlay(group.name), group.builds) if group.name else []
    reached = graph.reachable([build.folder for build in group.builds], known)
    return _Loaded(group, tuple(rendered), (*failures, *idle), frozenset(reached))


def _prefix(whole: Whole, loaded: _Loaded) -> dict[str, Sequence[Result]]:
    name = loaded.group.name
    return {
        "discover": discover.check(whole.repo, loaded.group, loaded.reached),
        "settings": settings.check(whole.repo, name, whole.prefixes),
    }


def _common(whole: Whole, groups: Sequence[_Loaded]) -> list[dict[str, Sequence[Result]]]:
    repo, rendered = whole.repo, [each.rendered for each in groups]
    schemas = schema.check_groups(repo, rendered, whole.own)
    doubled = keys.check_groups(repo, [each.reached for each in groups])
    policies = policy.check_groups(repo, rendered)
    single: dict[str, Callable[[_Loaded], Sequence[Result]]] = {
        "names": lambda each: names.check(repo, each.rendered),
        "projects": lambda each: projects.check(repo, each.rendered, whole.own, whole.projects),
        "references": lambda each: references.check(repo, each.rendered),
        "waves": lambda each: native.check(repo, each.rendered, whole.own),
        "secrets": lambda each: secrets.check(repo, each.rendered, each.group.name),
    }
    return [
        {
            "render": each.failures,
            "schema": [*schemas[number], *doubled[number]],
            "policy": policies[number],
            **{name: run(each) for name, run in single.items()},
        }
        for number, each in enumerate(groups)
    ]


def _ordered(found: Mapping[str, Sequence[Result]]) -> dict[str, Sequence[Result]]:
    return {name: found[name] for name in STAGES}
