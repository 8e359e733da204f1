"""SARIF 2.1.0, as code scanning reads it: findings only, each with a rule and a place."""

import hashlib
import json
from typing import Any
from urllib.parse import quote

from mlgate import __version__
from mlgate.checks.model import Report
from mlgate.results import Result, Status

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Status.INVALID: "error", Status.ERROR: "error", Status.SKIPPED: "warning"}


def dump(report: Report) -> str:
    """The SARIF document; a run that checked nothing has ``executionSuccessful`` false."""
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    return json.dumps(document, indent=2) + "\n"


def _run(report: Report) -> dict[str, Any]:
    rules = {result.code: result.check for result in report.findings}
    driver = {
        "name": "mlgate",
        "version": __version__,
        "rules": [{"id": code, "shortDescription": {"text": rules[code]}} for code in sorted(rules)],
    }
    ran = not any(result.status is Status.ERROR for result in report.findings)
    order = sorted(rules)
    return {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": ran and bool(report.checks)}],
        "columnKind": "unicodeCodePoints",
        "results": [_result(result, order) for result in report.findings],
    }


def _result(result: Result, order: list[str]) -> dict[str, Any]:
    fix = f" Fix: {result.fix}" if result.fix else ""
    return {
        "ruleId": result.code,
        "ruleIndex": order.index(result.code),
        "level": _LEVELS[result.status],
        "message": {"text": f"{result.subject}: {result.message or result.check}.{fix}"},
        "locations": [_location(result)],
        "partialFingerprints": {"mlgate/v1": _fingerprint(result)},
    }


def _location(result: Result) -> dict[str, Any]:
    artifact = {"uri": quote(result.file or result.subject, errors="replace"), "uriBaseId": "%SRCROOT%"}
    # Code scanning refuses a result without a region; line 1 stands for the whole file.
    return {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": result.line or 1}}}


def _fingerprint(result: Result) -> str:
    # Without the line, so that a finding keeps its identity when the file grows above it.
    told = "\0".join((result.code, result.subject, result.file, result.message))
    return hashlib.sha256(told.encode(errors="replace")).hexdigest()
