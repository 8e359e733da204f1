"""What a run tells people: released, denied or failed, as a Slack message with a text for those who see no blocks."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlgate import settings, thresholds
from mlgate.gate import explain
from mlgate.pipeline import release, workspace
from mlgate.repo import Repo

ACTION = "promote-to-stage"
"""``action_id`` of the button; its value is the JSON object {prefix, digest, commit}."""

_LIMIT = 2900  # Slack refuses a section of more than 3000 characters
_SUCCEEDED = "Succeeded"
_FAILED = "Failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as ``finally`` sees it; ``states`` maps tasks to Succeeded, Failed or None."""

    name: str
    prefix: str
    status: str
    states: Mapping[str, str]
    source: Path
    interactive: bool = False

    @property
    def root(self) -> Path:
        return self.source / "repo"


def compose(run: Run) -> dict[str, Any]:
    """The message of ``run``; raises ``SettingsError`` or ``ToolFailed`` when the workspace does not hold its parts."""
    if run.states.get("promote") == _SUCCEEDED and run.status != _FAILED:
        return _released(run)
    reasons = workspace.denial(run.source) if run.states.get("gate") == _FAILED else ()
    return _denied(run, reasons) if reasons else _failed(run)


def _released(run: Run) -> dict[str, Any]:
    commit, digest = Repo(run.root).head(), workspace.image(run.source).rpartition("@")[2]
    message = _message(f"{run.prefix}: released", [*_measured(run), *_unchecked(run), *_where(run, commit)])
    if run.interactive:
        reference = {"prefix": run.prefix, "digest": digest, "commit": commit}
        message["blocks"].append({"type": "actions", "elements": [_button(reference)]})
    return message


def _denied(run: Run, reasons: tuple[str, ...]) -> dict[str, Any]:
    why = [f"• {reason}" for reason in reasons]
    how = explain.explain(run.root, run.prefix).splitlines()
    commit = Repo(run.root).head()
    return _message(f"{run.prefix}: denied by the gate", [*_measured(run), *why, *how, *_where(run, commit)])


def _failed(run: Run) -> dict[str, Any]:
    tasks = [name for name, state in run.states.items() if state == _FAILED]
    said = f"Task {', '.join(tasks)} failed." if tasks else f"The run ended as {run.status}."
    # Without its clone, what lies in the workspace is of another run.
    commit = Repo(run.root).head() if run.states.get("clone") == _SUCCEEDED else ""
    return _message(f"{run.prefix}: the run failed", [said, *_where(run, commit)])


def _measured(run: Run) -> Iterator[str]:
    required = settings.load(Repo(run.root).settings_file(run.prefix)).accuracy
    yield f"Accuracy {release.percent(workspace.report(run.source))}, required {thresholds.spoken(required)}"
    yield f"Image {workspace.image(run.source)}"


def _unchecked(run: Run) -> Iterator[str]:
    for task, words in (("quality", "The code's quality was not checked."), ("scan", "The image was not scanned.")):
        if run.states.get(task) != _SUCCEEDED or workspace.skipped(run.source, task):
            yield words


def _where(run: Run, commit: str) -> Iterator[str]:
    if commit:
        yield f"Commit {commit}"
    yield f"Run {run.name}"


def _message(title: str, lines: list[str]) -> dict[str, Any]:
    heading = escape(title)
    body = _cut([escape(line) for line in lines])
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": f"*{heading}*\n{body}"}}]
    return {"text": f"{heading}: {escape(lines[0])}", "blocks": blocks}


def _cut(lines: list[str]) -> str:
    # A whole line goes, so that no escape is cut in half.
    while len("\n".join(lines)) > _LIMIT:
        lines.remove(max(lines, key=len))
    return "\n".join(lines)


def _button(reference: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": ACTION,
        "text": {"type": "plain_text", "text": "Promote to stage"},
        "style": "primary",
        "value": json.dumps(reference),
    }


def escape(text: str) -> str:
    """``text`` so that Slack shows it as it is: no link, no mention, no channel is made of it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
