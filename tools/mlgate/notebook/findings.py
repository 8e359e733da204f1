"""How a violation of the contract is said."""

from pathlib import Path

from mlgate.results import Result, Status


def bad(code: str, path: Path, message: str, fix: str, line: int = 0, *, subject: str = "") -> Result:
    """A violation in the file ``path``; ``subject`` names the cell of a notebook."""
    return Result(
        code=code,
        check="notebook",
        subject=subject or path.name,
        status=Status.INVALID,
        message=message,
        fix=fix,
        file=str(path),
        line=line,
    )


def text_of(path: Path) -> str | None:
    """The text of a file, or None when there is none that can be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
