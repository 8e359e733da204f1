"""requirements.txt against what the cells import, in both directions."""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mlgate.image.environment import TRAINING
from mlgate.notebook.cells import TRAIN, WRAPPER, Notebook, parse
from mlgate.notebook.findings import bad, text_of
from mlgate.results import Result

_PINNED = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==[0-9][A-Za-z0-9.!+_-]*", re.ASCII)
_API = "mlgate"  # the pipeline gives it to cells that Spark trains
_CALLED = {"pyarrow", "pyspark"}
_IMPORTED_AS = {
    "beautifulsoup4": "bs4",
    "imbalanced-learn": "imblearn",
    "opencv-python": "cv2",
    "pillow": "PIL",
    "python-dateutil": "dateutil",
    "pyyaml": "yaml",
    "scikit-image": "skimage",
    "scikit-learn": "sklearn",
}


def violations(model_dir: Path, notebook: Notebook) -> Iterator[Result]:
    """What is wrong with the requirements of a model folder: what serves, and what only the Train cells need."""
    path = model_dir / "requirements.txt"
    if not _entries(text_of(path) or ""):
        yield bad("MG111", path, "requirements.txt is missing or empty", "list the packages that the notebook imports")
        return
    serving, training = _Listed(path), _Listed(model_dir / TRAINING)
    yield from serving.read({})
    yield from training.read(serving.modules)
    yield from _compared(serving, training, notebook)


@dataclass(frozen=True, slots=True)
class _Listed:
    """The packages of one file, by the module that is imported: name and line."""

    path: Path
    modules: dict[str, tuple[str, int]] = field(default_factory=dict)

    def read(self, before: Mapping[str, tuple[str, int]]) -> Iterator[Result]:
        """Fill ``modules``; the results are lines that say nothing exact, or again what stands in ``before``."""
        for number, entry in _entries(text_of(self.path) or ""):
            match = _PINNED.fullmatch(entry)
            if match is None:
                yield bad("MG112", self.path, f"{entry[:80]!r} is not pinned", "write NAME==VERSION", number)
                continue
            name = re.sub(r"[-_.]+", "-", match["name"].lower())
            module = _IMPORTED_AS.get(name, name.replace("-", "_"))
            if there := self.modules.get(module) or before.get(module):
                where = f"line {there[1]}" + ("" if module in self.modules else " of requirements.txt")
                yield bad("MG112", self.path, f"{name} is listed twice", f"drop it here or in {where}", number)
            self.modules[module] = (name, number)


def _entries(text: str) -> list[tuple[int, str]]:
    lines = ((number, line.split("#")[0].strip()) for number, line in enumerate(text.splitlines(), start=1))
    return [(number, entry) for number, entry in lines if entry]


def _compared(serving: _Listed, training: _Listed, notebook: Notebook) -> Iterator[Result]:
    by_train, by_wrapper = _used(notebook, TRAIN), _used(notebook, WRAPPER)
    if by_train is None or by_wrapper is None:
        return  # what such a cell imports is not known; the cell itself is a finding
    for listed, used in ((serving, by_train | by_wrapper), (training, by_train)):
        for module, (name, number) in listed.modules.items():
            # Spark is called, and sent its rows, by our own module, which the Train cells import.
            if module not in used and not (module in _CALLED and _API in used):
                message = f"{name} is required but no tagged cell imports {module}"
                yield bad("MG113", listed.path, message, "drop the line, or import it", number)
    given = {*serving.modules, *sys.stdlib_module_names}
    trained = {*given, *training.modules, *([_API] if "pyspark" in training.modules else [])}
    for module in sorted((by_wrapper - given) | (by_train - trained)):
        message = f"{module} is imported but its package is not required"
        yield bad("MG119", serving.path, message, "add NAME==VERSION")


def _used(notebook: Notebook, tag: str) -> set[str] | None:
    trees = [parse(cell.source) for cell in notebook.tagged(tag)]
    if any(isinstance(tree, str) for tree in trees):
        return None
    return {module for tree in trees if isinstance(tree, ast.Module) for module in imports(tree)}


def imports(tree: ast.Module) -> set[str]:
    """Top-level names of the modules that a tree imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found.add((node.module or ".").split(".")[0] if not node.level else ".")
    return found
