"""What stands in the files of a tree, as digests; a file is read again only when its signature is a new one."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlgate.checks.cache.store import Store


@dataclass(frozen=True, slots=True)
class Seen:
    """A folder or file as it was at one moment: ``digest`` of names and contents, ``times`` of everything in it."""

    digest: str
    times: str


def see(root: Path, path: str) -> Seen:
    """Read ``path`` below ``root``; what cannot be read has a digest of its own."""
    digest, times = hashlib.sha256(), hashlib.sha256()
    for file in sorted(_files(root, path)):
        digest.update(f"{file}\0".encode(errors="surrogateescape"))
        try:
            seen = os.lstat(root / file)
            content = hashlib.sha256((root / file).read_bytes()).digest() if not file.endswith("/") else b"folder"
        except OSError as err:
            digest.update(f"unreadable {err.errno}\0".encode())
            continue
        digest.update(content + seen.st_mode.to_bytes(4, "big"))
        if not file.endswith("/"):
            times.update(f"{file}\0{seen.st_size}.{seen.st_mtime_ns}.{seen.st_ctime_ns}.{seen.st_ino}\0".encode())
    return Seen(digest.hexdigest(), times.hexdigest())


def _files(root: Path, path: str) -> list[str]:
    top = root / path
    if not top.is_dir():
        return [path]
    found = [f"{path}/"]
    for entry in os.scandir(top):
        name = f"{path}/{entry.name}"
        if entry.name != "__pycache__":
            found += _files(root, name) if entry.is_dir(follow_symlinks=False) else [name]
    return found


class Memory:
    """Digests of the files of one tree by their signatures, as they were in an earlier run."""

    def __init__(self, root: Path, store: Store) -> None:
        self._root, self._store = root, store
        self._key = f"memory {root}"
        self._known = self._read()
        self._grown = False

    def digests(self, signatures: Mapping[str, str]) -> dict[str, str]:
        """The digest of each path in ``signatures``, which are those of a scan."""
        return {path: self._digest(path, signature) for path, signature in signatures.items()}

    def keep(self, paths: Iterable[str]) -> None:
        """Remember ``paths`` for the next run, and forget all others."""
        there = set(paths)
        if self._grown or self._known.keys() - there:
            kept = {path: known for path, known in self._known.items() if path in there}
            self._store.put_all({self._key: json.dumps(kept).encode()})

    def _digest(self, path: str, signature: str) -> str:
        known = self._known.get(path)
        if known is None or known[0] != signature:
            known = self._known[path] = [signature, see(self._root, path.rstrip("/")).digest]
            self._grown = True
        return known[1]

    def _read(self) -> dict[str, list[str]]:
        try:
            return dict(json.loads(self._store.get(self._key) or b"{}"))
        except (ValueError, TypeError):
            return {}
