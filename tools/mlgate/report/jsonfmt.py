"""JSON for programs; the format has a version and a schema, docs/report.schema.json."""

import json
from typing import Any

from mlgate import __version__
from mlgate.checks.explain import complete
from mlgate.checks.model import Report
from mlgate.results import Result, Severity, Status

VERSION = "1"
"""Grows only when a field changes its meaning or goes away."""


def dump(report: Report) -> str:
    """The whole report, VALID results included."""
    return json.dumps(_document(report), indent=2) + "\n"


def _document(report: Report) -> dict[str, Any]:
    return {
        "schemaVersion": VERSION,
        "tool": {"name": "mlgate", "version": __version__},
        "passed": report.passed,
        "verdict": report.verdict,
        "objects": report.objects,
        "checks": report.checks,
        "counts": report.counts,
        "notes": list(report.notes),
        "stages": [
            {"name": stage.name, "results": [_result(result) for result in stage.results]} for stage in report.stages
        ],
    }


def _result(found: Result) -> dict[str, Any]:
    result = complete(found)
    told: dict[str, Any] = {
        "code": result.code,
        "check": result.check,
        "subject": result.subject,
        "status": result.status.value,
        "message": result.message,
        "fix": result.fix,
        "file": result.file,
        "line": result.line,
    }
    return told if result.status is Status.VALID else told | _found(result)


def _found(result: Result) -> dict[str, Any]:
    """What only a finding has."""
    return {
        "severity": (result.severity or Severity.ERROR).value,
        "column": result.column,
        "endLine": result.end_line,
        "chain": [
            {"role": step.role, "file": step.file, "line": step.line, "column": step.column} for step in result.chain
        ],
        **({"reason": result.reason} if result.reason else {}),
    }
