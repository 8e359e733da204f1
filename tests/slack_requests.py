"""Requests as Slack sends them."""

import json
import urllib.parse
from typing import Any

from gate_oracle import DIGEST
from mlgate.slack import signature

SECRET = b"8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1_800_000_000
VALUE = {"prefix": "demo", "digest": DIGEST, "commit": "0f" * 20}


def payload(value: Any = None, **more: Any) -> dict[str, Any]:
    """An interaction; what Slack adds besides is there to be ignored."""
    text = json.dumps(VALUE) if value is None else value
    return {
        "type": "block_actions",
        "user": {"id": "U1", "username": "somebody"},
        "response_url": "https://hooks.example.com/actions/1",
        "actions": [{"action_id": "promote-to-stage", "type": "button", "value": text}],
        **more,
    }


def body(content: Any = None) -> bytes:
    """The form that holds a payload."""
    return urllib.parse.urlencode({"payload": json.dumps(payload() if content is None else content)}).encode()


def signed(content: bytes, at: int = NOW, secret: bytes = SECRET) -> tuple[str, str, bytes]:
    """Timestamp, signature and body."""
    return str(at), signature.sign(secret, str(at), content), content
