"""What a run did: kept in memory, written to run.json after every change."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from mlgate.errors import UsageError
from mlgate.files import write_atomic

FILE = "run.json"


class State(Enum):
    """State of a task or a run, in Tekton's words."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    SKIPPED = "Skipped"
    CANCELLED = "Cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One task. Times are UTC in ISO format; ``exit_code`` and ``step`` are those of the step that failed.

    ``remarks`` are what its steps said to every reader: lines that begin with WARNING or NOTE.
    """

    name: str
    state: State = State.PENDING
    reason: str = ""
    attempts: int = 0
    started: str = ""
    finished: str = ""
    seconds: float = 0.0
    exit_code: int = 0
    step: str = ""
    results: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A run with its tasks in the order of execution."""

    run: str
    pipeline: str
    state: State
    started: str
    finished: str = ""
    params: Mapping[str, Any]
    notes: tuple[str, ...]
    tasks: Mapping[str, Outcome]
    results: Mapping[str, str] = field(default_factory=dict)

    def failed(self) -> Outcome | None:
        """The first task that failed."""
        return next((task for task in self.tasks.values() if task.state is State.FAILED), None)


def now() -> str:
    """The time, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def write(record: Record, folder: Path) -> None:
    """Replace ``folder``/run.json."""
    content = asdict(record) | {"tasks": [asdict(task) for task in record.tasks.values()]}
    write_atomic(folder / FILE, json.dumps(content, indent=2, default=_plain) + "\n")


def read(folder: Path) -> dict[str, Any]:
    """The content of ``folder``/run.json; raises ``UsageError``."""
    try:
        content = json.loads((folder / FILE).read_text())
    except (OSError, ValueError) as err:
        raise UsageError(f"{folder} holds no readable {FILE}: {err}") from None
    if not isinstance(content, dict):
        raise UsageError(f"{folder / FILE} is not a record of a run")
    return content


def _plain(value: object) -> Any:
    return value.value if isinstance(value, Enum) else str(value)
