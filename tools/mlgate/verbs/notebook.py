"""``mlgate notebook``: would the pipeline accept this model folder, and what would the gate say?"""

from pathlib import Path

import click

from mlgate import repo as repos
from mlgate.errors import FOUND, OK
from mlgate.notebook import contract
from mlgate.notebook.extract import extract
from mlgate.results import Result, passed

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_prefix = click.option("--prefix", envvar="PREFIX", help="Whose gate is asked; default: the only one there is.")
_source = click.option("--data-source", help="Default: what the prefix's settings say; synthetic without a prefix.")
_root = click.option("--repo", "root", type=click.Path(path_type=Path), help="Clone to work in; default: here.")


@click.group(name="notebook")
def command() -> None:
    """Work on the notebook of a model folder, check and extract it."""


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


@command.command(name="judge")
@click.argument("model_dir", type=_FOLDER)
@_prefix
@_source
@click.option("--prepared", envvar="MLGATE_PREPARED", type=_FOLDER, help="A split that was made already.")
@click.option("--contract", "only", is_flag=True, help="Ask for the contract alone; trains nothing.")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_root
def judge(  # noqa: PLR0913 - options
    model_dir: Path,
    *,
    prefix: str | None,
    data_source: str | None,
    prepared: Path | None,
    only: bool,
    shape: str,
    root: Path | None,
) -> int:
    """Train and measure the notebook as it is saved, and ask the gate; exits 1 when it would not pass."""
    from mlgate.lab import judge as judging
    from mlgate.lab.data import Prepared, chosen, ready

    if only:
        answer = judging.keeps(model_dir)
    else:
        repo = repos.find(root or model_dir)
        subject = judging.Subject(repo, model_dir.resolve(), chosen(repo, prefix))
        with ready(repo, subject.prefix, data_source, Prepared(prepared) if prepared else None) as split:
            answer = judging.judge(subject, split)
    click.echo(answer.dump() if shape == "json" else repr(answer))
    return OK if answer.accepted else FOUND


@command.command(name="lab")
@click.option("--model-path", envvar="MODEL_PATH", help="The model folder; default: the prefix's, else model/fraud.")
@_prefix
@click.option("--port", envvar="PORT", default=8888, show_default=True, type=click.IntRange(1, 65535))
@_source
@click.option("--data", envvar="DATA", type=click.Path(path_type=Path), help="CSV of real transactions.")
@_root
def lab(  # noqa: PLR0913 - options
    *,
    model_path: str | None,
    prefix: str | None,
    port: int,
    data_source: str | None,
    data: Path | None,
    root: Path | None,
) -> int:
    """JupyterLab on 127.0.0.1 with the notebook, data/ and jdbc/, until Ctrl-C."""
    from mlgate.lab import workplace

    repo = repos.find(root)
    source = f"csv:{data.absolute()}" if data and not data_source else data_source
    place = workplace.find(repo, prefix, model_path, source)
    return show(found) if (found := workplace.serve(place, port)) else OK


def show(results: list[Result]) -> int:
    """Print results and return the exit code."""
    for result in results:
        line = f":{result.line}" if result.line else ""
        click.echo(f"{result.code} {result.status.value:8} {result.subject}{line}: {result.message}")
        if result.fix:
            click.echo(f"      fix: {result.fix}")
    return OK if passed(results) else FOUND
