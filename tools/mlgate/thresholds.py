"""Accuracy thresholds as exact decimals: what people may type, and how a threshold is stored."""

import re
from decimal import Decimal

from mlgate.errors import UsageError

DECIMALS = 9
"""Decimal places a stored fraction may have; the policy compares in units of 10**-9."""

_SPOKEN = re.compile(r"(?P<number>[0-9]{1,3}(\.[0-9]{1,20})?) ?(?P<percent>%?)", re.ASCII)
_HOW = "write a percentage such as 98.87 or 98.87%, or a fraction such as 0.9887"


def parse(spoken: str) -> Decimal:
    """Read a threshold as people say it and return the fraction, exact, in (0, 1].

    A number above 1, or with a percent sign, is a percentage; a number below 1 is a fraction. A bare
    1 could mean 1 % or 100 % and is refused. Raises ``UsageError`` with the reason.
    """
    match = _SPOKEN.fullmatch(spoken.strip(" "))
    if match is None:
        raise UsageError(f"threshold {spoken[:40]!r} is not a number", fix=_HOW)
    number = Decimal(match["number"])
    if number == 1 and not match["percent"]:
        raise UsageError(f"threshold {spoken!r} could mean 1 % or 100 %", fix="write 100, 100% or 1%")
    percent = bool(match["percent"]) or number > 1
    return check(number / 100 if percent else number, spoken)


def check(fraction: Decimal, spoken: str = "") -> Decimal:
    """Return ``fraction`` when it can be a threshold: in (0, 1], at most nine decimal places."""
    shown = spoken or str(fraction)
    if not fraction.is_finite() or not 0 < fraction <= 1:
        raise UsageError(f"threshold {shown!r} is outside 0 to 100 %", fix=_HOW)
    if fraction != round(fraction, DECIMALS):
        raise UsageError(f"threshold {shown!r} has more than {DECIMALS} decimal places as a fraction", fix=_HOW)
    return fraction


def stored(fraction: Decimal) -> str:
    """The text that stands in settings.yaml: plain decimal with a point, for example ``0.9887`` or ``1.0``."""
    text = f"{fraction.normalize():f}"
    return text if "." in text else f"{text}.0"


def spoken(fraction: Decimal) -> str:
    """As people say it, for example ``98.87 %``."""
    return f"{(fraction * 100).normalize():f} %"
