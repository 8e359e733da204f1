"""``mlgate recreate-pvc``: a claim that cannot be mounted any more, made anew."""

from pathlib import Path
from typing import Any

import click

from mlgate import repo as repos
from mlgate.lifecycle import claims, preflight
from mlgate.lifecycle import options as options_of
from mlgate.lifecycle.options import connection


@click.command(name="recreate-pvc")
@click.option("--prefix", required=True, help="The installation.")
@click.option("--pvc", required=True, help="Name of the PersistentVolumeClaim.")
@click.option("--yes", is_flag=True, help="Do not ask; remove finished pods that hold it.")
@click.option("--repo", "root", type=click.Path(path_type=Path), help="Clone; default: here.")
@connection
def command(prefix: str, pvc: str, yes: bool, root: Path | None, **options: Any) -> None:
    """Remove a claim with its data and make it as the overlay renders it. Refused while pods hold it."""
    cluster, repo = options_of.cluster(options), repos.find(root)
    preflight.look(cluster)
    claim = claims.find(cluster, repo, prefix, pvc)
    if not (yes or claim.running or claim.finished):
        click.confirm(f"Remove {claim.namespace}/{claim.name} and all data in it?", abort=True)
    claim.recreate(finished_too=yes)
    click.echo(f"{claim.namespace}/{claim.name} is new and empty")
