"""``mlgate validate``: what a reviewer would have to check, checked."""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlgate import repo as repos
from mlgate.checks.cache import documents, store
from mlgate.errors import FOUND, OK, MlgateError, ToolFailed, UsageError
from mlgate.files import write_atomic
from mlgate.render import renderer
from mlgate.repo import Repo

if TYPE_CHECKING:  # imported where they are used: when nothing has changed, importing would take the most time
    from mlgate.checks.argo.follow import Options
    from mlgate.checks.model import Report

_FILE = click.Path(path_type=Path)
FORMATS = ("text", "json", "junit", "sarif", "github", "markdown")
CLUSTER = Path("apps/values/settings.yaml")


def _further(places: Sequence[Path]) -> AbstractContextManager[object]:
    if not places:
        return nullcontext()
    from mlgate.checks import entries

    return entries.further(places)


@click.command(name="validate")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--prefix", "prefixes", multiple=True, help="Only this prefix; may be repeated. Default: all.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write; default: the screen.")
@click.option("--repo", "repo_only", is_flag=True, help="Only what belongs to no prefix: apps/ and policy/.")
@click.option("--changed-since", metavar="REV", help="Only prefixes that the step from this commit may concern.")
@click.option("--no-cache", is_flag=True, help="Find everything out again, and keep nothing.")
@click.option("--clear-cache", is_flag=True, help="Forget what earlier runs kept, first.")
@click.option("--base", metavar="REV", help="Also find what is dangerous in the step from this commit.")
@click.option("--root", type=_FILE, help="Any repository: follow the Applications in this file or folder.")
@click.option("--repo-url", metavar="URL", default="", help="Any repository: what its Applications call it.")
@click.option("--clusters", type=_FILE, help="Any repository: Secrets that describe clusters, for generators.")
@click.option("--policy", type=_FILE, help="Any repository: folder of Rego for conftest; default: policy/.")
@click.option(
    "--schemas",
    multiple=True,
    type=_FILE,
    expose_value=False,
    callback=lambda context, _, places: context.with_resource(_further(places)),
    help="A further catalogue of kinds, as mlgate schemas builds it; may be repeated.",
)
@click.option("--strict", is_flag=True, help="Any repository: a source that is not rendered is a finding.")
@click.option(
    "--renderer",
    type=click.Choice(list(renderer.RENDERERS)),
    default="engine",
    show_default=True,
    expose_value=False,
    callback=lambda _context, _option, name: renderer.choose(name),
    help="What renders: kustomize's library in workers, or kubectl.",
)
def command(  # noqa: PLR0913 - one parameter for every option
    path: Path | None,
    prefixes: tuple[str, ...],
    form: str,
    output: Path | None,
    *,
    repo_only: bool,
    base: str | None,
    changed_since: str | None,
    no_cache: bool,
    clear_cache: bool,
    **any_repository: Any,
) -> int:
    """Render and check every overlay of the clone at PATH (default: here), or what Argo CD syncs from any repository.

    With --base a pull request is held against its base branch; a branch that is behind must be rebased first.
    Without apps/values/settings.yaml, or with --root, all that Applications lead to is checked.
    What is found is kept in the cache folder, by the content of everything that it depends on.
    Exit codes: 0 ok, 1 findings, 2 usage, 3 a tool failed.
    """
    if repo_only and (prefixes or changed_since):
        raise UsageError("--repo and --prefix or --changed-since exclude each other", fix="leave one of them out")
    if path is not None and not path.is_dir():
        raise UsageError(f"{path} is not a folder", fix="pass the folder of a clone")
    if clear_cache:
        store.Store(store.folder()).clear()
    if _is_foreign(path, any_repository):
        if prefixes or repo_only or changed_since:
            raise UsageError(
                "--prefix, --repo and --changed-since are for a clone of this project", fix="leave them out"
            )
        return _foreign(path, any_repository, base, form, output)
    repo = repos.find(path)
    kept = None if no_cache or base or changed_since or _has_schemas() else _documents(repo)
    # The day takes part, since a suppression ends on one.
    options = [form, str(repo_only), _today().isoformat(), *sorted(prefixes)]
    if kept and (known := kept.find(options)) and not _in_colour(form, output):
        return _known(known, output)
    report = _validate(repo, prefixes, kept, repo_only=repo_only, base=base, changed_since=changed_since)
    report = _accepted(repo, report, whole=not (prefixes or repo_only or changed_since))
    return _show(report, form, output, lambda document: kept.keep(options, document) if kept else None)


