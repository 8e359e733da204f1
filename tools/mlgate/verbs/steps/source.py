"""From the repository and the data to what training may see: clone, extract, split."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from mlgate.errors import FOUND, OK
from mlgate.pipeline import checkout, workspace
from mlgate.results import passed
from mlgate.verbs.steps import options


@click.command()
@options.source
@options.option("repo-url")
@options.option("revision", help="Commit, branch or tag.")
@options.option("branch", required=False, default="", help="The branch to promote to; default: the revision.")
def clone(source: Path, repo_url: str, revision: str, branch: str) -> None:
    """Clone the repository at a revision; results: commit, branch."""
    commit = checkout.clone(repo_url, revision, source / "repo")
    workspace.result("commit", commit)
    workspace.result("branch", branch or revision)
    click.echo(f"{commit} is checked out")


@click.command()
@options.source
@options.model_path
def extract(source: Path, model_path: str) -> int:
    """Check the notebook contract and extract Train.py and the wrapper; exits 1 with every violation."""
    from mlgate.notebook import extract as notebook

    extraction, results = notebook.extract(workspace.model_folder(source, model_path), source / "extracted")
    options.say(results)
    return FOUND if extraction is None else OK


@click.command()
@options.source
@options.sealed
@options.option("data-source")
@options.option("holdout", type=Decimal)
@options.seed
@options.option("prefix", required=False, default="", help="Whose last accepted data to compare with.")
@click.option("--split", "method", envvar="SPLIT", show_envvar=True, default="stratified", help="stratified or time.")
def split(source: Path, sealed: Path, data_source: str, seed: int, prefix: str, **how: Any) -> int:
    """Load the transactions, check them, and seal a hold-out away from training; exits 1 when denied."""
    from mlgate.data import REFERENCE_FILE, checks, drift, sources
    from mlgate.data import split as splits

    done = splits.split(sources.load(data_source, seed=seed), seed=seed, **how)
    results = checks.check(done)
    if prefix:
        accepted = drift.read(source / "repo" / "overlays" / prefix / "dev" / "release" / REFERENCE_FILE)
        results += drift.check(done.train, accepted, done.record.source)
    options.say(each for each in results if each.message)
    if not passed(results):
        return FOUND
    done = checks.told(done, results)
    splits.write(done, train_csv=source / "train" / "data" / "creditcard.csv", sealed=sealed)
    record = done.record
    click.echo(f"{record.source}: {record.train_rows} rows to train, {record.holdout_rows} held out")
    click.echo(f"frauds: {record.train_frauds} to train, {record.holdout_frauds} held out")
    click.echo(
        f"duplicates: {record.duplicates_within} in all, {record.duplicates_across} held-out rows seen in training"
    )
    return OK
