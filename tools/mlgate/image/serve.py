"""Serving a packaged model with the real seldon-core microservice, on loopback."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from mlgate.errors import SettingsError, UsageError
from mlgate.image import environment as environments
from mlgate.image import leader, ports, store
from mlgate.image.environment import Environment
from mlgate.image.leader import Server
from mlgate.image.store import Image
from mlgate.notebook.files import environment as variables
from mlgate.repo import Repo

LAUNCHER = Path(__file__).with_name("launcher.py")
REPORT = Path("dev/release/model-accuracy.yaml")
_START_S = 60


def released(repo: Repo, prefix: str, digest: str | None = None) -> tuple[Image, Environment]:
    """The image that a prefix has released by commit, or the one of ``digest``, and the environment it locks.

    Raises ``UsageError`` when there is none and ``ToolFailed`` when it is not what was packaged.
    """
    image = store.load(repo.build / "images", digest or released_digest(repo, prefix))
    return image, environments.of(image)


def released_digest(repo: Repo, prefix: str) -> str:
    """Digest in the committed ModelAccuracy of a prefix; raises ``UsageError`` when nothing is released yet."""
    path = repo.overlay(prefix) / REPORT
    repo.require(prefix)
    if not path.is_file():
        raise UsageError(f"{prefix}: nothing released yet", fix=f"run: mlgate pipeline run --prefix {prefix}")
    try:
        image = str(yaml.safe_load(path.read_text())["spec"]["image"])
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError) as err:
        reason = " ".join(str(err).split())[:200]
        raise SettingsError(f"{path}: holds no image: {reason}", fix="git revert the commit that broke it") from None
    return image.partition("@")[2]


@contextlib.contextmanager
def serving(image: Image, environment: Environment, port: int = 0) -> Iterator[str]:
    """Serve on ``http://127.0.0.1:<port>`` (0: any free port) until the block ends; yields the address."""
    with running(image, environment, port) as server:
        yield server.url


@contextlib.contextmanager
def running(image: Image, environment: Environment, port: int = 0) -> Iterator[Server]:
    """Serve until the block ends; nothing of the server survives it, nor this process, however it dies.

    Raises ``UsageError`` when the port is taken and ``ToolFailed`` with the server's log when it does not start.
    """
    environments.check(image, environment)
    port = port or ports.free(1)[0]
    if not ports.is_free(port):
        raise UsageError(f"port {port} is in use", fix="pass another one: --port 8081")
    with tempfile.TemporaryDirectory(prefix="mlgate-serve-") as home:
        log = Path(home) / "server.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [str(environment.python), str(LAUNCHER), image.wrapper_class, str(port), str(ports.free(1)[0])],
                cwd=image.app,
                env=_environment(environment, image, home),
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            leader.wait(
                process, f"http://127.0.0.1:{port}/health/ping", log, name="the model's server", start_s=_START_S
            )
            yield Server(f"http://127.0.0.1:{port}", process)
        finally:
            leader.stop(process)


def _environment(environment: Environment, image: Image, home: str) -> dict[str, str]:
    return variables(image.app / "deploy" / "environment") | {
        "PATH": f"{environment.python.parent}{os.pathsep}{os.defpath}",
        "HOME": home,
        "LANG": "C.UTF-8",
        # The image must stay what its digest says; a compiled module would be one file more.
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
