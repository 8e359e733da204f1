"""The environment of JupyterLab, as pinned, apart from the tooling's and from the model's."""

import hashlib
import shutil
import sys
from pathlib import Path

import click

from mlgate.errors import SettingsError
from mlgate.files import locked, write_atomic
from mlgate.process import Tool, cache_dir

LOCK = "requirements-notebook.lock"
_PYTHON = Tool(sys.executable, hint="install Python 3.11")
_READY = ".ready"


def ensure(root: Path) -> Path:
    """Folder of the environment that ``root``'s lock names, from the cache or built now.

    Raises ``SettingsError`` without a lock and ``ToolFailed`` with pip's words.
    """
    lock = root / LOCK
    if not lock.is_file():
        raise SettingsError(f"{lock} is missing", fix=f"git checkout {LOCK}")
    pins = lock.read_bytes() + "{}.{}".format(*sys.version_info).encode()
    folder = cache_dir() / "lab" / hashlib.sha256(pins).hexdigest()[:32]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.parent):
        if not (folder / _READY).is_file():
            _build(folder, lock)
    return folder


def packages(environment: Path) -> Path:
    """Where the packages of an environment lie."""
    return environment / "lib" / "python{}.{}".format(*sys.version_info) / "site-packages"


def _build(folder: Path, lock: Path) -> None:
    click.echo("installing JupyterLab, once (half a minute) ...", err=True)
    # It cannot be moved, so it is built in place and counts only once it is marked ready.
    shutil.rmtree(folder, ignore_errors=True)
    _PYTHON.run(["-m", "venv", str(folder)], timeout_s=120)
    python = Tool(str(folder / "bin" / "python"))
    args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", str(lock)]
    python.run(args, timeout_s=1200)
    write_atomic(folder / _READY, lock.read_text())
