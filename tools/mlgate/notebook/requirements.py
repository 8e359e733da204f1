"""requirements.txt against what the cells import, in both directions."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from mlgate.notebook.cells import Notebook, parse
from mlgate.notebook.findings import bad, text_of
from mlgate.results import Result

_PINNED = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==[0-9][A-Za-z0-9.!+_-]*", re.ASCII)
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
    """What is wrong with the requirements of a model folder."""
    path = model_dir / "requirements.txt"
    entries = _entries(text_of(path) or "")
    if not entries:
        yield bad("MG111", path, "requirements.txt is missing or empty", "list the packages that the notebook imports")
        return
    listed: dict[str, tuple[str, int]] = {}
    for number, entry in entries:
        match = _PINNED.fullmatch(entry)
        if match is None:
            yield bad("MG112", path, f"{entry[:80]!r} is not pinned", "write NAME==VERSION", number)
            continue
        name = re.sub(r"[-_.]+", "-", match["name"].lower())
        module = _IMPORTED_AS.get(name, name.replace("-", "_"))
        if module in listed:
            fix = f"drop it here or in line {listed[module][1]}"
            yield bad("MG112", path, f"{name} is listed twice", fix, number)
        listed[module] = (name, number)
    yield from _compared(path, listed, notebook)


def _entries(text: str) -> list[tuple[int, str]]:
    lines = ((number, line.split("#")[0].strip()) for number, line in enumerate(text.splitlines(), start=1))
    return [(number, entry) for number, entry in lines if entry]


def _compared(path: Path, listed: dict[str, tuple[str, int]], notebook: Notebook) -> Iterator[Result]:
    trees = [parse(cell.source) for cell in notebook.cells]
    if any(isinstance(tree, str) for tree in trees):
        return  # what such a cell imports is not known; the cell itself is a finding
    used = {module for tree in trees if isinstance(tree, ast.Module) for module in imports(tree)}
    for module, (name, number) in listed.items():
        if module not in used:
            message = f"{name} is required but no tagged cell imports {module}"
            yield bad("MG113", path, message, "drop the line, or import it", number)
    for module in sorted(used - set(listed) - set(sys.stdlib_module_names)):
        yield bad("MG119", path, f"{module} is imported but its package is not required", "add NAME==VERSION")


def imports(tree: ast.Module) -> set[str]:
    """Top-level names of the modules that a tree imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found.add((node.module or ".").split(".")[0] if not node.level else ".")
    return found
