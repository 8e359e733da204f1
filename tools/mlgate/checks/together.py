"""What no group shows alone: the same object from two groups."""

from collections.abc import Iterable, Sequence

from mlgate.checks import discover
from mlgate.checks.cache.outcome import Outcome, shared
from mlgate.checks.locate import Locator
from mlgate.checks.model import Build, Object, subject
from mlgate.checks.names import identity
from mlgate.checks.render import render
from mlgate.repo import Repo
from mlgate.results import Result, Status

Seen = dict[tuple[str, ...], tuple[str, Build]]


def duplicates(repo: Repo, outcomes: Sequence[Outcome]) -> list[Result]:
    """MG251 for an object that a group renders and an earlier one too; one group alone is the stage's own affair."""
    suspects = {each.name for each in shared(outcomes)}
    if len(suspects) < 2:
        return []
    seen: Seen = {}
    found: list[Result] = []
    prefixes = sorted(suspects - {""})
    for group in discover.groups(repo, prefixes):
        if group.name in suspects:
            rendered, _ = render(repo, group.builds)
            objects = [(one.build, obj) for one in rendered for obj in one.objects]
            found += _clashes(repo, group.name, objects, seen)
    return found


def _clashes(repo: Repo, group: str, objects: Iterable[tuple[Build, Object]], seen: Seen) -> list[Result]:
    found = []
    for build, obj in objects:
        first, other = seen.setdefault((build.platform, *identity(obj)), (group, build))
        if first != group:
            found.append(_finding(repo, build, obj, other))
    return found


def _finding(repo: Repo, build: Build, obj: Object, other: Build) -> Result:
    place = Locator(repo, build).find(obj)
    where = other.folder.relative_to(repo.root)
    return Result(
        code="MG251",
        check="duplicate",
        subject=subject(obj),
        status=Status.INVALID,
        message=f"{where} renders the same object; two Applications would fight over it",
        file=place.file,
        line=place.line,
    )
