"""``mlgate schemas``: the catalogue of kinds that validate checks against, and further ones for other repositories."""

from pathlib import Path

import click

from mlgate.checks import build_catalogue, catalogue, entries
from mlgate.errors import UsageError
from mlgate.lifecycle.kubectl import Cluster

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group(name="schemas")
def command() -> None:
    """Build and list catalogues of kinds; use a further one with: mlgate validate --schemas DIR."""


@command.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--from-cluster", is_flag=True, help="Take the kinds that a running cluster serves, by kubectl.")
@click.option("--kubeconfig", default="", help="Of the cluster; default: kubectl's own.")
@click.option("--context", default="", help="Of the kubeconfig; default: the current one.")
@click.option("--output", type=_FOLDER, help="Folder of the new catalogue; what is there is replaced.")
def build(paths: tuple[Path, ...], kubeconfig: str, context: str, output: Path | None, *, from_cluster: bool) -> None:
    """Build a catalogue from CRDs in files and folders PATHS, or from a cluster, into --output.

    Without either, the catalogue of this project is built anew from its pinned modules.
    """
    if not paths and not from_cluster:
        if output is not None:
            raise UsageError("--output needs PATHS or --from-cluster", fix="name CRD files, or leave --output out")
        build_catalogue.build()
        click.echo(f"{len(entries.origins(catalogue.folder()))} kinds in {catalogue.folder()}")
        return
    if output is None:
        raise UsageError("where the catalogue goes is not said", fix="pass --output DIR")
    if paths and from_cluster:
        raise UsageError("PATHS and --from-cluster exclude each other", fix="build two catalogues")
    _replaceable(output)
    output.absolute().parent.mkdir(parents=True, exist_ok=True)
    found = _of_cluster(Cluster(kubeconfig, context)) if from_cluster else entries.of_files(paths)
    click.echo(f"{entries.write(found, output.absolute())} kinds in {output}")


def _of_cluster(cluster: Cluster) -> list[entries.Entry]:
    origin = f"cluster {cluster.context or 'of the current context'}"
    return list(entries.of_cluster(lambda args: cluster.call(["get", *args], timeout_s=60), origin))


def _replaceable(output: Path) -> None:
    if output.exists() and any(output.iterdir()):
        entries.origins(output)  # anything but a catalogue is left alone


@command.command(name="list")
@click.option("--schemas", "more", multiple=True, type=_FOLDER, help="A further catalogue; may be repeated.")
def show(more: tuple[Path, ...]) -> None:
    """List every kind and where its schema came from; the first catalogue that has a kind counts."""
    known: dict[str, str] = {}
    for place in (*more, catalogue.folder()):
        for path, origin in entries.origins(place).items():
            known.setdefault(path, origin)
    width = max(map(len, known))
    click.echo("\n".join(f"{path.removesuffix('.json'):<{width}}  {origin}" for path, origin in sorted(known.items())))
