"""What a check found. Checks return results; only ``passed`` decides, and nothing checked is a failure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Status(Enum):
    """Outcome of one check on one subject. A SKIPPED check is always counted and shown."""

    VALID = "valid"
    INVALID = "invalid"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One check of one subject.

    ``code`` is stable ("MG201"), ``subject`` is ``Kind/namespace/name`` or a path, ``file`` is
    relative to the repository and ``line`` counts from 1 (0 when unknown).
    """

    code: str
    check: str
    subject: str
    status: Status
    message: str = ""
    fix: str = ""
    file: str = ""
    line: int = 0


def passed(results: Iterable[Result]) -> bool:
    """True when something was checked and nothing is INVALID, ERROR or SKIPPED."""
    seen = {result.status for result in results}
    return seen == {Status.VALID}
