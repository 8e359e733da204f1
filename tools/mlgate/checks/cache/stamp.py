"""Everything but the tree that a result depends on, as one digest: mlgate itself, its tools, libraries and schemas."""

import hashlib
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from mlgate import __version__
from mlgate.process import cache_dir, search_path

_PACKAGE = Path(__file__).resolve().parents[2]
_TOOLS = ("conftest", "gator", "kubeconform", "kubectl", "mlgate-engine")
_RACY_NS = 2_000_000_000


def stamp() -> str:
    """The digest; it changes when a file of these changes in size, time or place."""
    digest = hashlib.sha256(f"{__version__}\0{sys.version}\0{sys.prefix}\0{cache_dir()}\0".encode())
    # Further catalogues are handed over in the environment.
    own = sorted(each for each in os.environ.items() if each[0].startswith("MLGATE_"))
    digest.update(repr(own).encode(errors="replace"))
    further = [place for _, value in own for place in value.split(os.pathsep) if place != str(cache_dir())]
    for path in [*_files(), *(path for place in further for path in _below(place))]:
        digest.update(f"{path}\0{signature(path)}\n".encode(errors="replace"))
    return digest.hexdigest()


def signature(path: str) -> str:
    """Size, times and inode of a file, and its content when it is new; empty when there is none."""
    try:
        seen = Path(path).stat()
        newest = max(seen.st_mtime_ns, seen.st_ctime_ns)
        told = f"{seen.st_size}.{seen.st_mtime_ns}.{seen.st_ctime_ns}.{seen.st_ino}"
        if stat.S_ISDIR(seen.st_mode) or newest < time.time_ns() - _RACY_NS:
            return told
        return f"{told}.{hashlib.sha256(Path(path).read_bytes()).hexdigest()}"
    except OSError:
        return ""


def _files() -> Iterator[str]:
    for tool in _TOOLS:
        yield shutil.which(tool, path=search_path()) or tool
    # A library that is installed, renewed or removed changes the folder that holds them all.
    yield from (path for path in sys.path if path.endswith("site-packages"))
    yield from _below(str(_PACKAGE))
    yield from _below(str(cache_dir() / "schemas"))


def _below(folder: str) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _below(entry.path)
        else:
            yield entry.path
