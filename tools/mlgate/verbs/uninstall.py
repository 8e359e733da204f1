"""``mlgate uninstall``: a prefix out of the cluster."""

from pathlib import Path
from typing import Any

import click

from mlgate import prefixes
from mlgate import repo as repos
from mlgate.errors import UsageError
from mlgate.lifecycle import options as options_of
from mlgate.lifecycle import preflight, pushed, remove, stuck
from mlgate.lifecycle.kubectl import Cluster
from mlgate.lifecycle.options import connection


@click.command(name="uninstall")
@click.option("--prefix", required=True, help="The installation to remove.")
@click.option("--all", "everything", is_flag=True, help="Also what all prefixes share; only for the last prefix.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--timeout", default=300.0, show_default=True, help="Seconds to wait for each object.")
@click.option("--repo", "root", type=click.Path(path_type=Path), help="Clone; default: here.")
@connection
def command(prefix: str, everything: bool, yes: bool, timeout: float, root: Path | None, **options: Any) -> None:
    """Remove a prefix: Applications, constraints, namespaces, in an order that leaves nothing stuck; safe to repeat.

    With --all, or for the last prefix, also the root, template, kinds and operators that this tree installed.
    """
    cluster, repo = options_of.cluster(options), repos.find(root)
    prefixes.check(prefix)
    preflight.look(cluster)
    others = remove.others(cluster, prefix)
    if everything and others:
        raise UsageError(f"other prefixes are there: {', '.join(others)}", fix="remove them first, or leave out --all")
    shared = not others
    if not shared and (why := pushed.still_made(repo, *remove.maker(cluster), prefix)):
        fix = f"git rm -r overlays/{prefix}, commit, git push, and repeat"
        raise UsageError(why, fix=fix)
    _ask(cluster, prefix, others, yes=yes)
    remove.Removal(cluster, prefix, timeout, click.echo).run(everything=shared)
    click.echo(f"{prefix} is removed" + (f"; left as they are: {', '.join(others)}" if others else ""))


def _ask(cluster: Cluster, prefix: str, others: list[str], *, yes: bool) -> None:
    spaces = [space["metadata"]["name"] for space in stuck.namespaces(cluster, prefix)]
    click.echo(f"to be removed: {prefix}, its Applications, constraints and namespaces {', '.join(spaces) or '(none)'}")
    if not others:
        click.echo("and, as no other prefix is there: root, template, kinds, operators that this tree installed")
    if not yes:
        click.confirm("Remove all of that, data included?", abort=True)