def _documents(repo: Repo) -> documents.Documents | None:
    try:
        return documents.begin(repo)
    except MlgateError:  # without the engine everything works, but nothing is known
        return None


def _has_schemas() -> bool:
    source = click.get_current_context().get_parameter_source("schemas")
    return source is not click.core.ParameterSource.DEFAULT


def _validate(  # noqa: PLR0913 - one parameter for every option
    repo: Repo,
    prefixes: Sequence[str],
    kept: documents.Documents | None,
    *,
    repo_only: bool,
    base: str | None,
    changed_since: str | None,
) -> "Report":
    from mlgate.checks import run
    from mlgate.checks.cache.changed import since
    from mlgate.checks.cache.session import Session
    from mlgate.report.progress import bar

    notes: tuple[str, ...] = ()
    if changed_since:
        every = sorted(prefixes) or repo.prefixes()
        prefixes = since(repo, changed_since, every)
        left = len(every) - len(prefixes)
        notes = (f"{left} of {len(every)} prefixes were left out: nothing since {changed_since} concerns them",)
        if not prefixes:
            return run.validate(repo, repo_only=True, notes=notes)
    session = Session(kept) if kept else None
    with bar() as progress:
        return run.validate(
            repo, prefixes, repo_only=repo_only, base=base, session=session, progress=progress, notes=notes
        )


def _foreign(path: Path | None, options: Mapping[str, Any], base: str | None, form: str, output: Path | None) -> int:
    from mlgate.checks.argo.run import validate_foreign

    top = (path or Path.cwd()).resolve()
    report = _accepted(Repo(top), validate_foreign(Repo(top), _options(options), base=base))
    return _show(report, form, output, lambda _document: None)


def _accepted(repo: Repo, report: "Report", *, whole: bool = True) -> "Report":
    from mlgate.checks import suppress

    return replace(suppress.accepted(repo, report, _today(), whole=whole), root=repo.root)


def _today() -> date:
    return datetime.now(tz=UTC).date()


def _is_foreign(path: Path | None, options: Mapping[str, Any]) -> bool:
    if any(options.values()):
        return True
    try:
        return not (repos.find(path).root / CLUSTER).is_file()
    except UsageError:
        return True


def _options(given: Mapping[str, Any]) -> "Options":
    from mlgate.checks.argo.follow import Options

    found: dict[str, Any] = {key: value.resolve() if isinstance(value, Path) else value for key, value in given.items()}
    return Options(**found)


def _in_colour(form: str, output: Path | None) -> bool:
    return output is None and form == "text" and sys.stdout.isatty()


def _known(document: bytes, output: Path | None) -> int:
    """Show a kept report: its exit code, its verdict, and its text, each to the end of a line but the last."""
    code, verdict, text = document.decode(errors="surrogatepass").split("\n", 2)
    _write(text, verdict, output)
    return int(code)


def _show(report: "Report", form: str, output: Path | None, keep: Callable[[bytes], object]) -> int:
    from rich.console import Console

    from mlgate import report as reports
    from mlgate.report import text

    code = OK if report.passed else FOUND
    if _in_colour(form, output):
        text.write(report, Console())
        return code
    document = reports.FORMATS[form](report)
    _write(document, report.verdict, output)
    keep(f"{code}\n{report.verdict}\n{document}".encode(errors="surrogatepass"))
    return code


def _write(document: str, verdict: str, output: Path | None) -> None:
    if output is None:
        click.echo(document, nl=False)
        return
    try:
        write_atomic(output, document)
    except OSError as err:
        raise ToolFailed(f"{output} could not be written: {err.strerror}") from None
    click.echo(f"{verdict} ({output})", err=True)
