"""The button over real HTTP on loopback: never a run without a valid signature, never two for one click."""

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate_oracle import DIGEST
from mlgate.errors import ToolFailed, UsageError
from mlgate.slack import server
from mlgate.slack.app import App
from slack_requests import NOW, SECRET, VALUE, body, payload, signed

FORM = "application/x-www-form-urlencoded"


class Running:
    """A server, what it created, and what it logged."""

    def __init__(self) -> None:
        self.runs: list[dict[str, Any]] = []
        self.logged: list[str] = []
        self.failure = ""
        self.app = App(prefix="demo", secret=SECRET, create=self.create, log=self.logged.append, clock=lambda: NOW)
        self.server = server.Server(self.app, "127.0.0.1", 0, self.logged.append)
        self.port = int(self.server.server_address[1])

    def create(self, run: dict[str, Any]) -> None:
        if self.failure:
            raise ToolFailed(self.failure)
        self.runs.append(run)

    def post(self, stamp: str, seal: str, content: bytes, headers: dict[str, str] | None = None) -> tuple[int, str]:
        named = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": seal, "Content-Type": FORM}
        return self.send(server.PATH, content, {**named, **(headers or {})})

    def send(self, path: str, content: bytes | None, headers: dict[str, str]) -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=content, headers=headers)
        door = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with door.open(request, timeout=20) as answer:
                return int(answer.status), answer.read().decode()
        except urllib.error.HTTPError as err:
            with err:
                return err.code, err.read().decode()

    def raw(self, content: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as wire:
            wire.sendall(content)
            return b"".join(iter(lambda: wire.recv(65536), b""))


@pytest.fixture
def running() -> Iterator[Running]:
    """A server on a free port."""
    one = Running()
    thread = threading.Thread(target=one.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield one
    one.server.shutdown()
    one.server.server_close()
    thread.join()


def test_a_click_is_one_run_of_three_values(running: Running) -> None:
    status, text = running.post(*signed(body()))
    (run,) = running.runs
    assert (status, text) == (200, f"promotion of {DIGEST[:19]} started: {run['metadata']['name']}\n")
    assert (run["kind"], run["metadata"]["namespace"]) == ("PipelineRun", "demo-cicd")
    assert run["spec"]["pipelineRef"] == {"name": "model-stage"}
    assert {each["name"]: each["value"] for each in run["spec"]["params"]} == VALUE
    assert len(run["metadata"]["name"]) <= 63


def test_a_replay_is_refused(running: Running) -> None:
    click = signed(body())
    assert [running.post(*click)[0] for _ in range(3)] == [200, 409, 409]
    assert len(running.runs) == 1


def test_a_second_click_is_a_second_run(running: Running) -> None:
    assert [running.post(*signed(body(), NOW + at))[0] for at in (0, 1)] == [200, 200]
    assert len({run["metadata"]["name"] for run in running.runs}) == 2


def test_a_replay_to_a_new_process_has_the_same_name(running: Running) -> None:
    click = signed(body())
    running.post(*click)
    again = Running()
    again.server.server_close()
    again.app.answer(*click)
    assert again.runs == running.runs
    running.failure = "Error from server (AlreadyExists): pipelineruns exists"
    assert running.post(*signed(body(), NOW + 1))[0] == 409


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({"X-Slack-Signature": "v0=" + "0" * 64}, 401, id="wrong-signature"),
        pytest.param({"X-Slack-Signature": ""}, 401, id="empty-signature"),
        pytest.param({"X-Slack-Request-Timestamp": str(NOW - 301)}, 401, id="old"),
        pytest.param({"Content-Type": "application/json"}, 415, id="json"),
        pytest.param({"Content-Type": ""}, 415, id="no-type"),
    ],
)
def test_a_request_that_is_not_slacks_starts_nothing(running: Running, changed: dict[str, str], status: int) -> None:
    assert running.post(*signed(body()), changed)[0] == status
    assert running.runs == []


