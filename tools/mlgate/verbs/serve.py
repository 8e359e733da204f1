"""``mlgate serve``: the released model behind the real seldon-core microservice."""

import signal
import threading
from pathlib import Path

import click

from mlgate import repo as repos
from mlgate.image import environment as environments
from mlgate.image import serve, store
from mlgate.settings import load


@click.command(name="serve")
@click.option("--prefix", required=True, help="Serve what this prefix has released.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@click.option("--digest", help="Serve this image instead of the released one.")
@click.option("--repo", "root", type=click.Path(path_type=Path), help="Clone to work in; default: here.")
def command(prefix: str, port: int, digest: str | None, root: Path | None) -> None:
    """Serve the released model on 127.0.0.1 until Ctrl-C."""
    repo = repos.find(root)
    if digest:
        settings = load(repo.settings_file(prefix))
        image, environment = (
            store.load(repo.build / "images", digest),
            environments.ensure(repo.root / settings.model_path),
        )
    else:
        image, environment = serve.released(repo, prefix)
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    with serve.serving(image, environment, port) as url:
        click.echo(f"serving {image.digest} on {url}/predict   (Ctrl-C ends it)")
        stop.wait()
