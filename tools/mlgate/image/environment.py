"""The Python environment of a model: what its image would hold, as a virtual environment."""

import hashlib
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from mlgate.errors import SettingsError, ToolFailed
from mlgate.files import locked, write_atomic
from mlgate.image.store import Image
from mlgate.process import Tool, cache_dir

# The last release under Apache-2.0; its own dependencies need pkg_resources.
SERVER = ("seldon-core==1.17.1", "setuptools<81")
_PYTHON = Tool(sys.executable, hint="install Python 3.11")
_READY = ".ready"
_LOCKED = re.compile(r"[A-Za-z0-9._-]+==[^\s;@]+")
TRAINING = "requirements-train.txt"
"""Packages that only the Train cells need; no image has them."""
VERSION = "{}.{}".format(*sys.version_info)
"""Python of every environment: that of the tooling, major and minor."""


@dataclass(frozen=True, slots=True)
class Environment:
    """An interpreter and the exact packages it has (``name==version``, sorted)."""

    python: Path
    packages: tuple[str, ...]
    version: str = VERSION


def ensure(model_dir: Path, *, training: bool = False) -> Environment:
    """The environment of a model folder, from the cache or built now.

    It follows requirements.txt under deploy/constraints.txt, for ``training`` with what requirements-train.txt adds
    where there is one. Raises ``SettingsError`` without requirements and ``ToolFailed`` with pip's words when they
    cannot be installed.
    """
    requirements = [model_dir / "requirements.txt"]
    constraints = model_dir / "deploy" / "constraints.txt"
    if not requirements[0].is_file():
        raise SettingsError(f"{requirements[0]} is missing", fix="list the packages that the notebook imports")
    if training and (model_dir / TRAINING).is_file():
        requirements.append(model_dir / TRAINING)
    folder = cache_dir() / "environments" / _key([*requirements, constraints])
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.parent):
        if not (folder / _READY).is_file():
            _build(folder, requirements, constraints)
    return Environment(folder / "bin" / "python", tuple((folder / _READY).read_text().split()))


def of(image: Image) -> Environment:
    """The environment that an image was packaged with, from what lies in the image; raises ``ToolFailed``."""
    environment = ensure(image.app)
    check(image, environment)
    return environment


def check(image: Image, environment: Environment) -> None:
    """Raise ``ToolFailed`` unless the environment is exactly the one that the image's digest stands for."""
    if environment.version != image.python:
        raise ToolFailed(f"the image needs Python {image.python}, this is {environment.version}")
    differing = sorted(set(environment.packages) ^ set(image.packages))
    if differing:
        shown = ", ".join(differing[:6])
        fix = "lock every package in deploy/constraints.txt and run the pipeline again"
        raise ToolFailed(f"the environment is not the one that was packaged; it differs in {shown}", fix=fix)


def _key(files: list[Path]) -> str:
    digest = hashlib.sha256(f"{VERSION} {SERVER}".encode())
    for path in files:
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()[:32]


def _build(folder: Path, requirements: list[Path], constraints: Path) -> None:
    click.echo("building the model's environment, once (about a minute) ...", err=True)
    # A virtual environment cannot be moved, so it is built in place and counts only once it is marked ready.
    shutil.rmtree(folder, ignore_errors=True)
    _PYTHON.run(["-m", "venv", str(folder)], timeout_s=120)
    limits = ["--constraint", str(constraints)] if constraints.is_file() else []
    python = Tool(str(folder / "bin" / "python"))
    quiet = ["--quiet", "--disable-pip-version-check"]
    wanted = [word for path in requirements for word in ("-r", str(path))]
    python.run(["-m", "pip", "install", *quiet, *wanted, *SERVER, *limits], timeout_s=1200)
    frozen = python.run(["-m", "pip", "freeze", "--all", "--disable-pip-version-check"]).stdout
    write_atomic(folder / _READY, "\n".join(locked_packages(frozen)) + "\n")


def locked_packages(frozen: str) -> tuple[str, ...]:
    """The lines ``name==version`` of ``pip freeze``, sorted, without pip itself.

    Raises ``SettingsError`` for a package that has no version, such as one from a URL: its digest would say nothing.
    """
    lines = sorted(line.strip() for line in frozen.splitlines() if line.strip() and not line.startswith("#"))
    unversioned = [line for line in lines if not _LOCKED.fullmatch(line)]
    if unversioned:
        raise SettingsError(f"requirements.txt: {unversioned[0][:200]!r} cannot be locked", fix="write name==version")
    packages = tuple(line for line in lines if not line.startswith("pip=="))
    if not packages:
        raise ToolFailed("the model's environment has no packages")
    return packages
