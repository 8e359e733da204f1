"""Which of the repositories that Applications name is the one that is checked out."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlgate.checks.mentions import walk
from mlgate.checks.model import Object
from mlgate.errors import MlgateError
from mlgate.repo import git

_SCP = re.compile(r"^(?:[^@/]+@)?([^:/]+):(?!//)(.+)$")
_URL = re.compile(r"^[a-z+]+://(?:[^@/]*@)?([^/]+)/(.+)$", re.IGNORECASE)


def same(url: str) -> str:
    """A form in which the URLs of one repository are equal, whatever the protocol, the login or the ending."""
    found = _URL.match(url.strip()) or _SCP.match(url.strip())
    host, path = (found[1].lower(), found[2]) if found else ("", url.strip())
    return f"{host.partition(':')[0]}/{path.strip('/').removesuffix('.git')}"


def of(root: Path) -> frozenset[str]:
    """The remotes of a clone, without any when it is none."""
    try:
        said = git(root, "remote", "-v").stdout
    except MlgateError:
        return frozenset()
    return frozenset(same(line.split()[1]) for line in said.splitlines() if len(line.split()) > 1)


def named(objects: Iterable[Object]) -> frozenset[str]:
    """Every git repository that Applications and ApplicationSets among ``objects`` read."""
    return frozenset(same(url) for obj in objects for _, value in walk(obj) for url in _urls(value))


def _urls(value: dict[str, Any]) -> Iterator[str]:
    url = value.get("repoURL")
    if isinstance(url, str) and url and "{{" not in url and not value.get("chart"):
        yield url


@dataclass(frozen=True, slots=True)
class Here:
    """The repositories that count as the one that is checked out."""

    urls: frozenset[str]

    def __call__(self, url: str) -> bool:
        """Whether ``url`` is this repository."""
        return same(url) in self.urls


def here(root: Path, url: str, objects: Iterable[Object]) -> Here:
    """``url`` when it is given; else the remotes; else the one repository that all of ``objects`` read.

    A clone of a clone, or an export without git, has no remote that any Application names.
    """
    if url:
        return Here(frozenset({same(url)}))
    remotes, used = of(root), named(objects)
    if remotes & used or len(used) != 1:
        return Here(remotes)
    return Here(used)
