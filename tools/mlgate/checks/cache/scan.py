"""The signatures of a tree: what has changed since the last run, by one parallel walk of ``mlgate-engine``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlgate.errors import ToolFailed
from mlgate.process import Tool

_ENGINE = Tool("mlgate-engine")
TOPS = ("apps/", "base/", "policy/")
"""Beginnings of the paths that validate reads beside a prefix's overlay."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Signatures of size, times and inode, and of the content where a file is so new that these may not tell.

    ``tree`` is of everything, ``groups`` of each folder in overlays/ by its name, ``files`` of every other file and
    folder by its path; ``prefixes`` are the groups that have settings, ``links`` what is no regular file.
    """

    tree: str
    groups: Mapping[str, str]
    prefixes: tuple[str, ...]
    files: Mapping[str, str]
    links: tuple[str, ...]

    @property
    def shared(self) -> dict[str, str]:
        """Those of ``files`` that any prefix may read."""
        return {path: signature for path, signature in self.files.items() if path.startswith(TOPS)}

    def linked(self, top: str) -> bool:
        """Whether a symbolic link stands below ``top``, so that its files are not all that is read."""
        return any(link.startswith(top) or f"{link}/" == top for link in self.links)


def scan(root: Path) -> Scan:
    """Look at every file of ``root``; raises ``MissingTool`` and ``ToolFailed``."""
    said = _ENGINE.run(["scan", str(root)], timeout_s=120).stdout
    try:
        found = json.loads(said)
        return Scan(found["tree"], found["groups"], tuple(found["prefixes"]), found["files"], tuple(found["links"]))
    except (ValueError, KeyError, TypeError):
        raise ToolFailed(f"mlgate-engine gave no signatures: {said[:200]}") from None
