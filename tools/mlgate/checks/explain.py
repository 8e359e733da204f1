"""What every code means: the one table behind ``mlgate explain``."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

from mlgate.results import Result, Severity, Status

TABLE = Path(__file__).with_name("explain.yaml")


@dataclass(frozen=True, slots=True)
class Entry:
    """One code: what is ``wrong``, ``why`` it matters, the ``fix``, an ``example`` of the mistake, how bad it is.

    ``test`` is the file that shows that it is found.
    """

    code: str
    title: str
    wrong: str
    why: str
    fix: str
    example: str
    severity: str = Severity.ERROR.value
    test: str = ""


@cache
def entries() -> dict[str, Entry]:
    """Code to entry, in the order of the table."""
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return {code: Entry(code, **fields) for code, fields in table.items()}


def complete(result: Result) -> Result:
    """``result`` as a reader gets it: a finding has a severity and a fix, those of its code unless it has its own."""
    if result.status is Status.VALID or (result.fix and result.severity):
        return result
    entry = entries().get(result.code)
    fix = result.fix or (entry.fix if entry else "")
    return replace(result, fix=fix, severity=result.severity or _severity(result, entry))


def _severity(result: Result, entry: Entry | None) -> Severity:
    # What was skipped is unknown, not wrong.
    return Severity.WARNING if result.status is Status.SKIPPED else Severity(entry.severity if entry else "error")
