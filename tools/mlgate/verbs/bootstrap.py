"""``mlgate bootstrap``: the overlay of a prefix."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from mlgate import cluster, thresholds
from mlgate import repo as repos
from mlgate.errors import SettingsError, UsageError
from mlgate.lifecycle import options as options_of
from mlgate.lifecycle.apply import Installation
from mlgate.lifecycle.options import connection, handed
from mlgate.render import bootstrap, edit, overlay
from mlgate.repo import Repo
from mlgate.settings import Settings, alternatives, load, parse


def _alternatives(command: Callable[..., None]) -> Callable[..., None]:
    for name, values in reversed(alternatives().items()):
        help_text = f"Which {name}; default: {values[0]}."
        command = click.option(f"--{name}", name, type=click.Choice(values), help=help_text)(command)
    return command


@click.command(name="bootstrap")
@click.option("--prefix", required=True, help="Every name of this installation starts with it.")
@click.option("--repo-url", help="Repository that Argo CD syncs from; default: apps/values/settings.yaml.")
@click.option("--revision", help="Branch that Argo CD follows.")
@click.option("--platform", type=click.Choice(["kubernetes", "openshift"]))
@click.option("--threshold", help="Required accuracy, for example 98.87; default: an impossible 100.")
@click.option("--component", "components", multiple=True, help="Option to switch on; repeat for more.")
@click.option("--without", multiple=True, help="Option to switch off, for example cel-gate; repeat for more.")
@click.option("--data-source", help="As spec.data.source of settings.yaml: synthetic, csv:PATH, jdbc:..., ...")
@click.option("--model-path", help="Model folder, for example model/fraud.")
@click.option("--dry-run", is_flag=True, help="Show the difference and write nothing.")
@click.option("--commit", is_flag=True, help="Commit the overlay.")
@click.option("--apply", "applied", is_flag=True, help="Install it into the cluster and wait; safe to repeat.")
@click.option("--timeout", default=1800.0, show_default=True, help="Seconds that --apply waits for the waves.")
@handed
@connection
@click.option("--repo", "root", type=click.Path(path_type=Path), help="Clone to work in; default: here.")
@_alternatives
def command(prefix: str, dry_run: bool, commit: bool, root: Path | None, **options: Any) -> None:
    """Render overlays/PREFIX; repeated runs change nothing and keep your edits. With --apply, install it."""
    repo = repos.find(root)
    install = _installer(repo, prefix, dry_run, options)
    bootstrap.check_place(repo, prefix)
    given = _given(repo, options)
    if dry_run:
        click.echo(difference(prefix, _changed(repo, prefix, given)) or "nothing would change")
        return
    planned(repo, prefix, given)  # what is refused is refused before anything is made
    with bootstrap.exclusive(repo):
        bootstrap.check_place(repo, prefix)
        changed = _changed(repo, prefix, given)
        if changed:
            bootstrap.write(repo, prefix, {name: new for name, (_, new) in changed.items()})
        committed = _commit(repo, prefix) if commit else ""
    _summary(load(repo.settings_file(prefix)), len(changed), committed)
    if install is not None:
        install()


def _installer(repo: Repo, prefix: str, dry_run: bool, options: dict[str, Any]) -> Callable[[], None] | None:
    cluster, applied, timeout_s = options_of.cluster(options), options.pop("applied"), options.pop("timeout")
    if not applied and options_of.handed_over(options):
        raise UsageError("secrets are handed over with --apply only", fix="add --apply, or leave them out")
    if applied and dry_run:
        raise UsageError("--apply and --dry-run exclude each other", fix="leave one of them out")
    # Read before anything is made, so that an empty file is found first. Without --apply nothing is asked for.
    given = options_of.given(options, wanted=applied)
    console = Console(markup=False, highlight=False)
    if not applied:
        return None
    return lambda: Installation(cluster, repo, load(repo.settings_file(prefix)), console, timeout_s).run(given)


def _changed(repo: Repo, prefix: str, given: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    return bootstrap.changes(repo, prefix, planned(repo, prefix, given))


def _given(repo: Repo, options: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in options.items() if value not in (None, ())}
    named = {*given.get("components", ()), *given.get("without", ())}
    unknown = named - set(overlay.known_components(repo.root / "base"))
    if unknown:
        known = ", ".join(overlay.known_components(repo.root / "base"))
        raise UsageError(f"component {min(unknown)!r} is unknown", fix=f"known: {known}")
    if chosen := {name: given.pop(name) for name in alternatives() if name in given}:
        given["choices"] = chosen
    if "threshold" in given:
        given["accuracy"] = thresholds.parse(given.pop("threshold"))
    return given


def planned(repo: Repo, prefix: str, given: Mapping[str, Any]) -> dict[str, str]:
    """Every file that must be there after the run: new ones as rendered, old ones as they are, edited by options."""
    place, base = repo.overlay(prefix), repo.root / "base"
    file = repo.settings_file(prefix)
    if file.is_file():
        text = edit.settings(bootstrap.read(file), _switched(given, load(file).components))
    else:
        new = {"prefix": prefix, "repo_url": default_url(repo), **_switched(given, overlay.DEFAULT_COMPONENTS)}
        text = overlay.settings(overlay.Choices(**new))
    now = parse(file, text)
    if now.prefix != prefix:
        raise SettingsError(f"{file}: metadata.name is {now.prefix!r}, not {prefix!r}", fix=f"write name: {prefix}")
    if idle := overlay.idle(base, now.options):
        raise UsageError(f"{', '.join(idle)}: has nothing for the platform {now.platform}")
    files = overlay.files(prefix, now.options, base) | {"values/settings.yaml": text}
    for name in files:
        path = place / name
        if path.is_file() and name != "values/settings.yaml":
            files[name] = edit.components(bootstrap.read(path), files[name], path)
    return files


def _switched(given: Mapping[str, Any], there: Sequence[str]) -> dict[str, Any]:
    """``given`` with the whole list of components: what is ``there``, what is switched on, less what is off."""
    rest = {name: value for name, value in given.items() if name not in ("components", "without")}
    if len(rest) == len(given):
        return rest
    off = given.get("without", ())
    wanted = dict.fromkeys([*there, *given.get("components", ())])
    return {**rest, "components": tuple(name for name in wanted if name not in off)}


def default_url(repo: Repo) -> str:
    """The repository's own URL, for prefixes that name none."""
    try:
        return cluster.load(repo.root).repo_url
    except SettingsError as err:
        raise SettingsError(str(err), fix="mend it, or pass --repo-url") from None


