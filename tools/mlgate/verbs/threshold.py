"""``mlgate threshold``: one line, one commit."""

from decimal import Decimal
from pathlib import Path

import click

from mlgate import repo as repos
from mlgate import thresholds
from mlgate.errors import MlgateError, UsageError
from mlgate.files import write_atomic
from mlgate.render import bootstrap, edit
from mlgate.repo import Repo
from mlgate.settings import parse


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
    repo.require(prefix)
    with bootstrap.exclusive(repo):
        _change(repo, prefix, wanted, commit=not no_commit)
    if push:
        repos.git(repo.root, "push")


def _change(repo: Repo, prefix: str, wanted: Decimal, *, commit: bool) -> None:
    path = repo.settings_file(prefix)
    if commit:
        _refuse_uncommitted(repo, path)
    before = bootstrap.read(path)
    old = parse(path, before).accuracy
    if old == wanted:
        click.echo(f"{prefix}: nothing to do, the required accuracy is {thresholds.spoken(old)} already")
        return
    after = edit.replace_value(before, ("spec", "gate", "accuracy"), thresholds.stored(wanted))
    parse(path, after)
    said = f"{prefix}: required accuracy {thresholds.spoken(old)} -> {thresholds.spoken(wanted)}"
    write_atomic(path, after)
    click.echo(f"{said}\n{path.relative_to(repo.root)}")
    if commit:
        click.echo(f"commit {_commit(repo, path, before, said)[:12]}")


def _commit(repo: Repo, path: Path, before: str, message: str) -> str:
    try:
        return repo.commit([path], message)
    except MlgateError:
        # A threshold that stands in the file but in no commit would be neither old nor new.
        write_atomic(path, before)
        repos.git(repo.root, "add", "--", str(path))
        raise


def _refuse_uncommitted(repo: Repo, path: Path) -> None:
    name = path.relative_to(repo.root)
    if repos.git(repo.root, "status", "--porcelain", "--", str(name)).stdout.strip():
        raise UsageError(f"{name} has uncommitted changes", fix="commit them first, or --no-commit")
