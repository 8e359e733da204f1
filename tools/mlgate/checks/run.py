"""A whole run: the repository's own builds and the prefixes in batches, then what only all together show."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from mlgate.checks import batch, discover, together
from mlgate.checks.batch import STAGES, Checked
from mlgate.checks.cache.outcome import Outcome, outcome
from mlgate.checks.cache.session import Session
from mlgate.checks.known import Known, start
from mlgate.checks.model import Report, stage
from mlgate.checks.workers import WORKERS, evaluated, prefix_batches
from mlgate.repo import Repo

REPO_ONLY = "only apps/ and policy/ were checked, no prefix, as asked with --repo"
Progress = Callable[[int, int, str], None]
"""Is told how many groups are done, of how many, and what is looked at now."""


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
    outcomes = _outcomes(known, prefixes, workers, progress)
    progress(len(outcomes), len(outcomes), "what only all together show")
    report = together.report(known, outcomes, told, need_prefix=not repo_only)
    if session is not None:
        session.end()
    return report


def _outcomes(known: Known, prefixes: Sequence[str], workers: int, progress: Progress) -> list[Outcome]:
    names = ["", *prefixes]
    progress(0, len(names), "what is known already")
    found = known.outcomes(prefixes)
    missing = [name for name in names if name not in found]
    if missing:
        known.begin(missing)
        groups = [group for group in discover.groups(known.repo, filter(None, missing)) if group.name not in found]
        batches = evaluated(known.whole(), groups, workers, lambda what: progress(len(found), len(names), what))
        for outcomes in batches:
            known.keep(outcomes)
            found.update((each.name, each) for each in outcomes)
    return [found[name] for name in names]


def _dangerous(
    known: Known, prefixes: Sequence[str], base: str, wanted: Sequence[str] | None, notes: tuple[str, ...]
) -> Report:
    from mlgate.checks import danger

    repo = known.repo
    own, *groups = discover.groups(repo, prefixes)
    whole, first = start(known, own)
    checked: list[Checked] = [first, *(each for some in prefix_batches(groups) for each in batch.check(whole, some))]
    rendered = [one for each in checked for one in each.rendered]
    failures = [result for each in checked for result in each.results["render"]]
    extra = stage("danger", lambda: danger.check(repo, rendered, failures, base, wanted))
    outcomes = [outcome(repo, each) for each in checked]
    found = together.report(Known(repo, None), outcomes, notes, need_prefix=wanted is not None)
    at = STAGES.index("render") + 1
    return replace(found, stages=(*found.stages[:at], extra, *found.stages[at:]))
