"""A whole run: the repository's own builds first, then the prefixes in batches, then what only all together show."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import islice

from mlgate.checks import batch, danger, discover, projects
from mlgate.checks.batch import STAGES, Checked, Whole
from mlgate.checks.cache.outcome import Gathered, Outcome, outcome
from mlgate.checks.model import Group, Rendered, Report, Stage, stage, vacuous
from mlgate.checks.together import duplicates
from mlgate.repo import Repo
from mlgate.results import Result

REPO_ONLY = "only apps/ and policy/ were checked, no prefix, as asked with --repo"
WORKERS = 2
_BATCH = 25
Progress = Callable[[int, str], None]
"""Is told the number of prefixes that are done, and what is done next."""


def validate(  # noqa: PLR0913 - one parameter for every option
    repo: Repo,
    wanted: Sequence[str] = (),
    *,
    repo_only: bool = False,
    base: str | None = None,
    workers: int = WORKERS,
    progress: Progress = lambda _done, _what: None,
) -> Report:
    """Check the prefixes ``wanted`` (all when empty) and what belongs to no prefix.

    With ``base``, a commit, a stage more looks for danger in the step from there to this tree.
    Raises ``UsageError`` for a prefix that is not set up or a commit that is none, ``MissingTool`` and ``ToolFailed``.
    """
    prefixes = [] if repo_only else discover.selected(repo, wanted)
    own, *groups = discover.groups(repo, prefixes)
    progress(0, "apps/, policy/ and operators")
    whole, first = start(repo, own, prefixes, need_prefix=not repo_only)
    notes = (REPO_ONLY,) if repo_only else ()
    if base is None:
        outcomes = [outcome(repo, first), *evaluated(whole, groups, workers, progress)]
        return report(whole, outcomes, notes)
    checked = [first, *(each for some in _batches(groups) for each in batch.check(whole, some))]
    found = report(whole, [outcome(repo, each) for each in checked], notes)
    return _with_danger(found, whole, checked, base, None if repo_only else wanted)


def start(repo: Repo, own: Group, prefixes: Sequence[str], *, need_prefix: bool) -> tuple[Whole, Checked]:
    """The repository's own builds, checked, and what every prefix has to know of them."""
    bare = Whole(repo, frozenset(repo.prefixes()))
    checked = batch.check_own(bare, own, prefixes, need_prefix=need_prefix)
    known = projects.find(repo, checked.rendered)
    return replace(bare, own=tuple(filter(_concerns_all, checked.rendered)), projects=known), checked


def evaluated(
    whole: Whole, groups: Sequence[Group], workers: int = WORKERS, progress: Progress = lambda _done, _what: None
) -> Iterator[Outcome]:
    """An outcome for each of ``groups`` in order; more than a batch is shared by ``workers`` processes."""
    done = 0
    for outcomes in _mapped(whole, list(_batches(groups)), workers):
        done += len(outcomes)
        progress(done, groups[done].name if done < len(groups) else "what all together show")
        yield from outcomes


def report(whole: Whole, outcomes: Sequence[Outcome], notes: tuple[str, ...] = ()) -> Report:
    """The report of all outcomes, the repository's own first, with what only all of them together show."""
    reached = {whole.repo.root.resolve() / name for names in {each.reached for each in outcomes} for name in names}
    more = {"discover": discover.orphans(whole.repo, reached), "names": duplicates(whole.repo, outcomes)}
    stages = [_stage(number, name, outcomes, more.get(name, [])) for number, name in enumerate(STAGES)]
    return Report(tuple(stages), sum(each.objects for each in outcomes), notes)


def _stage(number: int, name: str, outcomes: Sequence[Outcome], more: Sequence[Result]) -> Stage:
    found = Gathered(number, outcomes, more)
    return Stage(name, found if len(found) else (vacuous(name),))


def _concerns_all(one: Rendered) -> bool:
    # Operators are Applications' own affair: no prefix is synced by one, nor uses a kind that only their files define.
    return not one.build.platform


def _batches(groups: Iterable[Group]) -> Iterator[list[Group]]:
    rest = iter(groups)
    while some := list(islice(rest, _BATCH)):
        yield some


def _mapped(whole: Whole, batches: Sequence[Sequence[Group]], workers: int) -> Iterator[list[Outcome]]:
    if workers < 2 or len(batches) < 2:
        yield from (_evaluate(whole, each) for each in batches)
        return
    # Forked, so that a worker starts with everything read and imported; no thread runs yet at this point.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, context, _remember, (whole,)) as pool:
        yield from pool.map(_of_worker, batches)


_WHOLE: list[Whole] = []


def _remember(whole: Whole) -> None:
    _WHOLE[:] = [whole]


def _of_worker(groups: Sequence[Group]) -> list[Outcome]:
    return _evaluate(_WHOLE[0], groups)


def _evaluate(whole: Whole, groups: Sequence[Group]) -> list[Outcome]:
    return [outcome(whole.repo, each) for each in batch.check(whole, groups)]


def _with_danger(
    found: Report, whole: Whole, checked: Sequence[Checked], base: str, wanted: Sequence[str] | None
) -> Report:
    rendered = [one for each in checked for one in each.rendered]
    failures = [result for each in checked for result in each.results["render"]]
    extra = stage("danger", lambda: danger.check(whole.repo, rendered, failures, base, wanted))
    at = STAGES.index("render") + 1
    return replace(found, stages=(*found.stages[:at], extra, *found.stages[at:]))
