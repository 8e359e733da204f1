"""``/healthz``, ``/readyz`` and ``/metrics`` over HTTP, bounded in time."""

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mlgate.errors import UsageError
from mlgate.scoring.counts import Counts

STALE_S = 60.0
"""A loop that did not go round for so long hangs; waiting for a broker or a model is going round."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, counts: Counts, host: str, port: int) -> None:
        self.counts = counts
        super().__init__((host, port), _Handler)

    def handle_error(self, *_: Any) -> None:
        """A connection that broke is no traceback."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5.0
    server_version, sys_version = "mlgate", ""

    def do_GET(self) -> None:
        status, text = answer(self.path, self.server.counts)
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Probes are not worth a line."""


def answer(path: str, counts: Counts) -> tuple[int, str]:
    """Status and text for a path: healthy while the loop goes round, ready once it reads."""
    stale = time.monotonic() - counts.beat > STALE_S
    if path == "/metrics":
        return 200, counts.prometheus()
    if path == "/healthz":
        return (503, "the loop stands still\n") if stale else (200, "ok\n")
    if path == "/readyz":
        return (200, "ok\n") if counts.started and not stale else (503, "not started\n")
    return 404, "nothing is here\n"


@contextlib.contextmanager
def serving(counts: Counts, host: str, port: int | None) -> Iterator[int | None]:
    """Serve until the block ends and yield the port; nothing when ``port`` is None, any free one when it is 0.

    Raises ``UsageError`` when the port is taken.
    """
    if port is None:
        yield None
        return
    try:
        server = _Server(counts, host, port)
    except (OSError, OverflowError) as err:
        raise UsageError(f"cannot listen on {host} port {port}: {err}", fix="pass another --metrics-port") from None
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
