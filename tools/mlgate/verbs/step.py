"""The steps of the Tasks. Each takes its input from options or the environment and works on the workspaces.

Packages that take long to import are imported by the step that needs them: nine steps make one run.
"""

import json
import os
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import yaml

from mlgate.errors import FOUND, OK
from mlgate.files import write_atomic
from mlgate.pipeline import checkout, workspace
from mlgate.repo import Repo
from mlgate.results import Result
from mlgate.verbs.steps import services


def _option(name: str, **attrs: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option that is required unless it says otherwise, also read from the variable of the same name."""
    variable = name.upper().replace("-", "_")
    return click.option(f"--{name}", envvar=variable, show_envvar=True, **{"required": True, **attrs})


def _folder(name: str, **attrs: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return _option(name, type=click.Path(path_type=Path, file_okay=False), **attrs)


_source = _folder("source", help="The workspace that the tasks share.")
_sealed = _folder("sealed", help="The workspace of the hold-out.")
_store = _folder("image-store", required=False, help="The folder of images; default: images in the workspace.")
_prefix = _option("prefix")
_model_path = _option("model-path", help="The model folder, relative to the repository.")
_image = _option("image", help="The image's repository, without tag or digest.")
_seed = _option("seed", type=click.IntRange(0, 2**32 - 1))


@click.group(name="step")
def command() -> None:
    """Steps of the Pipeline's Tasks; ``mlgate pipeline run`` runs them in order."""


for _service in services.COMMANDS:
    command.add_command(_service)


@command.command()
@_source
@_option("repo-url")
@_option("revision", help="Commit, branch or tag.")
@_option("branch", required=False, default="", help="The branch to promote to; default: the revision.")
def clone(source: Path, repo_url: str, revision: str, branch: str) -> None:
    """Clone the repository at a revision; results: commit, branch."""
    commit = checkout.clone(repo_url, revision, source / "repo")
    workspace.result("commit", commit)
    workspace.result("branch", branch or revision)
    click.echo(f"{commit} is checked out")


@command.command()
@_source
@_model_path
def extract(source: Path, model_path: str) -> int:
    """Check the notebook contract and extract Train.py and the wrapper; exits 1 with every violation."""
    from mlgate.notebook import extract as notebook

    extraction, results = notebook.extract(workspace.model_folder(source, model_path), source / "extracted")
    _say(results)
    return FOUND if extraction is None else OK


@command.command()
@_source
@_sealed
@_option("data-source")
@_option("holdout", type=Decimal)
@_seed
def split(source: Path, sealed: Path, data_source: str, holdout: Decimal, seed: int) -> None:
    """Load the transactions and seal a stratified hold-out away from training."""
    from mlgate.data import sources
    from mlgate.data import split as splits

    done = splits.split(sources.load(data_source, seed=seed), holdout=holdout, seed=seed)
    splits.write(done, train_csv=source / "train" / "data" / "creditcard.csv", sealed=sealed)
    record = done.record
    click.echo(f"{record.source}: {record.train_rows} rows to train, {record.holdout_rows} held out")
    click.echo(f"frauds: {record.train_frauds} to train, {record.holdout_frauds} held out")
    click.echo(
        f"duplicates: {record.duplicates_within} in all, {record.duplicates_across} held-out rows seen in training"
    )


@command.command()
@_source
@_model_path
@_seed
def train(source: Path, model_path: str, seed: int) -> None:
    """Run the extracted training inside the model's own environment."""
    from mlgate.image import environment
    from mlgate.image import train as training
    from mlgate.notebook import extract as notebook

    extracted = source / "extracted"
    ready = environment.ensure(workspace.model_folder(source, model_path))
    model = training.train(extracted, notebook.read_record(extracted), source / "train", ready, seed=seed)
    click.echo(f"{model.name} is trained ({model.stat().st_size} bytes)")


@command.command()
@_source
@_model_path
@_image
@_store
def package(source: Path, model_path: str, image: str, image_store: Path | None) -> None:
    """Package wrapper and model; result: digest."""
    from mlgate.image import environment
    from mlgate.image import package as packaging
    from mlgate.notebook import extract as notebook

    model_dir, extracted = workspace.model_folder(source, model_path), source / "extracted"
    extraction = notebook.read_record(extracted)
    built = packaging.package(
        model_dir,
        extracted,
        extraction,
        source / "train" / extraction.model_file,
        store=image_store or source / "images",
        environment=environment.ensure(model_dir),
    )
    write_atomic(source / workspace.IMAGE, json.dumps({"image": image, "digest": built.digest}, indent=2) + "\n")
    workspace.result("digest", built.digest)
    click.echo(f"{image}@{built.digest}")


@command.command()
@_source
@_sealed
@_prefix
@_model_path
@_store
def evaluate(source: Path, sealed: Path, prefix: str, model_path: str, image_store: Path | None) -> int:
    """Measure the image, by its digest, on the hold-out; exits 1 when its answers cannot be measured."""
    from mlgate.evaluate import report as reports
    from mlgate.evaluate import run as evaluation
    from mlgate.image import environment, store
    from mlgate.notebook import extract as notebook

    root = source / "repo"
    name, _, digest = workspace.image(source).partition("@")
    provenance = evaluation.Provenance(
        image_name=name,
        git_commit=Repo(root).head(),
        threshold_commit=checkout.last_commit(root, f"overlays/{prefix}/values/settings.yaml"),
    )
    ready = environment.ensure(workspace.model_folder(source, model_path))
    record = notebook.read_record(source / "extracted")
    packaged = store.load(image_store or source / "images", digest)
    done, results = evaluation.evaluate(packaged, ready, sealed, record, provenance)
    _say(results)
    if done is None:
        return FOUND
    evaluation.write(done, source)
    measured = reports.model_accuracy(done.metrics, done.evidence, namespace=f"{prefix}-cicd")
    write_atomic(source / workspace.REPORT, yaml.safe_dump(measured, sort_keys=False))
    workspace.result("accuracy", str(done.metrics.accuracy))
    click.echo(f"accuracy {done.metrics.accuracy:.6f} on {done.metrics.counts.total} held-out rows")
    return OK


@command.command()
@_source
@_prefix
def gate(source: Path, prefix: str) -> int:
    """Judge the report by the threshold of the clone; exits 1 when it is denied."""
    from mlgate.gate import explain
    from mlgate.pipeline import constraints

    report = workspace.report(source)
    verdict = constraints.accuracy(source / "repo", prefix, report)
    click.echo(explain.said(verdict))
    if not verdict.allowed:
        click.echo(explain.explain(source / "repo", prefix))
    return OK if verdict.allowed else FOUND


@command.command()
@_source
def admit(source: Path) -> None:
    """Create the report in the cluster, where admission judges it once more."""
    from mlgate.process import Tool

    done = Tool("kubectl").run(["create", "--filename", str(source / workspace.REPORT)])
    click.echo(done.stdout.strip())


@command.command()
@_source
@_prefix
@_model_path
@_option("branch", help="The branch that Argo CD follows.")
def promote(source: Path, prefix: str, model_path: str, branch: str) -> int:
    """Commit image digest and report to the branch, judged once more; exits 1 when the gate denies."""
    from mlgate import settings
    from mlgate.pipeline import promote as promotion
    from mlgate.pipeline import release

    root = source / "repo"
    wanted = release.build(
        prefix,
        workspace.image(source),
        workspace.report(source),
        workspace.model_folder(source, model_path),
        kind=settings.load(Repo(root).settings_file(prefix)).choices["serving"],
    )
    done = promotion.promote(root, branch, wanted)
    for reason in done.verdict.reasons:
        click.echo(f"denied: {reason}")
    if not done.verdict.allowed:
        return FOUND
    said = promotion.message(root, wanted)
    click.echo(f"{done.commit[:12]} {said}" if done.commit else f"nothing to do, {branch} has it already: {said}")
    workspace.result("commit", done.commit)
    return OK


@command.command()
@_source
@_option("tasks-status", help="The Pipeline's $(tasks.status).")
@_option("run", required=False, default="", help="The run's name.")
def report(source: Path, tasks_status: str, run: str) -> None:
    """Sum the run up in report.json, whatever happened before."""
    files = {"image": workspace.IMAGE, "metrics": "metrics.json"}
    found = {key: json.loads((source / name).read_text()) for key, name in files.items() if (source / name).is_file()}
    states = {k.removeprefix("STATUS_").lower(): v for k, v in sorted(os.environ.items()) if k.startswith("STATUS_")}
    content = {"run": run, "status": tasks_status, "tasks": states, **found}
    write_atomic(source / "report.json", json.dumps(content, indent=2) + "\n")
    click.echo(f"the run is {tasks_status}")


def _say(results: Iterable[Result]) -> None:
    for found in results:
        click.echo(f"{found.code} {found.subject}: {found.message}" + (f"  (fix: {found.fix})" if found.fix else ""))
