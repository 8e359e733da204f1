"""The image's vulnerabilities, judged by Sysdig's policies through its command line scanner."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlgate.errors import ToolFailed
from mlgate.image.registry import Login
from mlgate.pipeline import outside
from mlgate.process import Tool

TOKEN = "SECURE_API_TOKEN"  # noqa: S105 - the variable's name
_CLI = Tool(
    "sysdig-cli-scanner",
    hint="add it to the image of the tools, or remove the Secret sysdig: docs/slack-and-sysdig.md",
    accept=(0, 1),
)
_FAILED = 1
_TIMEOUT_S = 1800
_SEVERITIES = ("critical", "high", "medium", "low", "negligible")
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Sysdig:
    """Where and by which policies, besides those that always apply, an image is judged."""

    url: str
    token: str = field(repr=False)
    policies: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """The scanner's answer; ``summary`` is for a person, one finding a line."""

    passed: bool
    summary: tuple[str, ...]


def scan(image: str, login: Login, sysdig: Sysdig, folder: Path) -> Scan:
    """Scan ``image`` (``repository@sha256:...``), pulled with ``login``, keeping the scanner's files in ``folder``.

    Token and password reach the scanner by variables, never by its arguments. Raises ``MissingTool``, or
    ``ToolFailed`` when the scanner could not judge.
    """
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    wanted = [part for policy in sysdig.policies for part in ("--policy", policy)]
    own = [f"--dbpath={folder / 'db'}", f"--cachepath={folder / 'cache'}", f"--logfile={folder / 'scanner.log'}"]
    args = ["--apiurl", sysdig.url, *wanted, *own, f"--output=json-file={report}", f"pull://{image}"]
    pulled = {"REGISTRY_USER": login.user, "REGISTRY_PASSWORD": login.password} if login.user else {}
    given = {TOKEN: sysdig.token, **pulled}
    done = outside.run(_CLI, args, given=given, cwd=folder, timeout_s=_TIMEOUT_S)
    content = _read(report)
    passed = done.returncode != _FAILED and str(_at(content, "policies").get("globalEvaluation")).lower() != "failed"
    return Scan(passed, tuple(outside.hide(line, sysdig.token) for line in _summary(content)))


def _read(report: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(report.read_text())
    except (OSError, ValueError):
        content = None
    result = content.get("result") if isinstance(content, dict) else None
    if not isinstance(result, dict) or not isinstance(result.get("policies"), dict):
        raise ToolFailed(f"{_CLI.name} ended without a report that can be read", fix="use a version from 1.9 on")
    return result


def _summary(content: Mapping[str, Any]) -> Iterator[str]:
    found = [each for each in _at(content, "vulnerabilities").values() if isinstance(each, dict)]
    counts = Counter(str(each.get("severity")).lower() for each in found)
    yield ", ".join(f"{counts[severity]} {severity}" for severity in _SEVERITIES)
    for policy in _listed(_at(content, "policies"), "evaluations"):
        if str(policy.get("evaluation")).lower() == "failed":
            yield f"policy {policy.get('name')} failed"
            yield from _failed_rules(policy)
    ranked = sorted(found, key=lambda each: (_rank(each), str(each.get("name"))))
    for each in [each for each in ranked if _rank(each) <= 1][:_SHOWN]:
        fixed = f", fixed in {each['fixVersion']}" if each.get("fixVersion") else ""
        yield f"{each.get('name')} {str(each.get('severity')).lower()}{fixed}"


def _failed_rules(policy: Mapping[str, Any]) -> Iterator[str]:
    for bundle in _listed(policy, "bundles"):
        for rule in _listed(bundle, "rules"):
            if str(rule.get("evaluationResult")).lower() == "failed":
                yield f"  {bundle.get('name')}: {rule.get('description')}"


def _rank(vulnerability: Mapping[str, Any]) -> int:
    severity = str(vulnerability.get("severity")).lower()
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def _at(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = content.get(key)
    return found if isinstance(found, dict) else {}


def _listed(content: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = content.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
