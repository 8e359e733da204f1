"""From a rendered object back to the file, line and column that a person would edit."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from mlgate.checks import graft
from mlgate.checks.model import Build, Object, name_of, namespace_of
from mlgate.checks.nodes import Doc, Step, documents, items, steps, walk
from mlgate.checks.origins import Entry, entries, kustomization, listed
from mlgate.checks.sought import named
from mlgate.checks.touches import Touch, touches
from mlgate.repo import Repo
from mlgate.results import Place

__all__ = ["Locator", "Place"]

_PATH = (Step("spec"), Step("source"), Step("path"))


class Locator:
    """Finds the sources of one build's objects; reads the files only when asked the first time."""

    def __init__(self, repo: Repo, build: Build, origin: Place | None = None) -> None:
        """``origin`` is the Application that syncs the build; every chain begins with it."""
        self._repo = repo
        self._build = build
        self._origin = origin

    def find(self, obj: Object, path: str = "") -> Place:
        """Where to edit what ``obj`` has at the JSON pointer ``path``, and the chain that leads there.

        That is what set the value last: a patch, the source of a replacement, an entry of images, or else the
        object's own document, at the node or its nearest parent. The build's kustomization for an unknown object.
        """
        found = self.entry(obj)
        if found is None:
            return Place(self._relative(self._build.file.resolve()), 0, 0, "", self.start)
        wanted = steps(obj, path)
        value = _value(obj, wanted)
        parts = [touch for layer in reversed(found.layers) for touch in touches(layer, found, wanted, value)]
        own = self._own(found, wanted)
        exact = walk(found.node, wanted)[0] == len(wanted)
        edits = (each for each in parts if each.decides or (each.role == "patch" and not exact))
        edit = next((self._place(each.doc, each) for each in edits), own)
        lists = [self._place(doc, Touch(doc, node, role)) for doc, node, role in found.trail]
        chain = (*self.start, *lists, *(self._place(each.doc, each) for each in parts), own)
        return Place(edit.file, edit.line, edit.column, edit.role, chain)

    def entry(self, obj: Object) -> Entry | None:
        """The document that became ``obj``."""
        return named(self._entries, str(obj.get("kind")), name_of(obj), namespace_of(obj))

    @cached_property
    def start(self) -> tuple[Place, ...]:
        """The Applications that lead to the build, each where it names the folder that it syncs."""
        above = self._build.origin
        if self._carrier and above:
            found = self._carrier.find(above.carrier, f"{above.pointer}/path")
            return (*self._carrier.start, replace(found, role=str(above.carrier.get("kind")).lower(), chain=()))
        origin = self._origin or self._application()
        return (origin,) if origin else ()

    @cached_property
    def _carrier(self) -> "Locator | None":
        origin = self._build.origin
        return Locator(self._repo, origin.build) if origin else None

    def _application(self) -> Place | None:
        """Where the Application of a prefix's part names the folder that it syncs."""
        file = self._repo.root / "base" / "apps" / f"{self._build.part}.yaml"
        for doc in documents(file) if self._build.prefix and self._build.part else ():
            led, _, mark = walk(doc.root, _PATH)
            if led == len(_PATH):
                return self._place(doc, Touch(doc, mark, "application"))
        return None

    @cached_property
    def _entries(self) -> list[Entry]:
        if kustomization(self._build.folder):
            return entries(self._build.folder, self._repo.root, self._options())
        files = self._build.files or sorted(self._build.folder.glob("*.y*ml"))
        return [found for file in files for found in listed(file)]

    def _options(self) -> Doc | None:
        """What the Application adds to the kustomization, where it says so."""
        origin = self._build.origin
        if not self._carrier or not origin or not origin.options:
            return None
        found = self._carrier.entry(origin.carrier)
        return graft.options(found.doc, found.node, origin) if found else None

    def _own(self, found: Entry, path: Sequence[Step]) -> Place:
        if found.generator:
            return self._generated(found, path)
        _, _, mark = walk(found.node, path)
        return self._place(found.doc, Touch(found.doc, mark, "object"))

    def _generated(self, found: Entry, path: Sequence[Step]) -> Place:
        """The literal, or the file, that became the key of a generated object."""
        key = path[1].key if len(path) > 1 and path[0].key in ("data", "binaryData", "stringData") else ""
        for field in ("literals", "files", "envs"):
            for node in items(found.node, field) if key else []:
                name, _, text = str(node.value).partition("=")
                file = found.doc.file.parent / (text or name)
                if field == "files" and key in (name, Path(name).name) and file.is_file():
                    return Place(self._relative(file.resolve()), 1, 1, found.generator)
                if field == "literals" and name == key:
                    return self._place(found.doc, Touch(found.doc, node, found.generator))
        return self._place(found.doc, Touch(found.doc, found.node, found.generator))

    def _place(self, doc: Doc, touch: Touch) -> Place:
        line, column = doc.at(touch.node)
        return Place(self._relative(doc.file), line, column, touch.role)

    def _relative(self, file: Path) -> str:
        root = self._repo.root.resolve()
        return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)


def _value(obj: object, path: Sequence[Step]) -> object:
    for step in path:
        obj = obj.get(step.key) if isinstance(obj, dict) else step.item
    return obj
