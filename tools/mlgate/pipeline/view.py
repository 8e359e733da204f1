"""What a person sees of a run: a live table on a terminal, one line per event elsewhere, a summary at the end."""

import time
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from mlgate.pipeline.execute import Place
from mlgate.pipeline.record import Outcome, Record, State

LAST_LINES = 25
_STYLE = {
    State.PENDING: "dim",
    State.RUNNING: "bold cyan",
    State.SUCCEEDED: "green",
    State.FAILED: "bold red",
    State.SKIPPED: "yellow",
    State.CANCELLED: "yellow",
}


class Lines:
    """One line per event, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._seen: dict[str, State] = {}

    def update(self, record: Record) -> None:
        for task in record.tasks.values():
            if self._seen.get(task.name, State.PENDING) is not task.state:
                self._seen[task.name] = task.state
                self._console.print(_line(task), soft_wrap=True)
                for remark in task.remarks:
                    self._console.print(_remark(remark, f"{'':<12} "), soft_wrap=True)

    def tick(self) -> None:
        """Nothing moves in a log."""

    def close(self) -> None:
        """Nothing to put back."""


class Screen:
    """A table that moves, with the last line of the running step below it."""

    def __init__(self, console: Console, place: Place) -> None:
        self._place = place
        self._record: Record | None = None
        self._since = time.monotonic()
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._live.start()

    def update(self, record: Record) -> None:
        self._record = record
        self._since = time.monotonic()
        self.tick()

    def tick(self) -> None:
        if self._record is not None:
            shown = table(self._record, running_s=time.monotonic() - self._since)
            current = next((t for t in self._record.tasks.values() if t.state is State.RUNNING), None)
            last = _last_line(self._place, current) if current else ""
            self._live.update(Group(shown, Text(last, style="dim", no_wrap=True, overflow="ellipsis")), refresh=True)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._live.stop()


def for_console(console: Console, place: Place) -> Lines | Screen:
    """The view that fits where the output goes."""
    return Screen(console, place) if console.is_terminal else Lines(console)


def table(record: Record, *, running_s: float = 0.0) -> Table:
    """The tasks with state and seconds."""
    found = Table(box=None, pad_edge=False)
    for column in ("task", "state", "seconds", ""):
        found.add_column(column, justify="right" if column == "seconds" else "left")
    for task in record.tasks.values():
        style = _STYLE[task.state]
        seconds = running_s if task.state is State.RUNNING else task.seconds
        spent = f"{seconds:.1f}" if seconds else ""
        remarks = [_remark(remark) for remark in task.remarks]
        said = Text("\n").join([Text(task.reason), *remarks] if task.reason else remarks)
        found.add_row(task.name, Text(task.state.value, style=style), spent, said)
    return found


def summary(console: Console, record: Record, place: Place) -> None:
    """The end of a run: the table, and the last log lines of the step that failed."""
    console.print(table(record))
    failed = record.failed()
    if failed is not None and failed.step:
        log = place.log(failed.name, failed.step)
        console.print(f"\nTask {failed.name}, step {failed.step}, its last lines:", style="bold", highlight=False)
        for line in tail(log):
            console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)


def tail(log: Path, lines: int = LAST_LINES) -> list[str]:
    """The last lines of a log; none when it is not there."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 65536))
            return file.read().decode(errors="replace").splitlines()[-lines:]
    except OSError:
        return []


def _line(task: Outcome) -> Text:
    seconds = f"  {task.seconds:.1f} s" if task.seconds else ""
    reason = f"  {task.reason}" if task.reason else ""
    return Text.assemble(f"{task.name:<12} ", (task.state.value, _STYLE[task.state]), seconds, reason)


def _remark(said: str, indent: str = "") -> Text:
    return Text(indent + said, style="yellow" if said.startswith("WARNING") else "dim")


def _last_line(place: Place, task: Outcome) -> str:
    logs = sorted((place.folder / "logs" / task.name).glob("*.log"), key=lambda log: log.stat().st_mtime)
    return next(iter(tail(logs[-1], 1)), "") if logs else ""
