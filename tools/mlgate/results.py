"""What a check found. Checks return results; only ``passed`` decides, and nothing checked is a failure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Status(Enum):
    """Outcome of one check on one subject. A SKIPPED check is always counted and shown.

    A SUPPRESSED one is a finding that somebody accepted, with a reason and until a date: shown, counted, not failing.
    """

    VALID = "valid"
    INVALID = "invalid"
    ERROR = "error"
    SKIPPED = "skipped"
    SUPPRESSED = "suppressed"


class Severity(Enum):
    """How bad a finding is. Every finding fails the run, whatever its severity; it says what to read first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Place:
    """A file relative to the repository, line and column from 1 (0 when unknown).

    ``role`` says what stands there (application, resource, component, patch, replacement, source, object, ...).
    ``chain`` leads from the Application over the overlay to the document of the object.
    """

    file: str
    line: int
    column: int = 0
    role: str = ""
    chain: tuple["Place", ...] = ()

    @property
    def where(self) -> dict[str, Any]:
        """The fields of a ``Result`` that say where it is: ``Result(code=..., **place.where)``."""
        return {"file": self.file, "line": self.line, "column": self.column, "chain": self.chain}

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One check of one subject.

    ``code`` is stable ("MG201"), ``subject`` is ``Kind/namespace/name`` or a path, ``file`` is
    relative to the repository; ``line``, ``column`` and ``end_line`` count from 1 (0 when unknown).
    An empty ``fix`` and no ``severity`` stand for those of the code (``mlgate.checks.explain.complete``).
    ``reason`` is why a SUPPRESSED finding is accepted.
    """

    code: str
    check: str
    subject: str
    status: Status
    message: str = ""
    fix: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    end_line: int = 0
    chain: tuple[Place, ...] = ()
    severity: Severity | None = None
    reason: str = ""


def passed(results: Iterable[Result]) -> bool:
    """True when something was checked and nothing is INVALID, ERROR or SKIPPED."""
    return allowed(result.status for result in results)


def allowed(statuses: Iterable[Status]) -> bool:
    """``passed``, of the statuses alone."""
    seen = set(statuses)
    return bool(seen) and seen <= {Status.VALID, Status.SUPPRESSED}
