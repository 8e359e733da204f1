"""Serving a packaged model with the real seldon-core microservice, on loopback."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import yaml

from mlgate.errors import ToolFailed, UsageError
from mlgate.image import environment as environments
from mlgate.image import store
from mlgate.image.environment import Environment
from mlgate.image.store import Image
from mlgate.repo import Repo
from mlgate.settings import load

LAUNCHER = Path(__file__).with_name("launcher.py")
REPORT = Path("dev/release/model-accuracy.yaml")
_START_S = 60


def released(repo: Repo, prefix: str) -> tuple[Image, Environment]:
    """The image that a prefix has released by commit, and its environment."""
    settings = load(repo.settings_file(prefix))
    image = store.load(repo.build / "images", released_digest(repo, prefix))
    return image, environments.ensure(repo.root / settings.model_path)


def released_digest(repo: Repo, prefix: str) -> str:
    """Digest in the committed ModelAccuracy of a prefix; raises ``UsageError`` when nothing is released yet."""
    path = repo.overlay(prefix) / REPORT
    if not path.is_file():
        raise UsageError(f"{prefix} has released nothing yet", fix=f"run: mlgate pipeline run --prefix {prefix}")
    try:
        image = yaml.safe_load(path.read_text())["spec"]["image"]
        return str(image).split("@")[1]
    except (yaml.YAMLError, KeyError, TypeError, IndexError):
        raise UsageError(f"{path}: holds no image digest", fix="git revert the commit that broke it") from None


@contextlib.contextmanager
def serving(image: Image, environment: Environment, port: int = 0) -> Iterator[str]:
    """Serve on ``http://127.0.0.1:<port>`` (0: any free port) until the block ends; yields the address."""
    port = port or _free_port()
    if not _is_free(port):
        raise UsageError(f"port {port} is in use", fix="pass another one: --port 8081")
    log = image.app.parent / f"server-{os.getpid()}.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [str(environment.python), str(LAUNCHER), image.wrapper_class, str(port), str(_free_port())],
            cwd=image.app,
            env=_environment(environment, image),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(server, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop(server)
        log.unlink(missing_ok=True)


def _environment(environment: Environment, image: Image) -> dict[str, str]:
    return {
        "PATH": f"{environment.python.parent}{os.pathsep}{os.defpath}",
        "HOME": str(image.app.parent),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        with contextlib.suppress(urllib.error.URLError, OSError):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ping", timeout=2):
                return
        time.sleep(0.1)
    raise ToolFailed(f"the model's server did not start: {log.read_text(errors='replace')[-1500:]}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    # The server has workers of its own; the whole session is ended, so that no port stays taken.
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(5)
