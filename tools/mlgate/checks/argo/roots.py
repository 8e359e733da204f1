"""Where following begins: the folder or file that is named, or every Application that no other one syncs."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from mlgate.checks import graph
from mlgate.checks.argo import directory
from mlgate.checks.argo.source import KUSTOMIZATIONS, Source
from mlgate.checks.argo.tree import Tree
from mlgate.checks.model import Object
from mlgate.errors import SettingsError, UsageError

_KINDS = ("Application", "ApplicationSet", "AppProject")
_LEFT_OUT = {"node_modules", "build", "vendor"}


@dataclass(frozen=True, slots=True)
class Scan:
    """What the files of a tree hold that Argo CD cares for, before anything is rendered."""

    applications: Mapping[Path, tuple[Object, ...]]
    secrets: tuple[Object, ...]
    kustomizations: tuple[Path, ...]


def scan(root: Path) -> Scan:
    """Read every YAML file of the tree that may hold an Application, an ApplicationSet or a cluster's Secret."""
    applications: dict[Path, tuple[Object, ...]] = {}
    secrets: list[Object] = []
    kustomizations = []
    for file in _files(root):
        if file.name in KUSTOMIZATIONS:
            kustomizations.append(file.parent)
        elif found := _interesting(file):
            secrets += [obj for obj in found if obj["kind"] == "Secret"]
            if mine := tuple(obj for obj in found if obj["kind"] in _KINDS):
                applications[file] = mine
    return Scan(applications, tuple(secrets), tuple(kustomizations))


def _files(root: Path) -> Iterator[Path]:
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if not name.startswith(".") and name not in _LEFT_OUT)
        wanted = sorted(name for name in names if name.endswith((".yaml", ".yml", ".json")) or name in KUSTOMIZATIONS)
        yield from (path for name in wanted if not (path := Path(folder, name)).is_symlink())


def _interesting(file: Path) -> list[Object]:
    try:
        text = file.read_bytes()
    except OSError:
        return []
    if b"argoproj.io" not in text:
        return []
    try:
        found = [each for each in directory.documents(file) if isinstance(each, dict)]
    except SettingsError:
        return []  # a template of something else; where a source reads it, the render says so
    return [obj for obj in found if _is_argo(obj) or obj.get("kind") == "Secret"]


def _is_argo(obj: Object) -> bool:
    return obj.get("kind") in _KINDS and str(obj.get("apiVersion")).startswith("argoproj.io/")


def named(path: Path) -> Source:
    """The root at ``path``, a file or a folder; raises ``UsageError`` for neither."""
    if path.is_dir():
        kustomized = any((path / name).is_file() for name in KUSTOMIZATIONS)
        return Source(path, "kustomize") if kustomized else Source(path, "directory", {"recurse": True})
    if not path.is_file():
        raise UsageError(f"there is no file or folder {path}", fix="pass --root a path inside the repository")
    return Source(path.parent, "directory", {"include": path.name})


def candidates(found: Scan) -> list[Source]:
    """Kustomizations and single files that hold Applications and that no other kustomization reads."""
    read_by_others = _read_by_others(found.kustomizations)
    tops = [folder for folder in found.kustomizations if folder.resolve() not in read_by_others]
    reached = {folder: graph.reachable([folder]) for folder in tops}
    held = {file.resolve() for file in found.applications}
    kustomized = [folder for folder in tops if held & reached[folder] and not _is_component(folder)]
    inside: set[Path] = set().union(*reached.values()) if reached else set()
    plain = [file for file in found.applications if file.resolve() not in inside]
    return [*(Source(folder, "kustomize") for folder in kustomized), *map(named, plain)]


def _read_by_others(folders: Iterable[Path]) -> set[Path]:
    return {path for folder in folders for path in graph.references(folder) if path.is_dir()}


def _is_component(folder: Path) -> bool:
    content = graph.read(folder / KUSTOMIZATIONS[0])
    return isinstance(content, dict) and content.get("kind") == "Component"


def uncovered(walks: Sequence[tuple[Source, Tree]]) -> list[Source]:
    """The roots that no Application of another root syncs; of two that sync each other, the first."""
    reach = [(root, _place(root), _synced(tree)) for root, tree in walks]
    return [
        root
        for at, (root, _, _) in enumerate(reach)
        if not any(_covers(reach, where, at) for where in range(len(reach)))
    ]


def _covers(reach: Sequence[tuple[Source, Path, set[Path]]], where: int, at: int) -> bool:
    (_, place, synced), (_, other, own) = reach[where], reach[at]
    return where != at and other in synced and not (place in own and at < where)


def _place(root: Source) -> Path:
    file = root.options.get("include")
    return (root.folder / str(file) if file else root.folder).resolve()


def _synced(tree: Tree) -> set[Path]:
    synced = [unit.build for unit in tree.units if unit.application]
    return {path.resolve() for build in synced for path in (build.folder, *build.files)}


def secrets(text: str) -> list[Object]:
    """The objects of ``--clusters``; raises ``UsageError`` for a text that is no YAML."""
    try:
        return [each for each in yaml.load_all(text, Loader=yaml.CSafeLoader) if isinstance(each, dict)]
    except yaml.YAMLError:
        raise UsageError("--clusters holds no YAML", fix="pass a file of Secrets, as Argo CD keeps clusters") from None
