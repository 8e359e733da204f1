"""Stage danger: what this tree would do to what the base branch runs."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from mlgate.checks import (
    danger_access,
    danger_base,
    danger_fields,
    danger_gate,
    danger_gone,
    danger_policy,
    danger_projects,
    danger_rules,
    discover,
)
from mlgate.checks import render as renders
from mlgate.checks.danger_base import Base
from mlgate.checks.danger_change import Change
from mlgate.checks.model import Rendered
from mlgate.repo import Repo
from mlgate.results import Result, Status

_RULES = (danger_gate, danger_fields, danger_gone, danger_access, danger_policy, danger_rules, danger_projects)
_EMPTY = "renders to nothing"


def check(
    repo: Repo, rendered: Sequence[Rendered], failures: Sequence[Result], revision: str, wanted: Sequence[str] | None
) -> list[Result]:
    """MG280 the base could not be rendered, MG281 to MG289, MG294 to MG296 a danger in the step from it to here.

    ``failures`` are the results of the stage render; ``wanted`` limits the prefixes, empty for all, None for none.
    Raises ``UsageError`` when ``revision`` names no commit, and ``ToolFailed``.
    """
    with tempfile.TemporaryDirectory(prefix="mlgate-base-") as folder:
        base = danger_base.extract(repo, revision, Path(folder).resolve())
        if heavy := danger_base.heavy(base):
            return heavy
        before, results = render(base, wanted)
        return [*results, *compare(repo, base, before, rendered, failures)]


def compare(
    repo: Repo, base: Base, before: Sequence[Rendered], rendered: Sequence[Rendered], failures: Sequence[Result]
) -> list[Result]:
    """One VALID result for each build of the base, and every danger; the arguments are those of ``check``."""
    change = Change(repo, base, before, rendered, *_failed(failures))
    compared = [_compared(change, one) for one in before]
    return [*compared, *(result for rule in _RULES for result in rule.check(change))]


def render(base: Base, wanted: Sequence[str] | None) -> tuple[list[Rendered], list[Result]]:
    """The builds of the base, and MG280 for each that fails; ``wanted`` as in ``check``."""
    there = base.repo.prefixes()
    prefixes = [] if wanted is None else [name for name in there if name in wanted or not wanted]
    rendered, results = renders.render(base.repo, discover.builds(base.repo, prefixes))
    bad = [result for result in results if result.status is Status.ERROR and _EMPTY not in result.message]
    return rendered, [_unknown(base, result) for result in bad]


def _failed(results: Sequence[Result]) -> tuple[frozenset[str], frozenset[str]]:
    failed = [result for result in results if result.status is Status.ERROR]
    empty = frozenset(result.subject for result in failed if _EMPTY in result.message)
    return frozenset(result.subject for result in failed) - empty, empty


def _compared(change: Change, one: Rendered) -> Result:
    return Result(code="MG280", check="danger", subject=change.folder(one.build, base=True), status=Status.VALID)


def _unknown(base: Base, failure: Result) -> Result:
    return Result(
        code="MG280",
        check="danger",
        subject=failure.subject,
        status=Status.ERROR,
        message=f"{base.name} does not build, so nothing can be compared with it: {failure.message}",
        fix="repair the base branch first, or compare with the last commit that builds",
        file=failure.file,
        line=failure.line,
    )
