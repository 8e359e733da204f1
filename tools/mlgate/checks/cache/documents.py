"""Whole reports of a tree, found again without looking at anything but the signatures of its files.

Imports nothing heavy: this is all that runs when nothing has changed.
"""

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from mlgate.checks.cache import scan, stamp, store
from mlgate.repo import Repo

OVERLAYS = "overlays/"


def key(*parts: str) -> str:
    """One key of some texts, none of which can run into the next."""
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True)
class Documents:
    """The reports of ``repo`` as ``scan`` saw it, by everything that ``stamp`` stands for."""

    repo: Repo
    store: store.Store
    scan: scan.Scan
    stamp: str
    day: str

    @property
    def cacheable(self) -> bool:
        """False when links lead out of what was scanned."""
        return not any(map(self.scan.linked, (*scan.TOPS, OVERLAYS)))

    def find(self, options: Sequence[str]) -> bytes | None:
        """What ``keep`` was given for the same tree and ``options``."""
        return self.store.get(self._key(options)) if self.cacheable else None

    def keep(self, options: Sequence[str], document: bytes) -> None:
        """Keep a report that was made since the scan, if the tree is still what it was."""
        if self.cacheable and len(document) <= store.LARGEST // 16 and scan.scan(self.repo.root).tree == self.scan.tree:
            self.store.put_all({self._key(options): document})

    def _key(self, options: Sequence[str]) -> str:
        return f"document {key(self.stamp, self.day, str(self.repo.root), self.scan.tree, *options)}"


def begin(repo: Repo) -> Documents:
    """Scan the tree; raises ``MissingTool`` and ``ToolFailed`` when that cannot be done."""
    # What is accepted until a date is accepted on that day and no longer.
    day = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    return Documents(repo, store.Store(store.folder()), scan.scan(repo.root), stamp.stamp(), day)
