"""Workflow commands that GitHub shows beside the changed line."""

from mlgate.checks.model import Report
from mlgate.report.words import safe
from mlgate.results import Result, Status


def dump(report: Report) -> str:
    """One line for every finding, then the verdict as plain text."""
    lines = [_annotation(result) for result in report.findings]
    lines += [f"::notice::{_data(note)}" for note in report.notes]
    return "\n".join([*lines, report.verdict]) + "\n"


def _annotation(result: Result) -> str:
    level = "warning" if result.status is Status.SKIPPED else "error"
    fields = {"file": result.file, "line": str(result.line or 1) if result.file else "", "title": _title(result)}
    where = ",".join(f"{key}={_property(value)}" for key, value in fields.items() if value)
    fix = f"\nfix: {result.fix}" if result.fix else ""
    return f"::{level} {where}::{_data(f'{result.subject}: {result.message or result.check}{fix}')}"


def _title(result: Result) -> str:
    return f"{result.code} {result.check}"


def _data(text: str) -> str:
    return safe(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
