"""Reading the tagged cells of the one notebook in a model folder."""

import ast
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import reader

from mlgate.errors import SettingsError

TRAIN = "Train"
WRAPPER = "Wrapper"
TAGS = (TRAIN, WRAPPER)

_IPYTHON = re.compile(r"\s*[%!?]|.*=\s*[%!]|.*\?\s*$")


@dataclass(frozen=True, slots=True)
class Cell:
    """One tagged code cell; ``number`` counts all cells from 1, as Jupyter shows them from the top."""

    number: int
    tag: str
    source: str


@dataclass(frozen=True, slots=True)
class Notebook:
    """The tagged cells of one notebook, in order. A cell with both tags stands in it twice."""

    path: Path
    cells: tuple[Cell, ...]

    def part(self, tag: str) -> str:
        """All cells of one tag, joined into one module."""
        return "\n\n".join(cell.source.rstrip() for cell in self.tagged(tag)) + "\n"

    def tagged(self, tag: str) -> tuple[Cell, ...]:
        """The cells of one tag."""
        return tuple(cell for cell in self.cells if cell.tag == tag)

    def where(self, tag: str) -> str:
        """The name for a person: file and cell numbers."""
        numbers = ", ".join(str(cell.number) for cell in self.tagged(tag))
        return f"{self.path.name} cell {numbers}" if numbers else self.path.name


def notebooks(folder: Path) -> list[Path]:
    """The notebooks directly in a model folder."""
    return sorted(folder.glob("*.ipynb"))


def read(path: Path) -> Notebook:
    """Read a notebook; raises ``SettingsError`` when it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about missing cell ids, which older notebooks do not have
            # nbformat.read would print a whole JSON schema when the file breaks it.
            raw = reader.reads(path.read_text(encoding="utf-8"))  # type: ignore[no-untyped-call]
            content = nbformat.convert(raw, 4)  # type: ignore[no-untyped-call]
            nbformat.validate(content)
    except Exception as err:  # nbformat raises many kinds for one cause: this is not a notebook
        reason = " ".join(str(err).split())[:200]
        raise SettingsError(f"{path}: is not a valid notebook: {reason}") from None
    return Notebook(path, tuple(_tagged(content)))


def _tagged(content: nbformat.NotebookNode) -> list[Cell]:
    return [
        Cell(number, tag, cell.source)
        for number, cell in enumerate(content.cells, start=1)
        for tag in TAGS
        if cell.cell_type == "code" and tag in cell.metadata.get("tags", [])
    ]


def parse(source: str) -> ast.Module | str:
    """The syntax tree of a cell or of a module made of cells, or why it is not plain Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
            # The parser lets a lone return or await pass; the compiler does not.
            compile(source, "cell", "exec", dont_inherit=True)
    except SyntaxError as err:
        return _reason(source, err)
    except (ValueError, RecursionError, MemoryError) as err:
        return f"is not valid Python: {' '.join(str(err).split())[:200]}"
    return tree


def _reason(source: str, err: SyntaxError) -> str:
    lines = source.splitlines()
    line = lines[err.lineno - 1] if err.lineno and err.lineno <= len(lines) else ""
    if _IPYTHON.match(line):
        return f"line {line.strip()[:60]!r} is an IPython command; the pipeline runs plain Python"
    return f"is not valid Python: {err.msg} (line {err.lineno or 0} of the cell)"
