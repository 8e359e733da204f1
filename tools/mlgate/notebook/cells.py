"""Reading the tagged cells of the one notebook in a model folder."""

import ast
from dataclasses import dataclass
from pathlib import Path

import nbformat

from mlgate.errors import SettingsError

TRAIN = "Train"
WRAPPER = "Wrapper"


@dataclass(frozen=True, slots=True)
class Cell:
    """One tagged code cell; ``number`` counts all cells from 1, as Jupyter shows them from the top."""

    number: int
    tag: str
    source: str


@dataclass(frozen=True, slots=True)
class Notebook:
    """The tagged cells of one notebook, in order."""

    path: Path
    cells: tuple[Cell, ...]

    def part(self, tag: str) -> str:
        """All cells of one tag, joined into one module."""
        return "\n\n".join(cell.source.rstrip() for cell in self.cells if cell.tag == tag) + "\n"


def notebooks(folder: Path) -> list[Path]:
    """The notebooks directly in a model folder."""
    return sorted(folder.glob("*.ipynb"))


def read(path: Path) -> Notebook:
    """Read a notebook; raises ``SettingsError`` when it is none."""
    try:
        content = nbformat.read(path, as_version=4)
        nbformat.validate(content)
    except Exception as err:  # nbformat raises many kinds for one cause: this is not a notebook
        reason = " ".join(str(err).split())[:200]
        raise SettingsError(f"{path}: is not a valid notebook: {reason}") from None
    cells = []
    for number, cell in enumerate(content.cells, start=1):
        tags = cell.metadata.get("tags", [])
        cells += [
            Cell(number, tag, cell.source) for tag in (TRAIN, WRAPPER) if tag in tags and cell.cell_type == "code"
        ]
    return Notebook(path, tuple(cells))


def parse(cell: Cell) -> ast.Module | str:
    """The syntax tree of a cell, or why it is not plain Python."""
    for line in cell.source.splitlines():
        if line.lstrip().startswith(("%", "!")):
            return f"line {line.strip()[:60]!r} is an IPython command; the pipeline runs plain Python"
    try:
        return ast.parse(cell.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as err:
        return f"is not valid Python: {err}"
