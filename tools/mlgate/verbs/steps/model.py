"""From training data to an image and its measured accuracy: train, package, evaluate."""

import json
from pathlib import Path

import click
import yaml

from mlgate.errors import FOUND, OK
from mlgate.files import write_atomic
from mlgate.pipeline import checkout, workspace
from mlgate.repo import Repo
from mlgate.verbs.steps import options


@click.command()
@options.source
@options.model_path
@options.seed
def train(source: Path, model_path: str, seed: int) -> None:
    """Run the extracted training inside the model's own environment."""
    from mlgate.image import environment
    from mlgate.image import train as training
    from mlgate.notebook import extract as notebook

    extracted = source / "extracted"
    ready = environment.ensure(workspace.model_folder(source, model_path))
    model = training.train(extracted, notebook.read_record(extracted), source / "train", ready, seed=seed)
    click.echo(f"{model.name} is trained ({model.stat().st_size} bytes)")


@click.command()
@options.source
@options.model_path
@options.image
@options.store
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


@click.command()
@options.source
@options.sealed
@options.prefix
@options.model_path
@options.store
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
    options.say(results)
    if done is None:
        return FOUND
    evaluation.write(done, source)
    measured = reports.model_accuracy(done.metrics, done.evidence, namespace=f"{prefix}-cicd")
    write_atomic(source / workspace.REPORT, yaml.safe_dump(measured, sort_keys=False))
    workspace.result("accuracy", str(done.metrics.accuracy))
    click.echo(f"accuracy {done.metrics.accuracy:.6f} on {done.metrics.counts.total} held-out rows")
    return OK
