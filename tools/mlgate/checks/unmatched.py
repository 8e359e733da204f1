"""MG227: patches and replacements that match no object in any build. kustomize says nothing of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from mlgate.checks import alternatives, graph, guard
from mlgate.checks.guard_yaml import Heavy, documents
from mlgate.checks.model import Build
from mlgate.checks.nodes import child, items
from mlgate.render import renderer
from mlgate.render.engine import Answer, Request
from mlgate.repo import Repo
from mlgate.results import Result, Status

_BATCH = 8
_FIELDS = ("patches", "replacements")


@dataclass(frozen=True, slots=True)
class Target:
    """What a patch or replacement selects, where it stands, and its name in the engine's answers."""

    id: str
    selects: tuple[tuple[str, str], ...]
    file: str
    line: int
    column: int

    @property
    def words(self) -> str:
        """What it selects, for people."""
        return ", ".join(" ".join(pair) for pair in self.selects) or "anything"


def check(repo: Repo, builds: Iterable[Build], files: Iterable[Path]) -> list[Result]:
    """A finding for every target in the kustomizations ``files`` that no build matches; builds come until all do.

    None while a build is missing, refused or fails: that is told already, and any target may be meant for it.
    """
    return [_finding(each) for each in _silent(repo, builds, files)]


def _silent(repo: Repo, builds: Iterable[Build], files: Iterable[Path]) -> list[Target]:
    wanted = {each.id: each for file in dict.fromkeys(files) for each in targets(repo.root.resolve(), file)}
    rest = [build for build in builds if not build.files]
    reached: set[str] = set()
    while rest and wanted:
        some, rest = rest[:_BATCH], rest[_BATCH:]
        answers = _probed(repo, some)
        if len(answers) < len(some) or any(answer.error for answer in answers):
            return []
        for answer in answers:
            reached.update(answer.reached)
            for each in answer.matched:
                wanted.pop(each, None)
    return [each for name, each in wanted.items() if name in reached]


def own(repo: Repo, folder: Path, builds: Sequence[Build]) -> list[Result]:
    """``check`` of the kustomizations below ``folder`` that have patches or replacements."""
    files = [file for name in graph.KUSTOMIZATIONS for file in sorted(folder.rglob(name)) if _says(file)]
    return check(repo, builds, files) if files else []


def shared(repo: Repo, builds: Iterable[Build], files: Iterable[Path]) -> list[Result]:
    """``check`` of those among ``files`` that are kustomizations.

    A Component may be meant for what another one adds that nobody has switched on beside it: that is no finding.
    """
    silent = _silent(repo, builds, [file for file in files if file.name in graph.KUSTOMIZATIONS and _says(file)])
    root = repo.root.resolve()
    below = cache(lambda top: alternatives.optional(root, root / top))
    return [_finding(each) for each in silent if not _optional(root, each, below)]


def _optional(root: Path, target: Target, below: Callable[[str], list[alternatives.Identity]]) -> bool:
    name = target.id.partition("#")[0]
    top = name.partition("/")[0]
    return alternatives.is_component(root / name) and alternatives.meant(dict(target.selects), below(top))


def targets(root: Path, file: Path) -> Iterator[Target]:
    """Every target of the patches and replacements of a kustomization, those in files that it names included."""
    name = str(file.resolve().relative_to(root))
    for node in _mappings(file):
        for number, item in enumerate(items(node, "patches")):
            if (target := child(item, "target")) is not None:
                yield _target(f"{name}#patches/{number}", target, name)
        for number, item in enumerate(items(node, "replacements")):
            yield from _replaced(root, file, f"{name}#replacements/{number}", item)


def _replaced(root: Path, file: Path, name: str, item: yaml.Node) -> Iterator[Target]:
    path = child(item, "path")
    if not isinstance(path, yaml.ScalarNode):
        yield from _selects(root, file, name, item)
        return
    other = file.parent / path.value
    found = _documents(other)
    inner = [each for node in found for each in (items(node) or [node])]
    for number, each in enumerate(inner):
        yield from _selects(root, other, f"{name}/{number}", each)


def _selects(root: Path, file: Path, name: str, item: yaml.Node) -> Iterator[Target]:
    for number, each in enumerate(items(item, "targets")):
        yield _target(f"{name}/targets/{number}", child(each, "select") or each, str(file.resolve().relative_to(root)))


def _target(name: str, node: yaml.Node, file: str) -> Target:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    selects = tuple((str(key.value), str(value.value)) for key, value in pairs if isinstance(value, yaml.ScalarNode))
    return Target(name, selects, file, node.start_mark.line + 1, node.start_mark.column + 1)


def _probed(repo: Repo, builds: Sequence[Build]) -> Sequence[Answer]:
    safe = [build for build in builds if graph.kustomization(build.folder)]
    safe = [build for build in safe if not guard.check(repo.root, build.folder)]
    return renderer.pool().render([Request(build.folder, repo.root, probe=True) for build in safe])


def _finding(target: Target) -> Result:
    kind = "patch" if "#patches/" in target.id else "replacement"
    return Result(
        code="MG227",
        check="unmatched",
        subject=target.id.partition("#")[0],
        status=Status.INVALID,
        message=f"this {kind} changes nothing: no object of any build has {target.words}",
        fix="correct the target, or remove what is no longer needed",
        file=target.file,
        line=target.line,
        column=target.column,
    )


def _says(file: Path) -> bool:
    try:
        text = file.read_bytes()
    except OSError:
        return False
    return any(field.encode() in text for field in _FIELDS)


def _documents(file: Path) -> list[yaml.Node]:
    try:
        return documents(file)
    except (OSError, ValueError, Heavy):
        return []


def _mappings(file: Path) -> Iterator[yaml.Node]:
    yield from (node for node in _documents(file) if isinstance(node, yaml.MappingNode))
