"""Accepting findings: shown and counted still, but no longer failing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from typing import overload

from mlgate.checks.model import Listing, Report, Stage
from mlgate.checks.suppressions import FILE, Suppression, load
from mlgate.repo import Repo
from mlgate.results import Result, Status

NEVER = frozenset(
    {
        *("MG200", "MG203", "MG232", "MG233", "MG234"),  # nothing was checked
        *("MG211", "MG241", "MG242", "MG243", "MG244", "MG245"),  # the gate
        *("MG271", "MG272"),  # secrets
        *("MG280", "MG281", "MG282", "MG288", "MG289", "MG294", "MG295"),  # the gate is weakened
        *("MG290", "MG291", "MG292", "MG293"),
    }
)
"""Codes that nobody can accept: a gate that could be opened here would be no gate."""


def accepted(repo: Repo, report: Report, today: date, *, whole: bool = True) -> Report:
    """``report`` with what the repository's suppressions accept, and a stage about these when there is their file.

    Only when the ``whole`` repository was checked, one that matches nothing is a finding.
    """
    rules, problems = load(repo)
    if not rules and not problems:
        return report
    stages, used = suppress(report.stages, rules, today)
    told = [_told(rule, rule in used, today, whole=whole) for rule in rules]
    return replace(report, stages=(*stages, Stage("suppressions", (*problems, *told))))


def suppress(
    stages: Sequence[Stage], rules: Sequence[Suppression], today: date
) -> tuple[tuple[Stage, ...], frozenset[Suppression]]:
    """The stages with every INVALID result that a rule accepts made SUPPRESSED, and the rules that accept one.

    A rule that has expired, or names a code of ``NEVER``, accepts nothing. What could not be checked
    (ERROR, SKIPPED) is never accepted: nobody knows what that would be.
    """
    valid = [rule for rule in rules if rule.expires >= today and rule.code not in NEVER]
    used = {_rule(valid, result) for stage in stages for result in stage.findings} - {None}
    known = frozenset(rule for rule in used if rule)
    return (tuple(Stage(stage.name, _Accepting(stage, valid)) for stage in stages) if known else tuple(stages)), known


def _rule(rules: Sequence[Suppression], result: Result) -> Suppression | None:
    if result.status is not Status.INVALID:
        return None
    fits = (
        rule
        for rule in rules
        if rule.code == result.code
        and fnmatchcase(result.subject, rule.subject)
        and fnmatchcase(result.file, rule.file)
    )
    return next(fits, None)


class _Accepting(Listing):
    """The results of a stage, each seen through the rules when it is its turn."""

    def __init__(self, stage: Stage, rules: Sequence[Suppression]) -> None:
        self._stage, self._rules = stage, rules

    def _seen(self, result: Result) -> Result:
        rule = _rule(self._rules, result)
        if rule is None:
            return result
        return replace(result, status=Status.SUPPRESSED, reason=f"{rule.reason} (until {rule.expires}, {rule.place})")

    @property
    def findings(self) -> tuple[Result, ...]:
        return tuple(map(self._seen, self._stage.findings))

    @property
    def counts(self) -> Mapping[Status, int]:
        found = Counter(result.status for result in self.findings)
        return {**found, Status.VALID: len(self) - found.total()}

    def __len__(self) -> int:
        return sum(self._stage.counts.values())

    def __iter__(self) -> Iterator[Result]:
        return map(self._seen, self._stage.results)

    @overload
    def __getitem__(self, index: int) -> Result: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Result, ...]: ...
    def __getitem__(self, index: int | slice) -> Result | tuple[Result, ...]:
        found = self._stage.results[index]
        return self._seen(found) if isinstance(found, Result) else tuple(map(self._seen, found))


def _told(rule: Suppression, used: bool, today: date, *, whole: bool) -> Result:
    """MG290 expired, MG292 matches nothing, MG293 of a code that may not be suppressed; VALID when it is in use."""
    if rule.code in NEVER:
        return _finding("MG293", rule, f"{rule.code} can never be suppressed")
    if rule.expires < today:
        return _finding("MG290", rule, f"the suppression of {rule.code} ended on {rule.expires}, so it accepts nothing")
    if whole and not used:
        return _finding("MG292", rule, f"no finding {rule.code} has subject {rule.subject!r} and file {rule.file!r}")
    return Result(code="MG292", check="suppression", subject=f"{FILE}: {rule.code}", status=Status.VALID)


def _finding(code: str, rule: Suppression, message: str) -> Result:
    return Result(
        code=code,
        check="suppression",
        subject=f"{FILE}: {rule.code}",
        status=Status.INVALID,
        message=message,
        **rule.place.where,
    )
