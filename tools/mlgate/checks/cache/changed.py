"""Which prefixes a change concerns: those whose overlay changed, and those that build with a base that did."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from mlgate.checks import danger_base, graph
from mlgate.checks.model import KUSTOMIZATION
from mlgate.repo import Repo, git

_COMPONENTS = "base/components/"
# Rules, projects and mlgate itself are asked about every prefix, whatever it builds.
_ALL = ("apps/", "policy/", "tools/", "base/")
_LISTED = re.compile(r"base/(components/[\w.-]+(?:/[\w.-]+)?)")


def since(repo: Repo, revision: str, prefixes: Iterable[str]) -> list[str]:
    """Those of ``prefixes`` that the step from ``revision`` to this tree, uncommitted files too, may concern.

    Raises ``UsageError`` for a revision that is none.
    """
    return concerned(repo, prefixes, _paths(repo, danger_base.resolve(repo, revision)))


def concerned(repo: Repo, prefixes: Iterable[str], paths: Sequence[str]) -> list[str]:
    """Those of ``prefixes`` that a change of ``paths``, relative to the repository, may concern."""
    names = sorted(prefixes)
    components = [path for path in paths if path.startswith(_COMPONENTS)]
    if any(path.startswith(_ALL) for path in paths if path not in components):
        return names
    own = {path.split("/")[1] for path in paths if path.startswith("overlays/")}
    users = _users(repo, components)
    return [name for name in names if name in own or _concerns(repo, name, users)]


def _paths(repo: Repo, commit: str) -> list[str]:
    # Renames as a deletion and an addition, so that the old place counts as well.
    changed = git(repo.root, "diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", "--relative", commit).stdout
    new = git(repo.root, "ls-files", "--others", "--exclude-standard", "-z").stdout
    return sorted({path for path in f"{changed}\0{new}".split("\0") if path})


def _users(repo: Repo, changed: Sequence[str]) -> set[str]:
    """The components that read one of ``changed``, or are one that is no more."""
    if not changed:
        return set()
    found = {_folder(path.removeprefix("base/")) for path in changed}
    # A file that is gone is missed by the kustomization above it, which is what others build with.
    files = {(repo.root / path).resolve() for path in changed}
    files |= {folder / KUSTOMIZATION for file in files for folder in file.parents}
    for folder in sorted(file.parent for file in (repo.root / _COMPONENTS).rglob(KUSTOMIZATION)):
        if not files.isdisjoint(graph.reachable([folder])):
            found.add(_folder(str((folder / KUSTOMIZATION).relative_to(repo.root / "base"))))
    return found


def _folder(path: str) -> str:
    """``components/OPTION`` or ``components/OPTION/PART``, whichever of them holds a file."""
    return "/".join(path.split("/")[:-1][:3])


def _concerns(repo: Repo, prefix: str, users: set[str]) -> bool:
    place = repo.overlay(prefix)
    return any(_names(place, file, users) for file in place.rglob(KUSTOMIZATION))


def _names(place: Path, file: Path, users: set[str]) -> bool:
    """Whether a kustomization lists one of ``users``, or something of another overlay, which may have changed."""
    try:
        text = file.read_text(errors="replace")
    except OSError:
        return True
    up = len(file.relative_to(place).parts)
    return bool(users.intersection(_LISTED.findall(text)) or re.search(rf"(?<![/.])(?:\.\./){{{up}}}(?!\.\./)", text))
