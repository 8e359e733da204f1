"""Objects that only an option of a repository adds: a Component of another option may be meant for them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from mlgate.checks import graph
from mlgate.checks.guard_yaml import Heavy, documents
from mlgate.checks.nodes import scalar

_COMPONENT = "Component"
_ASKED = frozenset({"group", "version", "kind", "name"})
Identity = Mapping[str, str]
"""Group, version, kind and name of an object."""


def is_component(file: Path) -> bool:
    """Whether the kustomization is switched on by those that name it, so that others may stand without it."""
    content = graph.read(file)
    return isinstance(content, dict) and content.get("kind") == _COMPONENT


def optional(root: Path, top: Path) -> list[Identity]:
    """The objects in the files that Components below ``top`` list; what leads out of ``root`` is left out."""
    files = (file for name in graph.KUSTOMIZATIONS for file in sorted(top.rglob(name)) if is_component(file))
    listed = {path for file in files for path in graph.references(file.parent) if path.is_file()}
    return [each for path in sorted(listed) if path.is_relative_to(root) for each in _objects(path)]


def meant(selects: Mapping[str, str], objects: list[Identity]) -> bool:
    """Whether one of ``objects`` is selected, by a kind at least.

    A selector of labels, annotations or a namespace excuses nothing: what overlays make of these no file says.
    """
    if "kind" not in selects or not _ASKED.issuperset(selects):
        return False
    return any(all(_fits(pattern, each[field]) for field, pattern in selects.items()) for each in objects)


def _fits(pattern: str, text: str) -> bool:
    # Only the alternation of plain words: the pattern is anybody's, and a regular expression may never end.
    words = pattern.strip("^$()").split("|")
    return text in words or ".*" in words


def _objects(file: Path) -> Iterator[Identity]:
    try:
        found = documents(file)
    except (OSError, ValueError, Heavy):
        return
    for node in found:
        group, _, version = scalar(node, "apiVersion").rpartition("/")
        yield {
            "group": group,
            "version": version,
            "kind": scalar(node, "kind"),
            "name": scalar(node, "metadata", "name"),
        }