def test_without_any_signature_nothing_starts(running: Running) -> None:
    assert running.send(server.PATH, body(), {"Content-Type": FORM})[0] == 401
    assert running.runs == []


def test_another_prefix_is_refused(running: Running) -> None:
    content = body(payload(json.dumps({**VALUE, "prefix": "other"})))
    assert running.post(*signed(content))[0] == 403
    assert running.runs == []


def test_a_failure_is_said_without_its_words_and_a_new_click_works(running: Running) -> None:
    running.failure = "forbidden: internal words"
    status, text = running.post(*signed(body()))
    assert (status, "internal" in text) == (503, False)
    assert any("internal words" in line for line in running.logged)
    running.failure = ""
    assert running.post(*signed(body(), NOW + 1))[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/healthz", 200), ("GET", "/", 404), ("GET", server.PATH, 404), ("POST", "/", 404), ("PUT", "/", 501)],
)
def test_nothing_else_is_there(running: Running, method: str, path: str, status: int) -> None:
    answer = running.raw(f"{method} {path} HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(f"HTTP/1.0 {status} ".encode())


HEAD = f"POST {server.PATH} HTTP/1.1\r\nContent-Type: {FORM}\r\n"


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        pytest.param("\r\n", 411, id="no-length"),
        pytest.param("Content-Length: -1\r\n\r\n", 411, id="negative"),
        pytest.param("Content-Length: x\r\n\r\n", 411, id="word"),
        pytest.param("Content-Length: 1\r\nContent-Length: 2\r\n\r\nx", 411, id="two-lengths"),
        pytest.param("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx", 411, id="chunked"),
        pytest.param("Content-Length: 65537\r\n\r\n", 413, id="large"),
        pytest.param(f"Content-Length: {'9' * 5000}\r\n\r\n", 413, id="huge"),
    ],
)
def test_a_body_without_bounds_is_not_read(running: Running, rest: str, status: int) -> None:
    assert running.raw((HEAD + rest).encode()).startswith(f"HTTP/1.0 {status} ".encode())
    assert running.runs == []


def test_a_header_that_stands_twice_is_no_signature(running: Running) -> None:
    stamp, seal, content = signed(body())
    headers = f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: {seal}\r\nX-Slack-Signature: {seal}\r\n"
    length = f"Content-Length: {len(content)}\r\n\r\n"
    assert b" 401 " in running.raw((HEAD + headers + length).encode() + content)
    assert running.runs == []


def test_a_client_that_never_ends_is_ended(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_REQUEST_S", 0.2)
    monkeypatch.setattr(server._Handler, "timeout", 60)  # what ends it is not the time-out of one read
    assert running.raw((HEAD + "Content-Length: 10\r\n\r\nx").encode()) == b""
    monkeypatch.undo()
    assert running.post(*signed(body()))[0] == 200


def test_log_and_representation_hold_no_secret(running: Running) -> None:
    click = signed(body())
    running.post(*click)
    running.post(*click)
    written = " ".join([*running.logged, repr(running.app), json.dumps(running.runs)])
    assert SECRET.decode() not in written
    assert click[1] not in written
    assert "hooks.example.com" not in written


def test_a_port_that_is_taken_is_said(running: Running) -> None:
    with pytest.raises(UsageError, match="cannot listen"):
        server.Server(running.app, "127.0.0.1", running.port, print)


texts = st.text() | st.none()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(texts, texts, st.binary(max_size=200) | st.just(body()), st.booleans())
def test_it_is_total_and_nothing_unsigned_starts(
    stamp: str | None, seal: str | None, content: bytes, real: bool
) -> None:
    created: list[dict[str, Any]] = []
    app = App(prefix="demo", secret=SECRET, create=created.append, clock=lambda: NOW)
    if real:
        stamp, seal, content = signed(content)
    answer = app.answer(stamp, seal, content)
    assert answer.status != 500
    assert (answer.status == 200) is bool(created) is (real and content == body())
