"""What every code means: the one table behind ``mlgate explain``."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

TABLE = Path(__file__).with_name("explain.yaml")


@dataclass(frozen=True, slots=True)
class Entry:
    """One code: what is ``wrong``, ``why`` it matters, the ``fix``, and one ``example`` of the mistake."""

    code: str
    title: str
    wrong: str
    why: str
    fix: str
    example: str


@cache
def entries() -> dict[str, Entry]:
    """Code to entry, in the order of the table."""
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return {code: Entry(code, **fields) for code, fields in table.items()}
