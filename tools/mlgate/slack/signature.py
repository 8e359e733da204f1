"""Slack's signature of a request, version v0: who knows the signing secret, when, and only once."""

import hashlib
import hmac
import re
import threading

from mlgate.slack.answer import Answer

WINDOW_S = 300
LARGEST = 64 * 1024
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


def sign(secret: bytes, timestamp: str, body: bytes) -> str:
    """``v0=`` and the HMAC-SHA256 of ``v0:timestamp:body`` in hex."""
    return "v0=" + hmac.new(secret, b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


def check(secret: bytes, timestamp: str | None, signature: str | None, body: bytes, now: float) -> Answer | None:
    """None when ``signature`` is Slack's for this body and ``timestamp`` within WINDOW_S of ``now``, in seconds."""
    if not secret:
        return Answer(503, "no signing secret is set")
    if len(body) > LARGEST:
        return Answer(413, "the body is too large")
    if timestamp is None or signature is None:
        return Answer(401, "the request is not signed")
    if refused := _timely(timestamp, now):
        return refused
    return _authentic(sign(secret, timestamp, body), signature)


def _timely(timestamp: str, now: float) -> Answer | None:
    if not _TIMESTAMP.fullmatch(timestamp):
        return Answer(401, "the timestamp is not a number of seconds")
    if abs(now - int(timestamp)) > WINDOW_S:
        return Answer(401, "the timestamp is too far from now")
    return None


def _authentic(wanted: str, given: str) -> Answer | None:
    if not _SIGNATURE.fullmatch(given):
        return Answer(401, "the signature is not of version v0")
    if not hmac.compare_digest(wanted, given):
        return Answer(401, "the signature is wrong")
    return None


class Seen:
    """Signatures that were accepted, kept as long as they could be accepted again."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def first(self, signature: str, now: float) -> bool:
        """True once for each signature; call it for verified ones only, so that nobody else can fill the memory."""
        with self._lock:
            self._until = {known: until for known, until in self._until.items() if until >= now}
            if signature in self._until:
                return False
            # A timestamp may lie WINDOW_S ahead, and is then acceptable for twice as long.
            self._until[signature] = now + 2 * WINDOW_S
            return True
