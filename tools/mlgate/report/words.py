"""Text that a screen, a log or an XML file can hold, whatever a committed file made a message say."""

import re

# What XML 1.0 cannot write even escaped; a terminal would obey some of it, and UTF-8 has no surrogates.
_UNSAFE = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def safe(text: str) -> str:
    """``text`` with U+FFFD for control characters (but tab and line ends) and surrogates."""
    return _UNSAFE.sub("\ufffd", text)
