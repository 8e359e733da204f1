"""JupyterLab as a process on loopback, behind a token."""

import contextlib
import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mlgate.errors import UsageError
from mlgate.image import leader
from mlgate.image.leader import Server
from mlgate.image.ports import is_free
from mlgate.lab.session import Session
from mlgate.notebook.cells import notebooks

LAUNCHER = Path(__file__).with_name("launcher.py")
_START_S = 180
_END_S = 30


def require_free(port: int) -> None:
    """Raise ``UsageError`` when a port of 127.0.0.1 is taken."""
    if not is_free(port):
        raise UsageError(f"port {port} is in use", fix=f"pass another one: --port {port % 65535 + 1}")


@contextlib.contextmanager
def running(session: Session, environment: Path, port: int) -> Iterator[Server]:
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
            leader.wait(
                process, f"http://127.0.0.1:{port}/api", runtime / "lab.log", name="JupyterLab", start_s=_START_S
            )
            page = next((f"/tree/{path.name}" for path in notebooks(session.model_dir)[:1]), "")
            yield Server(f"http://127.0.0.1:{port}/lab{page}?token={token}", process)
        finally:
            # Asked to end, it ends its kernels first; a kernel whose server is gone ends by itself.
            leader.stop(process, _END_S)


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
