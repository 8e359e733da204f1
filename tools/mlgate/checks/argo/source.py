"""The sources of an Application: which folder of this repository, rendered how, or why not here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlgate.checks.model import Object

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_TOOLS = ("kustomize", "directory", "helm", "plugin")


@dataclass(frozen=True, slots=True)
class Source:
    """A folder of this repository. ``tool`` is kustomize or directory, ``options`` the Application's for it.

    ``pointer`` is a JSON pointer to the source in the Application, empty for a root.
    """

    folder: Path
    tool: str
    options: Mapping[str, Any] = field(default_factory=dict)
    pointer: str = ""

    @property
    def key(self) -> tuple[Path, str]:
        """Equal for sources that render the same."""
        return self.folder, f"{self.tool} {sorted(self.options.items(), key=str)}"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A source that is not rendered, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """A source that no sync could use. ``missing`` when its path does not exist; ``path`` is a JSON pointer."""

    message: str
    path: str
    missing: bool = False


def listed(application: Object) -> list[tuple[str, Mapping[str, Any]]]:
    """The sources of an Application, each with its JSON pointer; ``sources`` win over ``source``."""
    spec = application.get("spec") or {}
    several = spec.get("sources")
    if isinstance(several, list) and several:
        return [(f"/spec/sources/{index}", each) for index, each in enumerate(several) if isinstance(each, dict)]
    one = spec.get("source")
    return [("/spec/source", one)] if isinstance(one, dict) and one else []


def of(application: Object, root: Path, is_here: Callable[[str], bool]) -> Iterator[Source | Elsewhere | Wrong]:
    """What an Application syncs, source by source; one that only lends its files to another (``ref``) is left out."""
    sources = listed(application)
    if not sources:
        yield Wrong("the Application has no source", "/spec")
    for pointer, each in sources:
        if each.get("ref") and not each.get("path") and not each.get("chart"):
            continue
        yield _one(pointer, each, root, is_here)


def _one(pointer: str, source: Mapping[str, Any], root: Path, is_here: Callable[[str], bool]) -> Any:
    if source.get("chart"):
        return Elsewhere(f"Helm chart {source['chart']} of {source.get('repoURL')}")
    if not is_here(str(source.get("repoURL", ""))):
        return Elsewhere(f"another repository, {source.get('repoURL')}")
    path = str(source.get("path") or "")
    folder = (root / path).resolve()
    if path.startswith("/") or not folder.is_relative_to(root.resolve()):
        return Wrong(f"the path {path} leads out of the repository", f"{pointer}/path", missing=True)
    if not folder.is_dir():
        return Wrong(f"there is no folder {path}", f"{pointer}/path", missing=True)
    return _tool(pointer, source, folder)


def _tool(pointer: str, source: Mapping[str, Any], folder: Path) -> Any:
    named = [tool for tool in _TOOLS if source.get(tool)]
    if len(named) > 1:
        return Wrong(f"several tools at once: {', '.join(named)}", f"{pointer}/{named[1]}")
    tool = named[0] if named else _found(folder)
    if tool in ("helm", "plugin"):
        return Elsewhere(f"the {'Helm chart' if tool == 'helm' else 'plugin'} of {source.get('path') or 'the root'}")
    options = source.get(tool) or {}
    if not isinstance(options, dict):
        return Wrong(f"{tool} is no object", f"{pointer}/{tool}")
    return Source(folder, tool, options, pointer)


def _found(folder: Path) -> str:
    if (folder / "Chart.yaml").is_file():
        return "helm"
    return "kustomize" if any((folder / name).is_file() for name in KUSTOMIZATIONS) else "directory"
