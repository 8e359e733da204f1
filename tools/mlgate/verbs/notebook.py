"""``mlgate notebook``: would the pipeline accept this model folder?"""

from pathlib import Path

import click

from mlgate.errors import FOUND, OK
from mlgate.notebook import contract
from mlgate.notebook.extract import extract
from mlgate.results import Result, passed

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(name="notebook")
def command() -> None:
    """Check and extract the notebook of a model folder."""


@command.command(name="check")
@click.argument("model_dir", type=_FOLDER)
def check(model_dir: Path) -> int:
    """Name every violation of the contract by cell or line."""
    return show(contract.check(model_dir))


@command.command(name="extract")
@click.argument("model_dir", type=_FOLDER)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the extracted modules.")
def extract_(model_dir: Path, out: Path) -> int:
    """Write Train.py, the wrapper's module and extraction.json."""
    return show(extract(model_dir, out)[1])


def show(results: list[Result]) -> int:
    """Print results and return the exit code."""
    for result in results:
        line = f":{result.line}" if result.line else ""
        click.echo(f"{result.code} {result.status.value:8} {result.subject}{line}: {result.message}")
        if result.fix:
            click.echo(f"      fix: {result.fix}")
    return OK if passed(results) else FOUND
