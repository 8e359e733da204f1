"""The groups of a run in batches, shared by a few processes."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import replace
from itertools import islice

from mlgate.checks import batch
from mlgate.checks.batch import Whole
from mlgate.checks.cache.outcome import Outcome, outcome
from mlgate.checks.model import Group

WORKERS = 2
_SMALLEST, _BATCH = 8, 25
Told = Callable[[str], None]
"""Is told what runs now, in words."""


def evaluated(whole: Whole, groups: Sequence[Group], workers: int, now: Told) -> Iterator[list[Outcome]]:
    """The outcomes of ``groups``, batch by batch as they are done; the repository's own builds are a batch too.

    Raises what the first batch that fails raises, whichever fails first.
    """
    batches = list(_batches(groups, workers))
    if workers < 2 or len(batches) < 2:
        for each in batches:
            now(_words([each]))
            yield _evaluate(whole, each)
        return
    # Forked, so that a worker starts with everything read and imported; no thread runs yet at this point.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, context, _remember, (whole,)) as pool:
        yield from _gathered({pool.submit(_of_worker, each): each for each in batches}, workers, now)


def _gathered(tasks: dict[Future[list[Outcome]], list[Group]], workers: int, now: Told) -> Iterator[list[Outcome]]:
    left = list(tasks)
    try:
        now(_words([tasks[each] for each in left[:workers]]))
        for done in as_completed(tasks):
            left.remove(done)
            now(_words([tasks[each] for each in left[:workers]]))
            if done.exception():
                break
            yield done.result()
        for each in tasks:  # all that come before the failed one are awaited: the same words on every machine
            each.result()
    finally:
        for each in left:
            each.cancel()


def _words(batches: Sequence[Sequence[Group]]) -> str:
    """What is in the batches that run."""
    return ", ".join(
        f"{some[0].name} to {some[-1].name}" if len(some) > 1 else some[0].name or "apps/, policy/ and operators"
        for some in batches
    )


def _batches(groups: Iterable[Group], workers: int) -> Iterator[list[Group]]:
    own = [group for group in groups if not group.name]
    if own:
        yield own
    listed = [group for group in groups if group.name]
    yield from prefix_batches(listed, workers)


def prefix_batches(groups: Sequence[Group], workers: int = 1) -> Iterator[list[Group]]:
    """Prefixes that are looked at together: enough for each process to be worth its start, and not all at once."""
    size = min(_BATCH, max(_SMALLEST, -(-len(groups) // max(workers, 1))))
    rest = iter(groups)
    while some := list(islice(rest, size)):
        yield some


_WHOLE: list[Whole] = []


def _remember(whole: Whole) -> None:
    _WHOLE[:] = [whole]


def _of_worker(groups: Sequence[Group]) -> list[Outcome]:
    return _evaluate(_WHOLE[0], groups)


def _evaluate(whole: Whole, groups: Sequence[Group]) -> list[Outcome]:
    if not groups[0].name:
        # It stands for itself: what prefixes see of it would be told twice.
        return [outcome(whole.repo, batch.check_own(replace(whole, own=(), projects={}), groups[0]))]
    return [outcome(whole.repo, each) for each in batch.check(whole, groups)]
