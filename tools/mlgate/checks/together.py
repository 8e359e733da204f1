"""What no group shows alone: the report, files that nobody reads, and the same object from two groups."""

from collections.abc import Iterable, Sequence

from mlgate.checks import discover, unmatched
from mlgate.checks.batch import STAGES
from mlgate.checks.cache.outcome import Gathered, Outcome, shared
from mlgate.checks.known import Known
from mlgate.checks.locate import Locator
from mlgate.checks.model import Build, Object, Report, Stage, subject, vacuous
from mlgate.checks.names import identity
from mlgate.checks.render import render
from mlgate.repo import Repo
from mlgate.results import Result, Status

Seen = dict[tuple[str, ...], tuple[str, Build]]


def report(known: Known, outcomes: Sequence[Outcome], notes: tuple[str, ...], *, need_prefix: bool) -> Report:
    """The report of all outcomes, the repository's own first, with what only all of them together show."""
    more = {
        "discover": [
            *(discover.check_prefixes(known.repo, known.prefixes) if need_prefix else []),
            *_orphans(known, outcomes),
        ],
        "render": _unmatched(known, outcomes),
        "names": duplicates(known.repo, outcomes),
    }
    stages = [_stage(number, name, outcomes, more.get(name, [])) for number, name in enumerate(STAGES)]
    return Report(tuple(stages), sum(each.objects for each in outcomes), notes)


def _stage(number: int, name: str, outcomes: Sequence[Outcome], more: Sequence[Result]) -> Stage:
    found = Gathered(number, outcomes, more)
    return Stage(name, found if len(found) else (vacuous(name),))


def _reached(outcomes: Sequence[Outcome]) -> list[str]:
    return sorted({name for listed in {each.reached for each in outcomes} for name in listed})


def _unmatched(known: Known, outcomes: Sequence[Outcome]) -> list[Result]:
    names, repo = _reached(outcomes), known.repo
    root = repo.root.resolve()

    def compute() -> list[Result]:
        # All prefixes, also when one alone is asked for: what does nothing in it may do something in another.
        builds = discover.builds(repo, sorted(known.prefixes))
        return unmatched.shared(repo, builds, [root / name for name in names])

    groups = known.session.scan.groups if known.session else {}
    return known.once(["unmatched", *names, *(f"{name} {seen}" for name, seen in sorted(groups.items()))], compute)


def _orphans(known: Known, outcomes: Sequence[Outcome]) -> list[Result]:
    names = _reached(outcomes)
    root = known.repo.root.resolve()

    def compute() -> list[Result]:
        return discover.orphans(known.repo, {root / name for name in names})

    return known.once(["orphans", *names], compute)


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
        **place.where,
    )
