"""Run the committed Pipeline on this machine, and look at it and at its runs."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from mlgate import repo as repos
from mlgate.errors import FOUND, OK, UsageError
from mlgate.pipeline import graph, order, record, run, start, view
from mlgate.pipeline.child import listening
from mlgate.pipeline.record import Record, State
from mlgate.repo import Repo

GATE = "gate"
CHECKS = ("quality", "scan")
PROMOTE = "promote"
_FAILED = 3
_STOPPED = 130

_prefix = click.option("--prefix", required=True, help="The prefix, a folder of overlays/.")
_repo = click.option("--repo", type=click.Path(path_type=Path, file_okay=False), help="A clone; default: the one here.")


@click.group(name="pipeline")
def command() -> None:
    """Run the committed Tekton Pipeline on this machine; look at its graph and its runs."""


@command.command(name="run")
@_prefix
@_repo
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter of the Pipeline.")
@click.option("--data", type=click.Path(path_type=Path), help="CSV of transactions instead of the settings' source.")
@click.option("--no-promote", is_flag=True, help="Stop after the gate.")
def run_command(prefix: str, repo: Path | None, params: Sequence[str], data: Path | None, no_promote: bool) -> int:
    """Run every task in order, from clone to promote.

    Exits 0 when all tasks succeeded, 1 when the gate denied the model or a check failed, 2 when nothing could start,
    3 otherwise.
    """
    here = _known(repo, prefix)
    if data is not None and not data.is_file():
        raise UsageError(f"{data} is not a file", fix="pass a CSV with the columns Time, V1..V28, Amount, Class")
    left_out = frozenset({PROMOTE}) if no_promote else frozenset[str]()
    wish = start.Wish(prefix=prefix, params=_pairs(params), data=data, left_out=left_out)
    console = Console()
    with listening() as stop:
        prepared = start.prepare(here, wish)
        console.print(f"Run {prepared.place.run}", highlight=False)
        watched = view.for_console(console, prepared.place)
        try:
            done = run.execute(prepared.pipeline, prepared.params, prepared.place, view=watched, stop=stop)
        finally:
            watched.close()
    view.summary(console, done, prepared.place)
    console.print(f"\n{verdict(done)}  Logs: mlgate pipeline logs {done.run}", highlight=False, soft_wrap=True)
    return exit_code(done)


def exit_code(done: Record) -> int:
    """0, or 1 for a denied gate or a failed check, 130 for a stopped run, 3 for any other failure."""
    if done.state is State.SUCCEEDED:
        return OK
    if done.state is State.CANCELLED:
        return _STOPPED
    return FOUND if denied(done) or failed_check(done) else _FAILED


def denied(done: Record) -> bool:
    """True when the gate is what failed, and it failed by its verdict."""
    return _verdict_of(done, (GATE,)) == GATE


def failed_check(done: Record) -> str:
    """The check that failed by what it found; "" when another task or none is what failed."""
    return _verdict_of(done, CHECKS)


def _verdict_of(done: Record, tasks: Sequence[str]) -> str:
    failed = done.failed()
    return failed.name if failed is not None and failed.name in tasks and failed.exit_code == FOUND else ""


def verdict(done: Record) -> str:
    """One sentence for the end of a run."""
    if denied(done):
        return "The gate denied the model."
    if check := failed_check(done):
        return f"The check {check} failed."
    failed = done.failed()
    return f"Task {failed.name} failed: {failed.reason}." if failed else f"The run is {done.state.value.lower()}."


@command.command(name="graph")
@_prefix
@_repo
@click.option("--format", "form", type=click.Choice(["text", "mermaid"]), default="text", show_default=True)
def graph_command(prefix: str, repo: Path | None, form: str) -> None:
    """Show the tasks and what they wait for, as the working tree has them."""
    pipeline = start.rendered(_known(repo, prefix).overlay(prefix) / "cicd")
    order.check(pipeline)
    click.echo(graph.mermaid(pipeline) if form == "mermaid" else graph.text(pipeline))


@command.command(name="list")
@_repo
def list_command(repo: Path | None) -> None:
    """List the runs of this clone, oldest first."""
    for folder in _runs(repos.find(repo)):
        content = record.read(folder)
        click.echo(f"{folder.parent.name}  {folder.name}  {content['state']:<10}  {content['started']}")


@command.command(name="logs")
@click.argument("run_name", metavar="RUN")
@click.argument("task", required=False)
@_repo
def logs_command(run_name: str, task: str | None, repo: Path | None) -> None:
    """Print the logs of a run, or of one of its tasks."""
    folders = [folder for folder in _runs(repos.find(repo)) if folder.name == run_name]
    if not folders:
        raise UsageError(f"there is no run {run_name!r}", fix="mlgate pipeline list")
    names = [entry["name"] for entry in record.read(folders[0])["tasks"]]
    if task is not None and task not in names:
        raise UsageError(f"the run has no task {task!r}", fix=f"its tasks: {', '.join(names)}")
    for name in [task] if task else names:
        for log in sorted((folders[0] / "logs" / name).glob("*.log")):
            click.echo(f"--- {name}/{log.stem}")
            click.echo(log.read_text(errors="replace"))


def _known(repo: Path | None, prefix: str) -> Repo:
    here = repos.find(repo)
    here.require(prefix)
    return here


def _runs(here: Repo) -> list[Path]:
    found = (here.build / "runs").glob(f"*/*/{record.FILE}")
    return sorted((file.parent for file in found), key=lambda folder: folder.name)


def _pairs(params: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for param in params:
        name, equals, value = param.partition("=")
        if not equals or not name:
            raise UsageError(f"--param {param!r} is not NAME=VALUE")
        pairs[name] = value
    return pairs
