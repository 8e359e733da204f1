"""The limit on requests, as the server applies it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from mlgate.image.launcher import MAX_BODY, bounded


def ask(**environ: str) -> tuple[str, bytes]:
    said: list[str] = []

    def app(_environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [])
        return [b"answered"]

    body = b"".join(bounded(app)(dict(environ), lambda status, _headers: said.append(status)))
    return said[0], body


@pytest.mark.parametrize("length", ["", "0", "17", str(MAX_BODY)])
def test_a_request_within_the_limit_reaches_the_server(length: str) -> None:
    assert ask(CONTENT_LENGTH=length) == ("200 OK", b"answered")
    assert ask() == ("200 OK", b"answered")


@pytest.mark.parametrize("length", [str(MAX_BODY + 1), "9" * 5000], ids=["by one", "by far"])
def test_a_longer_one_is_413(length: str) -> None:
    status, body = ask(CONTENT_LENGTH=length)
    assert status.startswith("413 ")
    assert json.loads(body)["status"]["info"] == f"the limit is {MAX_BODY} bytes"


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {"CONTENT_LENGTH": "5", "HTTP_TRANSFER_ENCODING": "chunked"},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "1e9"},
    ],
    ids=str,
)
def test_a_length_that_is_not_said_is_refused(environ: dict[str, str]) -> None:
    status, _ = ask(**environ)
    assert status.startswith("411 ")
