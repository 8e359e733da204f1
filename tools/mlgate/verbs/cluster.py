"""``mlgate cluster``: a throw-away Kubernetes on this machine."""

import time

import click

from mlgate.errors import FOUND, OK, UsageError
from mlgate.sandbox import client
from mlgate.sandbox.layout import NAME, Layout, folder, load

_name = click.option("--name", default=NAME, show_default=True, help="Several can run side by side.")


@click.group(name="cluster")
def command() -> None:
    """A throw-away Kubernetes of real components, without a container engine.

    Built once by `make e2e-tools`. With root it has a node that runs pods; `--api-only` has an API server alone.
    """


@command.command()
@_name
@click.option("--api-only", is_flag=True, help="No node: an API server that needs neither root nor containerd.")
def up(name: str, api_only: bool) -> int:
    """Start it, or what of it does not run."""
    from mlgate.sandbox.up import up as bring

    begun = time.monotonic()
    layout = bring(name, api_only=api_only, say=click.echo)
    click.echo(f"the cluster is up ({time.monotonic() - begun:.0f} s):\n  export KUBECONFIG={layout.kubeconfig}")
    if layout.pods:
        click.echo(f"  registry 127.0.0.1:{layout.ports.registry}, in the cluster registry.sandbox:5000")
        click.echo(f"  git http://127.0.0.1:{layout.ports.git}/, in the cluster http://git.sandbox:3000/")
    return OK


@command.command()
@_name
@click.argument("controllers", nargs=-1, required=True, type=click.Choice(("argocd", "gatekeeper", "tekton")))
def install(name: str, controllers: tuple[str, ...]) -> int:
    """Run controllers in it, from their published manifests."""
    from mlgate.sandbox.controllers import KNOWN
    from mlgate.sandbox.controllers.model import install as put

    layout = _running(name)
    if not layout.pods:
        raise UsageError(f"the cluster {name} has no node to run pods")
    for each in controllers:
        put(layout, KNOWN[each], click.echo)
    return OK


@command.command()
@_name
def down(name: str) -> int:
    """End it and remove everything of it, whatever state it is in."""
    from mlgate.sandbox.down import down as remove

    click.echo("the cluster is gone" if remove(folder(name)) else "there is no cluster")
    return OK


@command.command()
@_name
def status(name: str) -> int:
    """Say of each component whether it runs; exit code 1 when one does not."""
    layout = _running(name)
    units = client.status(layout)
    for unit, (pid, code) in units.items():
        click.echo(f"{unit:<26}{f'runs, pid {pid}' if code is None else f'ended with exit code {code}'}")
    return OK if all(code is None for _, code in units.values()) else FOUND


@command.command()
@_name
@click.argument("component")
@click.option("--lines", default=50, show_default=True, type=click.IntRange(1))
def logs(name: str, component: str, lines: int) -> int:
    """Show the last lines of a component's log."""
    layout = _running(name)
    path = layout.log(component)
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in (layout.folder / "logs").glob("*.log")))
        raise UsageError(f"no component {component!r} has a log", fix=f"one of: {known}")
    click.echo("\n".join(path.read_text(errors="replace").splitlines()[-lines:]))
    return OK


def _running(name: str) -> Layout:
    layout = load(name)
    if layout is None or not client.alive(layout):
        raise UsageError(f"the cluster {name} does not run", fix=f"mlgate cluster up --name {name}")
    return layout
