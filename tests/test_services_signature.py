"""The signature of Gogs, as Tekton's EventListener asks for it."""

import hashlib
import hmac
import json
from http.client import HTTPConnection
from threading import Thread
from typing import Any

import pytest

from mlgate.errors import UsageError
from mlgate.services import signature

SECRET = "hook-s3cret"
BODY = '{"ref": "refs/heads/main", "é": 1}'


def signed(body: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()


def event(**header: Any) -> dict[str, Any]:
    return {"body": BODY, "header": {"X-Gogs-Event": ["push"], "X-Gogs-Signature": [signed(BODY)], **header}}


def test_a_signed_push_continues() -> None:
    assert signature.judge(event(), SECRET) == {"continue": True}
    lower = {name.lower(): value for name, value in event()["header"].items()}
    assert signature.judge({"body": BODY, "header": lower}, SECRET)["continue"] is True


@pytest.mark.parametrize(
    "request_",
    [
        {**event(), "body": BODY + " "},
        event(**{"X-Gogs-Signature": [signed(BODY, "other")]}),
        event(**{"X-Gogs-Signature": [""]}),
        event(**{"X-Gogs-Signature": []}),
        event(**{"X-Gogs-Signature": [signed(BODY)] * 2}),
        event(**{"X-Gogs-Signature": [signed(BODY)[:-1]]}),
        event(**{"X-Gogs-Signature": ["é"]}),
        event(**{"X-Gogs-Signature": signed(BODY)}),
        event(**{"X-Gogs-Event": ["create"]}),
        event(**{"X-Gogs-Event": []}),
        {"body": BODY},
        {"header": event()["header"]},
        {"body": None, "header": None},
        [],
        None,
    ],
    ids=[
        *("other body", "other secret", "empty", "none", "two", "short", "not ascii", "no list"),
        *("other event", "no event", "no header", "no body", "nulls", "list", "nothing"),
    ],
)
def test_everything_else_stops(request_: object) -> None:
    answer = signature.judge(request_, SECRET)
    assert answer["continue"] is False
    assert SECRET not in json.dumps(answer)


def test_an_empty_secret_is_no_secret() -> None:
    with pytest.raises(UsageError):
        signature.server("", 0)


def test_the_server_answers_and_survives_what_is_no_event() -> None:
    server = signature.server(SECRET, 0, "127.0.0.1")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        answers = []
        for method, path, body in [
            ("GET", "/ready", None),
            ("POST", "/push", "no json"),
            ("POST", "/push", "[" * 100_000),
            ("POST", "/push", json.dumps(event())),
        ]:
            connection.request(method, path, body)
            answer = connection.getresponse()
            answers.append((answer.status, json.loads(answer.read()).get("continue")))
        connection.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert answers == [(200, None), (200, False), (200, False), (200, True)]
