"""How a violation of the contract is said."""

from dataclasses import replace
from pathlib import Path

from mlgate.results import Result, Status


def bad(code: str, path: Path, message: str, fix: str, line: int = 0) -> Result:
    """A violation in the file ``path``."""
    return Result(
        code=code,
        check="notebook",
        subject=path.name,
        status=Status.INVALID,
        message=message,
        fix=fix,
        file=str(path),
        line=line,
    )


def bad_cell(code: str, path: Path, where: str, message: str, fix: str) -> Result:
    """A violation in the notebook ``path``; ``where`` names its cells."""
    return replace(bad(code, path, message, fix), subject=where)


def text_of(path: Path) -> str | None:
    """The text of a file, or None when there is none that can be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
