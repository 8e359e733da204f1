"""The line that a finding is about, with a mark below the place, as compilers show it."""

import re
from pathlib import Path

from rich.cells import cell_len

from mlgate.results import Result

_WIDEST = 120
_LEAD = 40
_LARGEST = 4 << 20
# What is secret stays where it is: reports end up in the logs of a CI.
_SECRET = frozenset({"MG271", "MG272"})
_LOGIN = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_WORD = re.compile(r"[\w./-]+|\S")


def excerpt(root: Path, result: Result) -> list[str]:
    """The source line with its number, and the mark; nothing without a line, or for what may hold a secret."""
    if not result.line or result.code in _SECRET or result.subject.startswith("Secret/"):
        return []
    text = _line(root, result.file, result.line)
    if not text.strip():
        return []
    start = min(max(result.column or len(text) - len(text.lstrip()) + 1, 1) - 1, len(text))
    # Of a line that is too long, the part around the place.
    cut = max(0, start - _LEAD) if len(text) > _WIDEST else 0
    shown, start = text[cut : cut + _WIDEST], start - cut
    word = _WORD.match(shown, start)
    number = str(result.line)
    mark = " " * cell_len(shown[:start]) + "^" * max(1, cell_len(word[0]) if word else 1)
    return [f"{number} | {shown}", f"{' ' * len(number)} | {mark}"]


def _line(root: Path, name: str, number: int) -> str:
    try:
        file = (root / name).resolve()
        if not file.is_relative_to(root.resolve()) or file.stat().st_size > _LARGEST:
            return ""
        lines = file.read_text(errors="replace").splitlines()
    except (OSError, ValueError):
        return ""
    text = lines[number - 1] if number <= len(lines) else ""
    return _LOGIN.sub(lambda login: "*" * len(login[0]), text.replace("\t", " ")).rstrip()
