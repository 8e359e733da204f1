"""The code's quality, judged by SonarQube: pysonar analyses, the server's quality gate answers."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlgate.errors import ToolFailed
from mlgate.pipeline import outside
from mlgate.process import Tool

_SCANNER = Tool("pysonar", hint="add it to the image of the tools (pip install pysonar)")
_SCAN_TIMEOUT_S = 1800
_TASK_FILE = "report-task.txt"


@dataclass(frozen=True, slots=True)
class Server:
    """A SonarQube; ``token`` reaches the scanner by the variable SONAR_TOKEN, never by its arguments."""

    url: str
    token: str

    def get(self, path: str, **query: str) -> Mapping[str, Any]:
        """The JSON object that the web API answers."""
        return outside.get(f"{self.url}/{path}", query, token=self.token)


@dataclass(frozen=True, slots=True)
class Gate:
    """The quality gate's answer: ``failed`` has one line for each condition that is not met."""

    passed: bool
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for the server's own analysis, and how long between questions, in seconds."""

    limit_s: float
    pause_s: float = 2.0


def check(root: Path, project: str, server: Server, folder: Path, patience: Patience) -> Gate:
    """Analyse the sources in ``root`` as ``project``, keeping the scanner's files in ``folder``, and ask the gate.

    Raises ``MissingTool``, or ``ToolFailed`` when the analysis failed, took too long, or the project has no gate.
    """
    task_file = folder / _TASK_FILE
    task_file.unlink(missing_ok=True)
    places = {"projectKey": project, "projectBaseDir": root, "sources": ".", "working.directory": folder}
    args = [f"-Dsonar.{name}={value}" for name, value in places.items()]
    given = {"SONAR_HOST_URL": server.url, "SONAR_TOKEN": server.token}
    outside.run(_SCANNER, args, given=given, cwd=folder, timeout_s=_SCAN_TIMEOUT_S)
    return _gate(server, _analysed(server, _task(task_file), patience))


def _task(file: Path) -> str:
    """The task on the server that the scanner's report waits in."""
    try:
        pairs = [line.partition("=") for line in file.read_text().splitlines()]
    except (OSError, ValueError):
        pairs = []
    task = {key: value for key, _, value in pairs}.get("ceTaskId", "")
    if not task:
        raise ToolFailed(f"{_SCANNER.name} ended without naming the server's task in {_TASK_FILE}")
    return task


def _analysed(server: Server, task: str, patience: Patience) -> str:
    """Wait for the server and return the analysis that it made."""
    deadline = time.monotonic() + patience.limit_s
    while True:
        found = server.get("api/ce/task", id=task).get("task")
        state = found.get("status") if isinstance(found, dict) else None
        if isinstance(found, dict) and state == "SUCCESS" and found.get("analysisId"):
            return str(found["analysisId"])
        if state not in ("PENDING", "IN_PROGRESS"):
            raise ToolFailed(f"SonarQube's analysis ended as {state}")
        if time.monotonic() >= deadline:
            raise ToolFailed(f"SonarQube's analysis is {state} after {patience.limit_s:g} s")
        time.sleep(patience.pause_s)


def _gate(server: Server, analysis: str) -> Gate:
    found = server.get("api/qualitygates/project_status", analysisId=analysis).get("projectStatus")
    status = found.get("status") if isinstance(found, dict) else None
    if not isinstance(found, dict) or status not in ("OK", "ERROR"):
        raise ToolFailed(f"SonarQube's quality gate answered {status}", fix="give the project a quality gate")
    conditions = found.get("conditions")
    each = conditions if isinstance(conditions, list) else []
    failed = tuple(_said(one) for one in each if isinstance(one, dict) and one.get("status") == "ERROR")
    return Gate(status == "OK", failed)


def _said(condition: Mapping[str, Any]) -> str:
    limit = {"LT": "at least", "GT": "at most"}.get(str(condition.get("comparator")), "")
    reached, required = condition.get("actualValue"), condition.get("errorThreshold")
    return " ".join(f"{condition.get('metricKey')}: {reached}, required {limit} {required}".split())
