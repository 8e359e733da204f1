"""Text for people: grouped by stage, findings first, the verdict last."""

import io
from pathlib import Path

from rich.console import Console
from rich.text import Text

from mlgate.checks.explain import complete
from mlgate.checks.model import Report, Stage
from mlgate.report.excerpt import excerpt
from mlgate.report.words import place, safe
from mlgate.results import Result, Severity, Status

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def plain(report: Report) -> str:
    """The report without colour, as it is written to files and pipes."""
    out = io.StringIO()
    write(report, Console(file=out, color_system=None, width=120, force_terminal=False))
    return out.getvalue()


def write(report: Report, console: Console) -> None:
    """Print to ``console``, which decides about colour by what it is attached to."""
    for stage in report.stages:
        _stage(stage, report.root, console)
    for note in report.notes:
        _line(console, Text(f"note: {note}", style="yellow"))
    _line(console, Text(report.verdict, style="bold green" if report.passed else "bold red"))


def _stage(stage: Stage, root: Path | None, console: Console) -> None:
    accepted = stage.counts.get(Status.SUPPRESSED, 0)
    failures = len(stage.findings) - accepted
    valid = len(stage.results) - len(stage.findings)
    mark, style = ("FAIL", "red") if failures else ("ok  ", "green")
    told = f", {failures} findings" if failures else ""
    told += f", {accepted} suppressed" if accepted else ""
    _line(console, Text.assemble((mark, style), f" {stage.name}: {valid} valid{told}"))
    for result in stage.findings:
        _finding(complete(result), root, console)


def _finding(result: Result, root: Path | None, console: Console) -> None:
    severity = result.severity or Severity.ERROR
    word = "suppressed" if result.status is Status.SUPPRESSED else severity.value
    style = "dim" if result.status is Status.SUPPRESSED else _STYLES[severity]
    head = Text.assemble("  ", (f"{word} {result.code}", style), " ", (place(result), "bold"))
    _line(console, head)
    named = "" if result.subject == result.file else f"{result.subject}: "
    message = (result.message or result.check).replace("\n", "\n      ")
    _line(console, Text(f"      {named}{message}"))
    for line in excerpt(root, result) if root else ():
        _line(console, Text(f"      {line}", style="blue"))
    for step in result.chain:
        _line(console, Text(f"      via {step.role or 'file'} {step}", style="dim"))
    if result.reason:
        _line(console, Text(f"      accepted: {result.reason}"))
    if result.fix:
        _line(console, Text(f"      fix: {result.fix}", style="cyan"))


def _line(console: Console, line: Text) -> None:
    # soft_wrap: a path that is broken over two lines cannot be clicked or copied.
    line.plain = safe(line.plain)
    console.print(line, soft_wrap=True, highlight=False)
