"""What a request is told: a value, whether it was served or not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """HTTP status, and one line for the person who clicked or who reads the log."""

    status: int
    text: str
