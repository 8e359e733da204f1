"""A server on loopback that gives every question the same answer."""

import contextlib
import http.server
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def answering(body: bytes, status: int, path: str = "") -> Iterator[str]:
    """The server's address; with ``path``, a question to any other path is dropped."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert path in ("", self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
