"""JupyterLab as a process on loopback, behind a token."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mlgate.errors import ToolFailed, UsageError
from mlgate.image.loopback import opener
from mlgate.lab.session import Session
from mlgate.notebook.cells import notebooks

LAUNCHER = Path(__file__).with_name("launcher.py")
_START_S = 180
_END_S = 30


@dataclass(frozen=True, slots=True)
class Lab:
    """A running JupyterLab; ``url`` lets in whoever has it."""

    url: str
    process: "subprocess.Popen[bytes]"

    def ended(self) -> bool:
        """True when it is gone, whoever ended it."""
        return self.process.poll() is not None


def require_free(port: int) -> None:
    """Raise ``UsageError`` when a port of 127.0.0.1 is taken."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            raise UsageError(f"port {port} is in use", fix=f"pass another one: --port {port % 65535 + 1}") from None


@contextlib.contextmanager
def running(session: Session, environment: Path, port: int) -> Iterator[Lab]:
    """Serve until the block ends; no server and no kernel survives it, nor this process, however it dies.

    Raises ``UsageError`` when the port is taken and ``ToolFailed`` with JupyterLab's log when it does not start.
    """
    require_free(port)
    token = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory(prefix="mlgate-lab-") as name:
        runtime = Path(name)
        # In a file: an environment is inherited by every kernel and terminal, and seen by whoever may list processes.
        (runtime / "token").write_text(token)
        process = _start(session, environment, port, runtime)
        try:
            _wait(process, port, runtime / "lab.log")
            page = next((f"/tree/{path.name}" for path in notebooks(session.model_dir)[:1]), "")
            yield Lab(f"http://127.0.0.1:{port}/lab{page}?token={token}", process)
        finally:
            _stop(process)


def _start(session: Session, environment: Path, port: int, runtime: Path) -> "subprocess.Popen[bytes]":
    argv = [str(environment / "bin" / "python"), str(LAUNCHER), *_options(session, port)]
    with (runtime / "lab.log").open("wb") as log:
        return subprocess.Popen(
            argv,
            cwd=session.model_dir,
            env=_environment(session, environment, runtime),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _options(session: Session, port: int) -> list[str]:
    return [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.open_browser=False",
        f"--ServerApp.root_dir={session.model_dir}",
        *(["--ServerApp.allow_root=True"] if os.geteuid() == 0 else []),
        "--KernelSpecManager.allowed_kernelspecs=python3",
        f"--FileCheckpoints.checkpoint_dir={session.jupyter / 'checkpoints'}",
        f"--LabApp.user_settings_dir={session.jupyter / 'settings'}",
        f"--LabApp.workspaces_dir={session.jupyter / 'workspaces'}",
        "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None",
    ]


def _environment(session: Session, environment: Path, runtime: Path) -> dict[str, str]:
    # A person's own configuration of Jupyter could open the server to the network.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON", "PYTHON"))}
    return kept | {
        "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "JUPYTER_PATH": str(session.jupyter),
        "JUPYTER_CONFIG_DIR": str(runtime / "config"),
        "JUPYTER_DATA_DIR": str(runtime / "data"),
        "JUPYTER_RUNTIME_DIR": str(runtime / "runtime"),
        "JUPYTER_TOKEN_FILE": str(runtime / "token"),
        "IPYTHONDIR": str(runtime / "ipython"),
    }


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        if _answers(f"http://127.0.0.1:{port}/api"):
            return
        time.sleep(0.2)
    raise ToolFailed(f"JupyterLab did not start: {log.read_text(errors='replace')[-1500:]}")


def _answers(url: str) -> bool:
    try:
        with opener(url).open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    # Asked to end, the server ends its kernels first; a kernel whose server is gone ends by itself.
    for sign, patience in ((signal.SIGTERM, _END_S), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    if process.stdin:
        process.stdin.close()
