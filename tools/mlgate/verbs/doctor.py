"""``mlgate doctor``: known troubles of an installation, with evidence and fix."""

import dataclasses
import json
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from mlgate import prefixes, results
from mlgate.errors import FOUND, OK
from mlgate.lifecycle import doctor, preflight
from mlgate.lifecycle import options as options_of
from mlgate.lifecycle.options import connection
from mlgate.report.words import safe
from mlgate.results import Result, Status


@click.command(name="doctor")
@click.option("--prefix", default="", help="Only this prefix; default: all in the cluster.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@connection
def command(prefix: str, as_json: bool, **options: Any) -> int:
    """Read the cluster and name each known trouble; changes nothing.

    Exit codes: 0 nothing found, 1 troubles, 3 no cluster.
    """
    cluster = options_of.cluster(options)
    if prefix:
        prefixes.check(prefix)
    preflight.look(cluster)
    found = doctor.examine(cluster, prefix)
    if as_json:
        click.echo(json.dumps([_plain(result) for result in found], indent=2))
    else:
        _show(found, Console())
    return OK if results.passed(found) else FOUND


def _plain(result: Result) -> dict[str, Any]:
    return {**dataclasses.asdict(result), "status": result.status.value}


def _show(found: list[Result], console: Console) -> None:
    for result in found:
        good = result.status is Status.VALID
        head = Text.assemble((result.code, "green" if good else "bold red"), f" {safe(result.subject)}: ")
        console.print(head + Text(safe(result.check if good else result.message)), soft_wrap=True, highlight=False)
        if result.fix:
            console.print(Text(f"      fix: {safe(result.fix)}", style="cyan"), soft_wrap=True, highlight=False)
    troubles = sum(result.status is not Status.VALID for result in found)
    console.print(f"doctor: {len(found)} checks, {troubles} troubles", highlight=False)
