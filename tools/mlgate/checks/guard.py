"""What must not reach kustomize, in any file that a build leads to: remote, escaping, endless, a program to run."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from mlgate.checks import guard_fields as fields
from mlgate.checks.graph import kustomization
from mlgate.checks.guard_fields import Named
from mlgate.checks.guard_yaml import Heavy, Spot, documents, parse
from mlgate.results import Result, Status

_FIXES = {
    "MG205": "copy it into the repository and name the copy; a reviewer then sees what is deployed",
    "MG206": "move it into the repository and name it by a relative path",
    "MG207": "replace the link by what it points to",
    "MG208": "correct the name of the field, or remove it",
    "MG209": "let one of them stop naming the other",
    "MG224": "render it once, commit the result and list that as a resource",
    "MG225": "split the file, and write out what the anchors stand for",
}


@dataclass(frozen=True, slots=True)
class _Scanned:
    spots: tuple[Spot, ...] = ()
    named: tuple[Named, ...] = ()


def check(root: Path, folder: Path, clean: set[Path] | None = None) -> list[Result]:
    """Findings about the build of ``folder``: MG205..MG209, MG224, MG225; none when kustomize may start.

    ``clean`` is for calls that see the tree at one moment: folders from which nothing bad can be reached. Each call
    that finds nothing adds its own.
    """
    walk = _Walk(root.resolve(), frozenset(clean or ()))
    walk.enter(Path(os.path.normpath(folder.absolute())), ())
    if clean is not None and not walk.found:
        clean |= walk.plain()
    return [walk.result(*each) for each in dict.fromkeys(walk.found)]


class _Walk:
    def __init__(self, root: Path, clean: frozenset[Path]) -> None:
        self._root = root
        self._clean = clean
        self._done: set[Path] = set()
        self._files: set[tuple[Path, bool]] = set()
        self._parents: dict[Path, str | None] = {root.parent: None}
        self.found: list[tuple[Path, Spot]] = []

    def enter(self, folder: Path, above: tuple[Path, ...]) -> None:
        """Look at the kustomization of a folder and all below it; ``above`` are the folders that lead here."""
        file = kustomization(folder)
        if folder in self._done or folder in self._clean or file is None:
            return
        self._done.add(folder)
        if (trouble := self._link(file)) is not None:
            self.found.append((file, Spot(0, 0, "MG207", trouble)))
            return
        scanned = _scan(file, _signature(file), top=True, plugin=False)
        self.found += [(file, each) for each in scanned.spots]
        for each in scanned.named:
            self._follow(file, each, (*above, folder))

    def plain(self) -> set[Path]:
        """The folders that were entered; none when a link leads to one, since a circle may then hide behind names."""
        return self._done if all(os.path.realpath(each) == str(each) for each in self._done) else set()

    def _follow(self, file: Path, named: Named, above: tuple[Path, ...]) -> None:
        code, message = self._wrong(file, named)
        target = Path(os.path.normpath(file.parent / named.path)) if not code else file
        if not code and target.is_dir() and any(target.samefile(each) for each in above):
            code, message = "MG209", f"{named.path} leads back to {self._name(target)}, so the build would never end"
        if code:
            self.found.append((file, Spot(named.line, named.column, code, f"{named.field}: {message}")))
        elif target.is_dir():
            self.enter(target, above)
        elif target.is_file() and (target, named.plugin) not in self._files:
            self._files.add((target, named.plugin))
            scanned = _scan(target, _signature(target), top=False, plugin=named.plugin)
            self.found += [(target, each) for each in scanned.spots]

    def _wrong(self, file: Path, named: Named) -> tuple[str, str]:
        text = named.path
        if fields.remote(text):
            return "MG205", f"{text} is remote: what is deployed could change without a commit"
        if text.startswith(("/", "~", "\\")) or text[1:3] in (":\\", ":/"):
            return "MG206", f"{text} is absolute, so it is another file on every machine"
        if "\0" in text or len(text) > 4096:
            return "MG206", "this is no path"
        target = Path(os.path.normpath(file.parent / text))
        if not target.is_relative_to(self._root):
            return "MG206", f"{text} leaves the repository"
        trouble = self._link(target)
        return ("MG207", trouble) if trouble else ("", "")

    def _link(self, path: Path) -> str | None:
        parent = path.parent
        if parent not in self._parents:
            self._parents[parent] = self._resolved(parent)
        try:
            # Only what is a link itself, or stands below one, has to be followed: that is slow.
            if not stat.S_ISLNK(path.lstat().st_mode):
                return self._parents[parent]
        except OSError:
            return self._parents[parent]
        return self._resolved(path)

    def _resolved(self, path: Path) -> str | None:
        try:
            real = path.resolve(strict=True)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, RuntimeError):
            return f"{self._name(path)} cannot be followed: symbolic links that lead in a circle"
        outside = not real.is_relative_to(self._root)
        return f"{self._name(path)} is a symbolic link that leaves the repository" if outside else None

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._root)) if path.is_relative_to(self._root) else str(path)

    def result(self, file: Path, spot: Spot) -> Result:
        """The finding about one spot of a file."""
        name = self._name(file)
        return Result(
            code=spot.code,
            check="guard",
            subject=name,
            status=Status.INVALID,
            message=spot.message,
            fix=_FIXES[spot.code],
            file=name,
            line=spot.line,
            column=spot.column,
        )


def _signature(file: Path) -> tuple[int, ...]:
    seen = file.stat()
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns


@lru_cache(maxsize=100_000)
def _scan(file: Path, _signature: tuple[int, ...], *, top: bool, plugin: bool) -> _Scanned:
    try:
        found = documents(file)
        spots = list(_spots(found, top=top, plugin=plugin))
    except Heavy as err:
        return _Scanned((Spot(0, 0, "MG225", str(err)),))
    except OSError:
        return _Scanned()
    maps = [node for node in found if isinstance(node, yaml.MappingNode)] if top else []
    return _Scanned(tuple(spots), tuple(each for node in maps for each in fields.named(node)))


def _spots(found: list[yaml.Node], *, top: bool, plugin: bool) -> Iterator[Spot]:
    for node in found:
        yield from fields.programs(node)
        if plugin:
            yield from _remote_in(node)
        if top and isinstance(node, yaml.MappingNode):
            yield from fields.unknown(node)
            yield from fields.helm(node)
            for each in fields.inline(node):
                yield from _inside(each)


def _inside(text: yaml.ScalarNode) -> Iterator[Spot]:
    line, column = text.start_mark.line + 1, text.start_mark.column + 1
    for node in parse(text.value):
        for each in (*fields.programs(node), *_remote_in(node)):
            yield Spot(line, column, each.code, each.message)


def _remote_in(node: yaml.Node) -> Iterator[Spot]:
    for each in fields.opened(node):
        yield Spot(each.line, each.column, "MG205", f"{each.field}: {each.path} is remote")
