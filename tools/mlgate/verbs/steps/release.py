"""From the report to the release: gate, admit, promote, and the sum of the run."""

import json
import os
from dataclasses import replace
from pathlib import Path

import click

from mlgate.errors import FOUND, OK
from mlgate.files import write_atomic
from mlgate.pipeline import workspace
from mlgate.repo import Repo
from mlgate.verbs.steps import options


@click.command()
@options.source
@options.prefix
def gate(source: Path, prefix: str) -> int:
    """Judge the report by the threshold of the clone; exits 1 when it is denied."""
    from mlgate.gate import explain
    from mlgate.pipeline import constraints

    workspace.judged(source, None)
    report = workspace.report(source)
    verdict = constraints.accuracy(source / "repo", prefix, report)
    workspace.judged(source, verdict)
    click.echo(explain.said(verdict))
    if not verdict.allowed:
        click.echo(explain.explain(source / "repo", prefix))
    return OK if verdict.allowed else FOUND


@click.command()
@options.source
def admit(source: Path) -> None:
    """Create the report in the cluster, where admission judges it once more."""
    from mlgate.process import Tool

    done = Tool("kubectl").run(["create", "--filename", str(source / workspace.REPORT)])
    click.echo(done.stdout.strip())


@click.command()
@options.source
@options.prefix
@options.model_path
@options.option("branch", help="The branch that Argo CD follows.")
def promote(source: Path, prefix: str, model_path: str, branch: str) -> int:
    """Commit image digest and report to the branch, judged once more; exits 1 when the gate denies."""
    from mlgate import settings
    from mlgate.pipeline import promote as promotion
    from mlgate.pipeline import release

    root = source / "repo"
    wanted = release.build(
        prefix,
        workspace.image(source),
        workspace.report(source),
        workspace.model_folder(source, model_path),
        kind=settings.load(Repo(root).settings_file(prefix)).choices["serving"],
    )
    wanted = replace(wanted, reference=workspace.reference(source))
    done = promotion.promote(root, branch, wanted)
    for reason in done.verdict.reasons:
        click.echo(f"denied: {reason}")
    if not done.verdict.allowed:
        return FOUND
    said = promotion.message(root, wanted)
    click.echo(f"{done.commit[:12]} {said}" if done.commit else f"nothing to do, {branch} has it already: {said}")
    workspace.result("commit", done.commit)
    return OK


@click.command()
@options.source
@options.option("tasks-status", help="The Pipeline's $(tasks.status).")
@options.option("run", required=False, default="", help="The run's name.")
def report(source: Path, tasks_status: str, run: str) -> None:
    """Sum the run up in report.json, whatever happened before."""
    files = {"image": workspace.IMAGE, "metrics": "metrics.json"}
    found = {key: json.loads((source / name).read_text()) for key, name in files.items() if (source / name).is_file()}
    states = {k.removeprefix("STATUS_").lower(): v for k, v in sorted(os.environ.items()) if k.startswith("STATUS_")}
    content = {"run": run, "status": tasks_status, "tasks": states, **found}
    write_atomic(source / "report.json", json.dumps(content, indent=2) + "\n")
    click.echo(f"the run is {tasks_status}")
