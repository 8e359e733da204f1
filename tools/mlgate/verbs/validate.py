"""``mlgate validate``: what a reviewer would have to check, checked."""

from pathlib import Path

import click
from rich.console import Console

from mlgate import repo as repos
from mlgate import report as reports
from mlgate.checks import run
from mlgate.checks.model import Report
from mlgate.errors import FOUND, OK, ToolFailed, UsageError
from mlgate.files import write_atomic
from mlgate.report import text


@click.command(name="validate")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--prefix", "prefixes", multiple=True, help="Only this prefix; may be repeated. Default: all.")
@click.option("--format", "form", type=click.Choice(list(reports.FORMATS)), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write; default: the screen.")
@click.option("--repo", "repo_only", is_flag=True, help="Only what belongs to no prefix: apps/ and policy/.")
@click.option("--base", metavar="REV", help="Also find what is dangerous in the step from this commit.")
def command(  # noqa: PLR0913 - one parameter for every option
    path: Path | None, prefixes: tuple[str, ...], form: str, output: Path | None, *, repo_only: bool, base: str | None
) -> int:
    """Render and check every overlay of the clone at PATH (default: here).

    With --base a pull request is held against its base branch; a branch that is behind must be rebased first.
    Stages: discover, settings, render, schema, policy, names. Exit codes: 0 ok, 1 findings, 2 usage, 3 a tool failed.
    """
    if repo_only and prefixes:
        raise UsageError("--repo and --prefix exclude each other", fix="leave one of them out")
    if path is not None and not path.is_dir():
        raise UsageError(f"{path} is not a folder", fix="pass the folder of a clone")
    report = run.validate(repos.find(path), prefixes, repo_only=repo_only, base=base)
    _show(report, form, output)
    return OK if report.passed else FOUND


def _show(report: Report, form: str, output: Path | None) -> None:
    if output is None and form == "text":
        text.write(report, Console())
        return
    document = reports.FORMATS[form](report)
    if output is None:
        click.echo(document, nl=False)
        return
    try:
        write_atomic(output, document)
    except OSError as err:
        raise ToolFailed(f"{output} could not be written: {err.strerror}") from None
    click.echo(f"{report.verdict} ({output})", err=True)
