"""Workflow commands that GitHub shows beside the changed line."""

from collections import Counter
from collections.abc import Iterator, Sequence

from mlgate.checks.explain import complete
from mlgate.checks.model import Report
from mlgate.report.words import safe
from mlgate.results import Result, Severity, Status

LIMIT = 10
"""Annotations of one level that GitHub shows for one step; it drops the others without a word."""

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def dump(report: Report) -> str:
    """A line for every finding that GitHub shows, how many it would not show, then the verdict as plain text."""
    failing = [result for result in report.findings if result.status is not Status.SUPPRESSED]
    lines = list(_shown(failing))
    lines += [f"::notice::{_data(note)}" for note in report.notes]
    if left := len(failing) - sum(line.startswith("::") and "title=" in line for line in lines):
        lines.append(f"{left} more findings have no annotation, as GitHub shows {LIMIT} of a level; all are in the log")
    return "\n".join([*lines, report.verdict]) + "\n"


def _shown(findings: Sequence[Result]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for result in findings:
        whole = complete(result)
        level = _LEVELS[whole.severity or Severity.ERROR]
        seen[level] += 1
        if seen[level] <= LIMIT:
            yield _annotation(level, whole)


def _annotation(level: str, result: Result) -> str:
    fields = {"file": result.file}
    if result.file:
        fields |= {"line": str(result.line or 1), "endLine": _number(result.end_line), "col": _number(result.column)}
    fields["title"] = f"{result.code} {result.check}"
    where = ",".join(f"{key}={_property(value)}" for key, value in fields.items() if value)
    via = "".join(f"\nvia {step.role} {step}" for step in result.chain)
    fix = f"\nfix: {result.fix}" if result.fix else ""
    return f"::{level} {where}::{_data(f'{result.subject}: {result.message or result.check}{via}{fix}')}"


def _number(number: int) -> str:
    return str(number) if number else ""


def _data(text: str) -> str:
    return safe(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
