"""``mlgate serve``: the released model behind the real seldon-core microservice."""

import signal
import threading
from pathlib import Path

import click

from mlgate import repo as repos
from mlgate.errors import ToolFailed
from mlgate.image import serve


@click.command(name="serve")
@click.option("--prefix", required=True, help="Serve what this prefix has released.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@click.option("--digest", help="Serve this image instead of the released one.")
@click.option("--repo", "root", type=click.Path(path_type=Path), help="Clone to work in; default: here.")
def command(prefix: str, port: int, digest: str | None, root: Path | None) -> None:
    """Serve the released model on 127.0.0.1 until Ctrl-C."""
    image, environment = serve.released(repos.find(root), prefix, digest)
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    with serve.running(image, environment, port) as server:
        click.echo(f"serving {image.digest} on {server.url}/predict   (Ctrl-C ends it)")
        while not stop.wait(0.5):
            if server.ended():
                raise ToolFailed(f"the server ended by itself with exit code {server.process.returncode}")
