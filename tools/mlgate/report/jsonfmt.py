"""JSON for programs; the format has a version and a schema beside this module."""

import json
from pathlib import Path
from typing import Any

from mlgate import __version__
from mlgate.checks.model import Report
from mlgate.results import Result

VERSION = "1"
"""Grows only when a field changes its meaning or goes away."""

SCHEMA = Path(__file__).with_name("report.schema.json")


def dump(report: Report) -> str:
    """The whole report, VALID results included."""
    return json.dumps(_document(report), indent=2) + "\n"


def _document(report: Report) -> dict[str, Any]:
    return {
        "version": VERSION,
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


def _result(result: Result) -> dict[str, Any]:
    return {
        "code": result.code,
        "check": result.check,
        "subject": result.subject,
        "status": result.status.value,
        "message": result.message,
        "fix": result.fix,
        "file": result.file,
        "line": result.line,
    }
