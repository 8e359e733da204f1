"""Text that a screen, a log or an XML file can hold, whatever a committed file made a message say."""

import re

from mlgate.results import Result

# What XML 1.0 cannot write even escaped; a terminal would obey some of it, and UTF-8 has no surrogates.
_UNSAFE = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def safe(text: str) -> str:
    """``text`` with U+FFFD for control characters (but tab and line ends) and surrogates."""
    return _UNSAFE.sub("\ufffd", text)


def place(result: Result) -> str:
    """``file:line:column`` as far as they are known; the subject when there is no file."""
    numbers = [number for number in (result.line, result.column if result.line else 0) if number]
    return ":".join([result.file, *map(str, numbers)]) if result.file else result.subject
