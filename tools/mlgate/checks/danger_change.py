"""Two renders side by side: what stayed, what went, what came, and where a reader finds it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mlgate.checks.danger_base import Base
from mlgate.checks.locate import Locator, Place
from mlgate.checks.model import KUSTOMIZATION, Build, Object, Rendered, subject
from mlgate.repo import Repo
from mlgate.results import Result, Status

Key = tuple[str, ...]
JUDGED = "a pull request is judged by the base branch"


@dataclass(frozen=True, slots=True)
class Site:
    """An object and the build that it came from."""

    build: Build
    obj: Object

    @property
    def kind(self) -> tuple[str, str]:
        """API group and kind; the version is left out, as it does not make another object."""
        return str(self.obj.get("apiVersion", "")).rpartition("/")[0], str(self.obj.get("kind"))

    @property
    def key(self) -> Key:
        """What makes it the same object in both renders."""
        meta = mapping(self.obj.get("metadata"))
        return self.build.platform, *self.kind, str(meta.get("namespace", "")), str(meta.get("name"))


@dataclass(frozen=True)
class Change:
    """``before`` are the builds of ``base``, ``after`` those of ``repo``.

    Of this tree's folders the ``broken`` ones do not build, and the ``empty`` ones build to nothing.
    """

    repo: Repo
    base: Base
    before: Sequence[Rendered]
    after: Sequence[Rendered]
    broken: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()

    @cached_property
    def old(self) -> dict[Key, Site]:
        """Objects of the base. What a build that fails now had is unknown, not gone, so it is left out."""
        return _index([one for one in self.before if self.folder(one.build, base=True) not in self.broken])

    @cached_property
    def new(self) -> dict[Key, Site]:
        """Objects of this tree."""
        return _index(self.after)

    @property
    def both(self) -> Iterator[tuple[Site, Site]]:
        """Old and new state of every object that stayed."""
        return ((site, self.new[key]) for key, site in self.old.items() if key in self.new)

    @property
    def gone(self) -> Iterator[Site]:
        """Objects that this tree no longer renders."""
        return (site for key, site in self.old.items() if key not in self.new)

    @property
    def added(self) -> Iterator[Site]:
        """Objects that the base did not render."""
        return (site for key, site in self.new.items() if key not in self.old)

    def folder(self, build: Build, *, base: bool = False) -> str:
        """The build's folder, relative to the repository."""
        return str(build.folder.relative_to((self.base.repo if base else self.repo).root))

    def relative(self, path: Path) -> str:
        """``path`` in this tree, relative to the repository."""
        return str(path.relative_to(self.repo.root))

    def place(self, site: Site, path: str = "") -> Place:
        """Where the object, or the node at the JSON pointer ``path``, stands in this tree."""
        return Locator(self.repo, site.build).find(site.obj, path)

    def former(self, site: Site) -> Place:
        """The kustomization of this tree that would have to list an object which is gone."""
        folder = self.repo.root / self.folder(site.build, base=True)
        while not (folder / KUSTOMIZATION).is_file() and folder != self.repo.root:
            folder = folder.parent
        file = folder / KUSTOMIZATION
        return Place(str(file.relative_to(self.repo.root)), 1) if file.is_file() else Place("", 0)


def finding(code: str, name: str | Site, place: Place, message: str, fix: str) -> Result:
    """One danger; ``message`` says old -> new, ``fix`` how to undo it, or how to do it deliberately."""
    return Result(
        code=code,
        check="danger",
        subject=name if isinstance(name, str) else subject(name.obj),
        status=Status.INVALID,
        message=message,
        fix=fix,
        **place.where,
    )


def at(value: Any, path: str) -> Any:
    """The node at the JSON pointer ``path``; None when there is none."""
    for key in path.strip("/").split("/"):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def mapping(value: Any) -> dict[str, Any]:
    """``value`` when it is a mapping, else an empty one: the stage schema reports what is misshapen."""
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[dict[str, Any]]:
    """The mappings of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The items of a list as text."""
    return [str(item) for item in value] if isinstance(value, list) else []


def _index(rendered: Sequence[Rendered]) -> dict[Key, Site]:
    found: dict[Key, Site] = {}
    for one in rendered:
        for obj in one.objects:
            site = Site(one.build, obj)
            found.setdefault(site.key, site)
    return found
