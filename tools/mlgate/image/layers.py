"""The files of one folder out of the layers of an image, as a container would see them; nothing is written to disk."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO

from mlgate.errors import ToolFailed

_HIDDEN = ".wh."
_OPAQUE = ".wh..wh..opq"
_FILES_LIMIT = 10_000
_BYTES_LIMIT = 2 << 30
_UNPACKED_LIMIT = 32 << 30


@dataclass(slots=True)
class _Layer:
    """What one layer says of the folder: paths it takes away, and files it brings."""

    gone: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    size: int = 0


class Folder:
    """One folder of an image, filled by its layers from the lowest on. ``files`` maps a path in it to bytes."""

    def __init__(self, path: str) -> None:
        self._path = PurePosixPath(path.lstrip("/"))
        self.files: dict[str, bytes] = {}

    def add(self, layer: IO[bytes], media_type: str) -> None:
        """Put one layer on top; raises ``ToolFailed`` for one that cannot be read, is too large or holds a link."""
        found = _Layer()
        try:
            with tarfile.open(fileobj=layer, mode="r|*") as archive:
                for member in _bounded(archive):
                    self._take(archive, member, found)
        except (tarfile.TarError, OSError, EOFError, ValueError) as err:
            raise ToolFailed(f"a layer of type {media_type[:80]!r} cannot be read: {err}") from None
        self._merge(found)

    def _take(self, archive: tarfile.TarFile, member: tarfile.TarInfo, found: _Layer) -> None:
        path = PurePosixPath(member.name.lstrip("/"))
        if ".." in path.parts:
            raise ToolFailed(f"a layer holds {member.name[:120]!r}, which leads out of its folder")
        if path.name.startswith(_HIDDEN):
            self._hide(path, found)
        elif path.is_relative_to(self._path) or self._path.is_relative_to(path):
            self._bring(archive, member, path, found)

    def _hide(self, path: PurePosixPath, found: _Layer) -> None:
        hidden = path.parent if path.name == _OPAQUE else path.with_name(path.name.removeprefix(_HIDDEN))
        if self._path.is_relative_to(hidden):
            found.gone.add("")
        elif hidden.is_relative_to(self._path):
            found.gone.add(hidden.relative_to(self._path).as_posix())

    def _bring(self, archive: tarfile.TarFile, member: tarfile.TarInfo, path: PurePosixPath, found: _Layer) -> None:
        if member.isdir():
            return
        # A link would let a server read what was never measured.
        if not member.isreg() or not path.is_relative_to(self._path) or path == self._path:
            raise ToolFailed(f"the image holds {member.name[:120]!r}, which is no regular file")
        found.size += member.size
        if len(found.files) >= _FILES_LIMIT or found.size > _BYTES_LIMIT:
            raise ToolFailed(f"the image holds more in /{self._path} than a model has")
        content = archive.extractfile(member)
        data = content.read() if content else b""
        if len(data) != member.size:
            raise ToolFailed(f"the image holds only a part of {member.name[:120]!r}")
        found.files[path.relative_to(self._path).as_posix()] = data

    def _merge(self, found: _Layer) -> None:
        # What a layer takes away is of the layers below it, wherever in the layer that is said.
        kept = {name: data for name, data in self.files.items() if not _covered(name, found.gone | found.files.keys())}
        self.files = {**kept, **found.files}


def _covered(name: str, gone: set[str]) -> bool:
    return "" in gone or any(name == each or name.startswith(f"{each}/") for each in gone)


def _bounded(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The members, until they say that they are larger than any image: each is asked before it is decompressed."""
    total = 0
    for member in archive:
        total += max(member.size, 0)
        if total > _UNPACKED_LIMIT:
            raise ToolFailed(f"a layer holds more than {_UNPACKED_LIMIT >> 30} GiB")
        yield member
