"""Trying again while something is away: longer and longer between two tries, and not for ever."""

import time
from collections.abc import Callable
from typing import TypeVar

from mlgate.errors import ToolFailed

_FIRST_S, _LONGEST_S = 0.1, 5.0
T = TypeVar("T")


class Stopped(Exception):
    """The program is to end, so nothing is tried again."""


def insist(  # noqa: PLR0913 - what a second try depends on
    attempt: Callable[[], T],
    away: type[Exception],
    *,
    name: str,
    give_up_s: float,
    wait: Callable[[float], None],
    stop: Callable[[], bool],
) -> T:
    """What ``attempt`` returns, tried again as long as it raises ``away``; ``wait`` is given the seconds between.

    Raises ``ToolFailed`` with the last reason after ``give_up_s`` and ``Stopped`` when ``stop`` says so.
    """
    end, delay = time.monotonic() + give_up_s, _FIRST_S
    while True:
        try:
            return attempt()
        except away as err:
            if stop():
                raise Stopped from None
            if time.monotonic() >= end:
                reason = " ".join(str(err).split())[:600]
                raise ToolFailed(
                    f"{name} is away for {give_up_s:g} s: {reason}", fix="start it, then this again"
                ) from None
        wait(delay)
        delay = min(delay * 2, _LONGEST_S)
