"""A whole run: the repository's own builds first, then the prefixes in batches, then what only all together show."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import islice

from mlgate.checks import batch, discover, together
from mlgate.checks.batch import STAGES, Checked, Whole
from mlgate.checks.cache.outcome import Outcome, outcome
from mlgate.checks.cache.session import Session
from mlgate.checks.known import Known, start
from mlgate.checks.model import Group, Report, stage
from mlgate.repo import Repo

REPO_ONLY = "only apps/ and policy/ were checked, no prefix, as asked with --repo"
WORKERS = 2
_SMALLEST, _BATCH = 8, 25
Progress = Callable[[int, int, str], None]
"""Is told how many prefixes are done, of how many, and what is done next."""


def silent(_done: int, _all: int, _what: str) -> None:
    """No progress."""


def validate(  # noqa: PLR0913 - one parameter for every option
    repo: Repo,
    wanted: Sequence[str] = (),
    *,
    repo_only: bool = False,
    base: str | None = None,
    workers: int = WORKERS,
    progress: Progress = silent,
    session: Session | None = None,
    notes: tuple[str, ...] = (),
) -> Report:
    """Check the prefixes ``wanted`` (all when empty) and what belongs to no prefix.

    With ``base``, a commit, a stage more looks for danger in the step from there to this tree; then all is rendered
    again, whatever ``session`` knows. Raises ``UsageError`` for a prefix that is not set up or a commit that is none,
    ``MissingTool`` and ``ToolFailed``.
    """
    known = Known(repo, session)
    prefixes = [] if repo_only else known.selected(wanted)
    told = (REPO_ONLY, *notes) if repo_only else notes
    if base is not None:
        return _dangerous(known, prefixes, base, None if repo_only else wanted, told)
    progress(0, len(prefixes), "apps/, policy/ and operators")
    outcomes = [known.own(), *_outcomes(known, prefixes, workers, progress)]
    report = together.report(known, outcomes, told, need_prefix=not repo_only)
    if session is not None:
        session.end()
    return report


def _outcomes(known: Known, prefixes: Sequence[str], workers: int, progress: Progress) -> list[Outcome]:
    found = known.groups(prefixes)
    missing = [name for name in prefixes if name not in found]
    if missing:
        known.begin(missing)
        groups = discover.groups(known.repo, missing)[1:]
        done = len(found)
        for outcomes in evaluated(known.whole(), groups, workers):
            known.keep(outcomes)
            found.update((each.name, each) for each in outcomes)
            done += len(outcomes)
            progress(done, len(prefixes), outcomes[-1].name)
    return [found[name] for name in prefixes]


def evaluated(whole: Whole, groups: Sequence[Group], workers: int = WORKERS) -> Iterator[list[Outcome]]:
    """The outcomes of ``groups`` in order, batch by batch; several batches are shared by ``workers`` processes."""
    batches = list(_batches(groups, workers))
    if workers < 2 or len(batches) < 2:
        yield from (_evaluate(whole, each) for each in batches)
        return
    # Forked, so that a worker starts with everything read and imported; no thread runs yet at this point.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, context, _remember, (whole,)) as pool:
        yield from pool.map(_of_worker, batches)


def _batches(groups: Iterable[Group], workers: int) -> Iterator[list[Group]]:
    listed = list(groups)
    size = min(_BATCH, max(_SMALLEST, -(-len(listed) // max(workers, 1))))
    rest = iter(listed)
    while some := list(islice(rest, size)):
        yield some


_WHOLE: list[Whole] = []


def _remember(whole: Whole) -> None:
    _WHOLE[:] = [whole]


def _of_worker(groups: Sequence[Group]) -> list[Outcome]:
    return _evaluate(_WHOLE[0], groups)


def _evaluate(whole: Whole, groups: Sequence[Group]) -> list[Outcome]:
    return [outcome(whole.repo, each) for each in batch.check(whole, groups)]


def _dangerous(
    known: Known, prefixes: Sequence[str], base: str, wanted: Sequence[str] | None, notes: tuple[str, ...]
) -> Report:
    from mlgate.checks import danger

    repo = known.repo
    own, *groups = discover.groups(repo, prefixes)
    whole, first = start(known, own)
    checked: list[Checked] = [first, *(each for some in _batches(groups, 1) for each in batch.check(whole, some))]
    rendered = [one for each in checked for one in each.rendered]
    failures = [result for each in checked for result in each.results["render"]]
    extra = stage("danger", lambda: danger.check(repo, rendered, failures, base, wanted))
    outcomes = [outcome(repo, each) for each in checked]
    found = together.report(Known(repo, None), outcomes, notes, need_prefix=wanted is not None)
    at = STAGES.index("render") + 1
    return replace(found, stages=(*found.stages[:at], extra, *found.stages[at:]))
