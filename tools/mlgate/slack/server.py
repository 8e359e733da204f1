"""HTTP around the app: bounded in bytes, in time and in requests at once."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mlgate.errors import UsageError
from mlgate.slack.answer import Answer
from mlgate.slack.app import App
from mlgate.slack.signature import LARGEST

PATH = "/slack/interactions"
HEALTH = "/healthz"
_REQUEST_S = 5.0
_AT_ONCE = 32
_FORM = "application/x-www-form-urlencoded"


class Server(ThreadingHTTPServer):
    """Bound, and serving from ``serve_forever`` on."""

    daemon_threads = True

    def __init__(self, app: App, host: str, port: int, log: Callable[[str], None]) -> None:
        self.app, self.log = app, log
        self._room = threading.BoundedSemaphore(_AT_ONCE)
        try:
            super().__init__((host, port), _Handler)
        except (OSError, OverflowError) as err:
            raise UsageError(f"cannot listen on {host} port {port}: {err}", fix="pass another --port") from None

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, *_: Any) -> None:
        """A connection that broke is no traceback."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    timeout = _REQUEST_S
    server_version, sys_version = "mlgate", ""

    def setup(self) -> None:
        super().setup()
        # The timeout above is for one read; this is for a client that sends byte after byte.
        self._end = threading.Timer(_REQUEST_S, self._hang_up)
        self._end.daemon = True
        self._end.start()

    def finish(self) -> None:
        self._end.cancel()
        super().finish()

    def _hang_up(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def do_GET(self) -> None:
        self._say(Answer(200, "ok") if self.path == HEALTH else Answer(404, "nothing is here"))

    def do_POST(self) -> None:
        answer = self._posted()
        self.server.log(f"{answer.status} {answer.text}")
        self._say(answer)

    def _posted(self) -> Answer:
        if self.path != PATH:
            return Answer(404, "nothing is here")
        if (self._one("Content-Type") or "").partition(";")[0].strip().lower() != _FORM:
            return Answer(415, "the body is not a form")
        length = self._one("Content-Length") or ""
        if not (length.isascii() and length.isdigit()) or "Transfer-Encoding" in self.headers:
            return Answer(411, "the length of the body is missing")
        if len(length) > 9 or int(length) > LARGEST:
            return Answer(413, "the body is too large")
        body = self.rfile.read(int(length))
        if len(body) != int(length):
            return Answer(400, "the body is shorter than its length")
        return self.server.app.answer(self._one("X-Slack-Request-Timestamp"), self._one("X-Slack-Signature"), body)

    def _one(self, name: str) -> str | None:
        """The header that stands exactly once."""
        found = self.headers.get_all(name) or []
        return found[0] if len(found) == 1 else None

    def _say(self, answer: Answer) -> None:
        content = f"{answer.text}\n".encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Only what was decided is logged, not what was sent."""
