"""Writes that leave the old or the new state, never a mixture, whenever the process is killed."""

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mlgate.errors import ToolFailed

_AT_FDCWD = -100 if sys.platform.startswith("linux") else -2
_EXCHANGE = 2  # RENAME_EXCHANGE on Linux, RENAME_SWAP on macOS


def sync_dir(path: Path) -> None:
    """Make the names in ``path`` durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_durable(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a new file and fsync it; for use inside a tree that is not in place yet."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(fd, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Replace ``path`` by what is written, in one rename, keeping its permissions; the old file survives any failure.

    Raises ``ToolFailed`` when the system refuses.
    """
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(fd, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, path)
    except OSError as err:
        draft.unlink(missing_ok=True)
        raise ToolFailed(f"{path} could not be written: {err.strerror}") from err
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_dir(path.parent)


def write_atomic(path: Path, text: str) -> None:
    """Replace ``path`` by ``text`` in one rename, keeping its permissions; the old file survives any failure."""
    with replacing(path) as out:
        out.write(text.encode())


def put_tree(draft: Path, place: Path) -> None:
    """Put the complete folder ``draft`` where ``place`` is, in one rename, and drop what was there.

    Both must be in one file system. Raises ``ToolFailed``; then ``place`` is what it was.
    """
    try:
        if place.exists():
            _exchange(draft, place)
        else:
            os.rename(draft, place)
    except OSError as err:
        raise ToolFailed(f"{place} could not be replaced: {os.strerror(err.errno or 0)}") from err
    sync_dir(place.parent)
    shutil.rmtree(draft, ignore_errors=True)


def _exchange(one: Path, other: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    call = getattr(libc, "renameat2", None) or getattr(libc, "renameatx_np", None)
    if call is None:
        raise OSError(errno.ENOSYS, "this system cannot exchange two folders")
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on the folder ``path``; a second process waits. Dies with the process."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
