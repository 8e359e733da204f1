"""From training data to an image and its measured accuracy: train, package, evaluate."""

import json
import os
from dataclasses import replace
from pathlib import Path

import click
import yaml

from mlgate.data import REFERENCE_FILE
from mlgate.errors import FOUND, OK, ToolFailed
from mlgate.files import write_atomic
from mlgate.image.store import Image
from mlgate.pipeline import checkout, workspace
from mlgate.repo import Repo
from mlgate.verbs.steps import options

CREDENTIALS = "REGISTRY_CREDENTIALS"
"""Variable of the Secret registry-credentials, a .dockerconfigjson."""


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
    ready = environment.ensure(workspace.model_folder(source, model_path), training=True)
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
    from mlgate.image import environment
    from mlgate.notebook import extract as notebook

    root = source / "repo"
    name = workspace.image(source).partition("@")[0]
    provenance = evaluation.Provenance(
        image_name=name,
        git_commit=Repo(root).head(),
        threshold_commit=checkout.last_commit(root, f"overlays/{prefix}/values/settings.yaml"),
    )
    ready = environment.ensure(workspace.model_folder(source, model_path))
    record = notebook.read_record(source / "extracted")
    done, results = evaluation.evaluate(
        measured_image(source, image_store or source / "images"), ready, sealed, record, provenance
    )
    options.say(results)
    if done is None:
        return FOUND
    evaluation.write(done, source)
    # Only this step sees what the split sealed, and no training could have changed it.
    write_atomic(source / REFERENCE_FILE, (sealed / REFERENCE_FILE).read_text())
    measured = reports.model_accuracy(done.metrics, done.evidence, namespace=f"{prefix}-cicd")
    write_atomic(source / workspace.REPORT, yaml.safe_dump(measured, sort_keys=False))
    workspace.result("accuracy", str(done.metrics.accuracy))
    click.echo(f"accuracy {done.metrics.accuracy:.6f} on {done.metrics.counts.total} held-out rows")
    return OK


@click.command()
@options.source
@options.option("builder", help="buildah or s2i.")
@options.store
def build(source: Path, builder: str, image_store: Path | None) -> None:
    """Turn the packaged folder into an image in the registry; result: digest."""
    from mlgate.image import build as building
    from mlgate.image import store

    packaged = store.load(image_store or source / "images", workspace.packaged(source)[0])
    name = workspace.image(source).partition("@")[0]
    digest = building.build(packaged, name, builder, source / "build", os.environ.get(CREDENTIALS, ""))
    workspace.built(source, digest)
    workspace.result("digest", digest)
    click.echo(f"{name}@{digest}")


def measured_image(source: Path, images: Path) -> Image:
    """What is to be scored: the built image as the registry gives it out, else the packaged folder.

    Raises ``ToolFailed`` when the registry's image holds another model than the one that was packaged.
    """
    from mlgate.image import pull, registry, store

    (digest, built), image = workspace.packaged(source), workspace.image(source)
    if not built:
        return store.load(images, digest)
    pulled = pull.pull(image, images, registry.login(os.environ.get(CREDENTIALS, ""), image))
    if pulled.digest != digest:
        raise ToolFailed(f"{image} holds {pulled.digest}, packaged was {digest}", fix="run the pipeline again")
    return replace(pulled, digest=image.partition("@")[2])
