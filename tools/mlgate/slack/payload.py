"""What a click says: three values, each checked; everything else of the payload is left unread.

The callback of the known demo named the template to deploy; here a click can only name what dev has released.
"""

import json
import re
import urllib.parse
from dataclasses import dataclass
from typing import Any, NoReturn

from mlgate import prefixes
from mlgate.errors import UsageError
from mlgate.slack.answer import Answer

ACTION = "promote-to-stage"
_KEYS = {"prefix", "digest", "commit"}
_LONGEST_VALUE = 2000  # Slack's own limit for a button
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Click:
    """What to promote: the prefix, its image's digest, and the commit that released it (40 hex digits)."""

    prefix: str
    digest: str
    commit: str


def parse(body: bytes) -> Click | Answer:
    """The click in a form-encoded body, or why it is none; total over bytes."""
    try:
        fields = urllib.parse.parse_qs(body.decode(), strict_parsing=True, keep_blank_values=True, max_num_fields=8)
    except (ValueError, UnicodeDecodeError):
        return Answer(400, "the body is not a form")
    if list(fields) != ["payload"] or len(fields["payload"]) != 1:
        return Answer(400, "the form is not one payload")
    payload = _object(fields["payload"][0])
    if payload is None:
        return Answer(400, "the payload is not one JSON object")
    return _interaction(payload)


def _interaction(payload: dict[str, Any]) -> Click | Answer:
    actions = payload.get("actions")
    if payload.get("type") != "block_actions" or not isinstance(actions, list) or len(actions) != 1:
        return Answer(400, "the payload is not one block action")
    action = actions[0]
    if not isinstance(action, dict) or action.get("action_id") != ACTION:
        return Answer(400, f"the action is not {ACTION}")
    value = action.get("value")
    content = _object(value) if isinstance(value, str) and len(value) <= _LONGEST_VALUE else None
    if content is None or content.keys() != _KEYS or not all(isinstance(each, str) for each in content.values()):
        return Answer(400, "the value is not prefix, digest and commit")
    return _checked(Click(**content))


def _checked(click: Click) -> Click | Answer:
    try:
        prefixes.check(click.prefix)
    except UsageError:
        return Answer(400, "the prefix is none")
    if not _DIGEST.fullmatch(click.digest):
        return Answer(400, "the digest is none")
    if not _COMMIT.fullmatch(click.commit):
        return Answer(400, "the commit is none")
    return click


def _object(text: str) -> dict[str, Any] | None:
    """The JSON object in ``text``; None when it is none, or two programs could read it differently."""
    try:
        content = json.loads(text, object_pairs_hook=_once, parse_constant=_never)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a key stands twice")
    return content


def _never(word: str) -> NoReturn:
    raise ValueError(word)
