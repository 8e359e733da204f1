"""SARIF 2.1.0, as code scanning reads it: findings only, each with a rule and a place."""

import hashlib
import json
from typing import Any
from urllib.parse import quote

from mlgate import __version__
from mlgate.checks import explain
from mlgate.checks.model import Report
from mlgate.results import Place, Result, Severity, Status

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def dump(report: Report) -> str:
    """The SARIF document; a run that checked nothing has ``executionSuccessful`` false."""
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    return json.dumps(document, indent=2) + "\n"


def _run(report: Report) -> dict[str, Any]:
    findings = report.findings
    names = {result.code: result.check for result in findings}
    order = {code: number for number, code in enumerate(sorted(names))}
    driver = {
        "name": "mlgate",
        "version": __version__,
        "rules": [_rule(code, names[code]) for code in order],
    }
    ran = not any(result.status is Status.ERROR for result in findings)
    return {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": ran and bool(report.checks)}],
        "columnKind": "unicodeCodePoints",
        "results": [_result(explain.complete(result), order) for result in findings],
    }


def _rule(code: str, check: str) -> dict[str, Any]:
    entry = explain.entries().get(code)
    if entry is None:
        return {"id": code, "shortDescription": {"text": check}}
    text = f"Wrong: {entry.wrong}\nWhy: {entry.why}\nFix: {entry.fix}\nExample: {entry.example}"
    return {
        "id": code,
        "name": check,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.wrong},
        "help": {"text": text},
        "defaultConfiguration": {"level": _LEVELS[Severity(entry.severity)]},
    }


def _result(result: Result, order: dict[str, int]) -> dict[str, Any]:
    fix = f" Fix: {result.fix}" if result.fix else ""
    found: dict[str, Any] = {
        "ruleId": result.code,
        "ruleIndex": order[result.code],
        "level": _LEVELS[result.severity or Severity.ERROR],
        "message": {"text": f"{result.subject}: {result.message or result.check}.{fix}"},
        "locations": [_location(result)],
        "partialFingerprints": {"mlgate/v1": _fingerprint(result)},
    }
    if result.chain:
        found["relatedLocations"] = [_related(number, step) for number, step in enumerate(result.chain)]
    if result.status is Status.SUPPRESSED:
        found["suppressions"] = [{"kind": "external", "justification": result.reason}]
    return found


def _location(result: Result) -> dict[str, Any]:
    return _physical(result.file or result.subject, result.line, result.column, result.end_line)


def _related(number: int, step: Place) -> dict[str, Any]:
    return {"id": number, "message": {"text": step.role or "file"}, **_physical(step.file, step.line, step.column)}


def _physical(file: str, line: int, column: int, end: int = 0) -> dict[str, Any]:
    artifact = {"uri": quote(file, errors="replace"), "uriBaseId": "%SRCROOT%"}
    # Code scanning refuses a result without a region; line 1 stands for the whole file.
    region = {"startLine": line or 1}
    region |= {"startColumn": column} if line and column else {}
    region |= {"endLine": end} if line and end >= line else {}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _fingerprint(result: Result) -> str:
    # Without the line, so that a finding keeps its identity when the file grows above it.
    told = "\0".join((result.code, result.subject, result.file, result.message))
    return hashlib.sha256(told.encode(errors="replace")).hexdigest()