def difference(prefix: str, changed: Mapping[str, tuple[str, str]]) -> str:
    """A unified diff of what would change."""
    lines: list[str] = []
    for name, (old, new) in changed.items():
        path = f"overlays/{prefix}/{name}"
        lines += difflib.unified_diff(old.splitlines(True), new.splitlines(True), path, path)
    return "".join(lines)


def _commit(repo: Repo, prefix: str) -> str:
    place = repo.overlay(prefix)
    status = repos.git(repo.root, "status", "--porcelain", "--", str(place)).stdout
    return repo.commit([place], f"{prefix}: set up the overlay") if status.strip() else ""


def _summary(settings: Settings, changed: int, committed: str) -> None:
    table = Table(title=f"overlays/{settings.prefix}", show_header=False, title_justify="left")
    nothing = "none, nothing changed" if not changed else "none; review, then: git add overlays && git commit"
    rows = {
        "required accuracy": thresholds.spoken(settings.accuracy),
        "namespaces": ", ".join(settings.namespace(part) for part in ("cicd", "dev", "stage")),
        "platform": settings.platform,
        "components": ", ".join(settings.components) or "none",
        "choices": ", ".join(f"{name} {value}" for name, value in settings.choices.items()),
        "repository": f"{settings.repo_url} @ {settings.revision}",
        "data": settings.data.source,
        "model": settings.model_path,
        "files written": str(changed) if changed else "none, everything was there",
        "commit": committed[:12] or nothing,
        "next": f"mlgate pipeline run --prefix {settings.prefix}",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    Console(markup=False, highlight=False).print(table)
