"""One JupyterLab on one model folder: what is put beside the notebook, and what is taken away again."""

import contextlib
import fcntl
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mlgate.errors import UsageError
from mlgate.files import write_atomic
from mlgate.lab.ask import EXECUTABLE
from mlgate.lab.data import FILE, Prepared
from mlgate.lab.environment import packages

PREPARED = "MLGATE_PREPARED"
_NEWS = Path("settings", "@jupyterlab", "apputils-extension", "notification.jupyterlab-settings")
KERNEL = Path(__file__).with_name("kernel.py")


@dataclass(frozen=True, slots=True)
class Session:
    """The folders of a session: ``model_dir`` is the person's, ``home`` below build/ is ours."""

    model_dir: Path
    home: Path

    @property
    def data(self) -> Path:
        """What ``data`` beside the notebook leads to; a person's own files there are kept."""
        return self.home / "data"

    @property
    def jupyter(self) -> Path:
        """Settings, workspaces and the kernel."""
        return self.home / "jupyter"

    @property
    def kept(self) -> Path:
        """The split that a check measures on."""
        return self.home / "split"


@contextlib.contextmanager
def opened(session: Session) -> Iterator[None]:
    """Hold the model folder for one JupyterLab; raises ``UsageError`` when another has it or ``data`` is no link."""
    session.home.mkdir(parents=True, exist_ok=True)
    link = session.model_dir / "data"
    with _alone(session):
        if link.exists() and not link.is_symlink():
            raise UsageError(f"{link} is in the way of the link to the transactions", fix="move it away")
        try:
            yield
        finally:
            if link.is_symlink() and link.readlink() == session.data:
                link.unlink()


@contextlib.contextmanager
def _alone(session: Session) -> Iterator[None]:
    fd = os.open(session.home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise UsageError(f"a JupyterLab is open on {session.model_dir} already", fix="end it, or work there") from None
    finally:
        os.close(fd)


def furnish(session: Session, prepared: Prepared) -> None:
    """Put the training rows beside the notebook."""
    session.data.mkdir(exist_ok=True)
    write_atomic(session.data / FILE, prepared.train.read_text())
    link = session.model_dir / "data"
    link.unlink(missing_ok=True)
    link.symlink_to(session.data)


def kernel(session: Session, lab: Path, model_python: Path, prefix: str | None) -> None:
    """Write the kernel's spec: the model's Python, with JupyterLab's packages lent to it."""
    folder = session.jupyter / "kernels" / "python3"
    folder.mkdir(parents=True, exist_ok=True)
    variables = {EXECUTABLE: str(Path(sys.executable).with_name("mlgate")), PREPARED: str(session.kept)}
    spec = {
        "argv": [str(model_python), str(KERNEL), str(packages(lab)), "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
        "env": variables | ({"PREFIX": prefix} if prefix else {}),
        "metadata": {"debugger": True},
    }
    write_atomic(folder / "kernel.json", json.dumps(spec, indent=1) + "\n")
    news = session.jupyter / _NEWS
    if not news.exists():
        news.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(news, json.dumps({"fetchNews": "false", "checkForUpdates": False}) + "\n")
