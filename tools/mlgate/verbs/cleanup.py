"""``mlgate cleanup``: free what a removal left stuck."""

from typing import Any

import click

from mlgate import prefixes
from mlgate.errors import FOUND, OK
from mlgate.lifecycle import free, preflight, stuck
from mlgate.lifecycle import options as options_of
from mlgate.lifecycle.options import connection


@click.command(name="cleanup")
@click.option("--prefix", required=True, help="Only what belongs to this prefix is looked at.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@connection
def command(prefix: str, yes: bool, **options: Any) -> int:
    """Show what is being removed and does not end, ask, and free it. What a running controller holds is left to it.

    Exit codes: 0 nothing is stuck any more, 1 something still is.
    """
    cluster = options_of.cluster(options)
    prefixes.check(prefix)
    preflight.look(cluster)
    found = stuck.find(cluster, prefix)
    for each in found:
        click.echo(each.line)
    orphaned = free.orphaned(found)
    spaces = [each.name for each in found if each.kind == "namespace"]
    if (orphaned or spaces) and not yes:
        click.confirm(f"Free {len(orphaned)} objects that nobody is left to finish?", abort=True)
    free.finalizers(cluster, orphaned, click.echo)
    for name in spaces:
        if not cluster.wait("namespace", name, "delete", timeout_s=30) and free.blind_namespace(cluster, name):
            click.echo(f"freed namespace {name}")
    left = stuck.find(cluster, prefix) if found else []
    click.echo(f"still there: {len(left)}" if left else "nothing is stuck")
    return FOUND if left else OK
