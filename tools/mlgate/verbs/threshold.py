"""``mlgate threshold``: one line, one commit."""

from pathlib import Path

import click

from mlgate import repo as repos
from mlgate import thresholds
from mlgate.errors import UsageError
from mlgate.files import locked, write_atomic
from mlgate.render import edit
from mlgate.repo import Repo
from mlgate.settings import load, parse


@click.command(name="threshold", context_settings={"ignore_unknown_options": True})
@click.argument("value")
@click.option("--prefix", required=True)
@click.option("--no-commit", is_flag=True, help="Change the line and leave the commit to you.")
@click.option("--push", is_flag=True, help="Push the commit.")
@click.option("--repo", "root", type=click.Path(path_type=Path), help="Clone to work in; default: here.")
def command(value: str, prefix: str, no_commit: bool, push: bool, root: Path | None) -> None:
    """Set the required accuracy: 98.87, 98.87% or 0.9887."""
    if push and no_commit:
        raise UsageError("--push needs a commit", fix="leave out --no-commit")
    wanted = thresholds.parse(value)
    repo = repos.find(root)
    if prefix not in repo.prefixes():
        raise UsageError(
            f"there is no prefix {prefix[:60]!r} here", fix=f"set up: {', '.join(repo.prefixes()) or 'none'}"
        )
    path = repo.settings_file(prefix)
    with locked(repo.overlays):
        old = load(path).accuracy
        if old == wanted:
            click.echo(f"{prefix}: the required accuracy is {thresholds.spoken(old)} already")
            return
        if not no_commit:
            _refuse_uncommitted(repo, path)
        text = edit.replace_value(path.read_text(), ("spec", "gate", "accuracy"), thresholds.stored(wanted))
        parse(path, text)
        write_atomic(path, text)
        said = f"{prefix}: required accuracy {thresholds.spoken(old)} -> {thresholds.spoken(wanted)}"
        commit = "" if no_commit else repo.commit([path], said)
    click.echo(f"{said}\n{path.relative_to(repo.root)}" + (f"\ncommit {commit[:12]}" if commit else ""))
    if push:
        repos.git(repo.root, "push")


def _refuse_uncommitted(repo: Repo, path: Path) -> None:
    status = repos.git(repo.root, "status", "--porcelain", "--", str(path)).stdout.strip()
    if status:
        raise UsageError(
            f"{path.relative_to(repo.root)} has uncommitted changes", fix="commit them first, or --no-commit"
        )
