"""``mlgate validate``: what a reviewer would have to check, checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from mlgate import cluster
from mlgate import repo as repos
from mlgate import report as reports
from mlgate.checks import run
from mlgate.checks.argo.follow import Options
from mlgate.checks.argo.run import validate_foreign
from mlgate.checks.model import Report
from mlgate.errors import FOUND, OK, ToolFailed, UsageError
from mlgate.files import write_atomic
from mlgate.repo import Repo
from mlgate.report import text

_FILE = click.Path(path_type=Path)


@click.command(name="validate")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--prefix", "prefixes", multiple=True, help="Only this prefix; may be repeated. Default: all.")
@click.option("--format", "form", type=click.Choice(list(reports.FORMATS)), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write; default: the screen.")
@click.option("--repo", "repo_only", is_flag=True, help="Only what belongs to no prefix: apps/ and policy/.")
@click.option("--base", metavar="REV", help="Also find what is dangerous in the step from this commit.")
@click.option("--root", type=_FILE, help="Any repository: follow the Applications in this file or folder.")
@click.option("--repo-url", metavar="URL", default="", help="Any repository: what its Applications call it.")
@click.option("--clusters", type=_FILE, help="Any repository: Secrets that describe clusters, for generators.")
@click.option("--policy", type=_FILE, help="Any repository: folder of Rego for conftest; default: policy/.")
@click.option("--strict", is_flag=True, help="Any repository: a source that is not rendered is a finding.")
def command(  # noqa: PLR0913 - one parameter for every option
    path: Path | None,
    prefixes: tuple[str, ...],
    form: str,
    output: Path | None,
    *,
    repo_only: bool,
    base: str | None,
    **any_repository: Any,
) -> int:
    """Render and check every overlay of the clone at PATH (default: here), or what Argo CD syncs from any repository.

    With --base a pull request is held against its base branch; a branch that is behind must be rebased first.
    Without apps/values/settings.yaml, or with --root, all that Applications lead to is checked.
    Exit codes: 0 ok, 1 findings, 2 usage, 3 a tool failed.
    """
    if repo_only and prefixes:
        raise UsageError("--repo and --prefix exclude each other", fix="leave one of them out")
    if path is not None and not path.is_dir():
        raise UsageError(f"{path} is not a folder", fix="pass the folder of a clone")
    if _is_foreign(path, any_repository):
        if prefixes or repo_only:
            raise UsageError("--prefix and --repo are for a clone of this project", fix="leave them out")
        top = (path or Path.cwd()).resolve()
        report = validate_foreign(Repo(top), _options(any_repository), base=base)
    else:
        report = run.validate(repos.find(path), prefixes, repo_only=repo_only, base=base)
    _show(report, form, output)
    return OK if report.passed else FOUND


def _is_foreign(path: Path | None, options: Mapping[str, Any]) -> bool:
    if any(options.values()):
        return True
    try:
        return not (repos.find(path).root / cluster.FILE).is_file()
    except UsageError:
        return True


def _options(given: Mapping[str, Any]) -> Options:
    found: dict[str, Any] = {key: value.resolve() if isinstance(value, Path) else value for key, value in given.items()}
    return Options(**found)


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
