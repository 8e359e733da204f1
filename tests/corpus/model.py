"""A row of the corpus, and the edits that it is made of."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Edit = Callable[[Path], object]
"""Changes the tree in the folder; what it returns is nobody's."""


@dataclass(frozen=True, slots=True)
class Row:
    """One change of a tree. ``codes`` are those of which one must be given; none for a change that is valid.

    ``refusal`` is part of what is said instead when the whole run is refused for it. ``tree`` is own or foreign.
    ``chain`` says whether kustomize, kubeconform and conftest as they come should see it.
    """

    name: str
    family: str
    edit: Edit
    codes: frozenset[str] = frozenset()
    chain: bool = False
    tree: str = "own"
    refusal: str = ""

    @property
    def lot(self) -> int:
        """0 to 11, the same in every run: a twelfth of the corpus has the same lot."""
        return hashlib.sha256(self.name.encode()).digest()[0] % 12


def both(*edits: Edit) -> Edit:
    """All of them, in order."""

    def apply(root: Path) -> None:
        for edit in edits:
            edit(root)

    return apply


def put(name: str, text: str) -> Edit:
    """Write a file, folders included; what stood there is replaced, never written into: it may be a hard link."""

    def apply(root: Path) -> None:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_text(text)

    return apply


def swap(name: str, old: str, new: str, count: int = -1) -> Edit:
    """Replace text that must stand there."""

    def apply(root: Path) -> None:
        text = (root / name).read_text()
        if old not in text:
            raise LookupError(f"{name} has no {old!r}")
        put(name, text.replace(old, new, count))(root)

    return apply


def drop(name: str) -> Edit:
    """Remove a file that must be there."""
    return lambda root: (root / name).unlink()


def end(name: str, text: str) -> Edit:
    """Add lines to the end of a file."""
    return lambda root: put(name, (root / name).read_text() + text)(root)


def link(name: str, target: str) -> Edit:
    """Replace a file by a symbolic link."""

    def apply(root: Path) -> None:
        (root / name).unlink(missing_ok=True)
        (root / name).symlink_to(target)

    return apply


def listed(folder: str, name: str, text: str) -> Edit:
    """A new file, and its entry as the first resource of the folder's kustomization."""
    entry = swap(f"{folder}/kustomization.yaml", "resources:\n", f"resources:\n- {name}\n", 1)
    return both(put(f"{folder}/{name}", text), entry)
