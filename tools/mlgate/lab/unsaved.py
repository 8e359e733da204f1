"""What a kernel knows of its notebook: where it lies, and which cells were run as they are not saved."""

import json
import os
from pathlib import Path
from typing import Any

_run: dict[str, str] = {}  # source of each cell, by its id, as it was last run


def folder() -> Path:
    """The folder of the notebook: Jupyter tells its path to the kernel; else where the kernel was started."""
    told = os.environ.get("JPY_SESSION_NAME", "")
    return Path(told).parent if told and Path(told).parent.is_dir() else Path.cwd()


def remember(info: Any) -> None:
    """Note a cell that is about to run; ``info`` is IPython's ``ExecutionInfo``."""
    if getattr(info, "cell_id", None):
        _run[info.cell_id] = info.raw_cell


def differing(notebook: Path) -> tuple[str, ...]:
    """Cells that were run in this kernel with another source than the file has, each in words."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        saved = {cell.get("id"): (number, _source(cell)) for number, cell in enumerate(cells, start=1)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()
    return tuple(words for key, source in _run.items() if (words := _word(saved.get(key), source)))


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _word(saved: tuple[int, str] | None, source: str) -> str:
    if saved is None:
        return (
            f"A cell that was run is not in the file, unsaved or deleted: {source.strip().partition(chr(10))[0][:60]!r}"
        )
    number, text = saved
    return (
        "" if text.strip() == source.strip() else f"Not saved: cell {number} was run with other text than the file has"
    )
