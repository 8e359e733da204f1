"""What is written: verdicts, the same bytes for the same transaction and model, and dead letters with their reason."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from mlgate.scoring.transaction import Poison, Transaction

DIGITS = 9
"""Decimals of a probability. A forest adds its trees' votes in the order that threads finish, so the last bits vary."""
_KEY_LIMIT = 1024


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message stood; ``timestamp_ms`` since the epoch, as the message has it."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class Record:
    """A message to write."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


def verdict(transaction: Transaction, fraud: float, *, model: str, threshold: float, event_ms: int) -> Record:
    """The verdict about one transaction. Equal arguments give equal bytes, so that a second one changes nothing."""
    probability = round(fraud, DIGITS)
    said = {
        "eventTime": _time(event_ms),
        "id": transaction.id,
        "model": model,
        "probability": probability,
        "verdict": "fraud" if probability > threshold else "legitimate",
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return Record(transaction.id.encode(), text.encode())


def dead_letter(key: bytes | None, value: bytes | None, poison: Poison, origin: Origin, limit: int) -> Record:
    """The message as it came, up to ``limit`` bytes, with why it is dead and where it stood."""
    headers = {
        "mlgate.reason": poison.reason.value,
        "mlgate.detail": poison.detail,
        "mlgate.origin.topic": origin.topic,
        "mlgate.origin.partition": str(origin.partition),
        "mlgate.origin.offset": str(origin.offset),
        "mlgate.truncated": str(len(value or b"") > limit or len(key or b"") > _KEY_LIMIT).lower(),
    }
    kept = None if value is None else value[:limit]
    encoded = tuple((name, text.encode(errors="replace")) for name, text in headers.items())
    return Record(None if key is None else key[:_KEY_LIMIT], kept, encoded)


def _time(milliseconds: int) -> str | None:
    """ISO 8601 in UTC; nothing where the message has no time, or one that no calendar has."""
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") if milliseconds >= 0 else None
