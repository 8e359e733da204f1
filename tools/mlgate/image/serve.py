"""Serving a packaged model with the real seldon-core microservice, on loopback."""

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from mlgate.errors import SettingsError, ToolFailed, UsageError
from mlgate.image import environment as environments
from mlgate.image import store
from mlgate.image.environment import Environment
from mlgate.image.loopback import opener
from mlgate.image.store import Image
from mlgate.notebook.files import environment as variables
from mlgate.repo import Repo

LAUNCHER = Path(__file__).with_name("launcher.py")
REPORT = Path("dev/release/model-accuracy.yaml")
_START_S = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers on ``url``; ``process`` leads its session."""

    url: str
    process: "subprocess.Popen[bytes]"

    def ended(self) -> bool:
        """True when the server is gone, whoever ended it."""
        return self.process.poll() is not None


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
    port = port or _free_port()
    if not _is_free(port):
        raise UsageError(f"port {port} is in use", fix="pass another one: --port 8081")
    with tempfile.TemporaryDirectory(prefix="mlgate-serve-") as home:
        log = Path(home) / "server.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [str(environment.python), str(LAUNCHER), image.wrapper_class, str(port), str(_free_port())],
                cwd=image.app,
                env=_environment(environment, image, home),
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _wait(process, port, log)
            yield Server(f"http://127.0.0.1:{port}", process)
        finally:
            _stop(process)


def _environment(environment: Environment, image: Image, home: str) -> dict[str, str]:
    return variables(image.app / "deploy" / "environment") | {
        "PATH": f"{environment.python.parent}{os.pathsep}{os.defpath}",
        "HOME": home,
        "LANG": "C.UTF-8",
        # The image must stay what its digest says; a compiled module would be one file more.
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


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        if _answers(f"http://127.0.0.1:{port}/health/ping"):
            return
        time.sleep(0.1)
    raise ToolFailed(f"the model's server did not start: {log.read_text(errors='replace')[-1500:]}")


def _answers(url: str) -> bool:
    try:
        with opener(url).open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    # The server has workers of its own; the whole session is ended, so that no port stays taken.
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
    if process.stdin:
        process.stdin.close()
