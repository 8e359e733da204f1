"""git over smart HTTP: git's own ``http-backend`` behind a small server, for whoever is inside the cluster.

Run as ``python -m mlgate.sandbox.git_http FOLDER HOST PORT``. Every bare repository in FOLDER can be fetched
and pushed to.
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from mlgate.errors import ToolFailed
from mlgate.process import Tool

_BODY_MAX = 256 << 20
_TIMEOUT_S = 120


class Handler(BaseHTTPRequestHandler):
    """One request as CGI asks for it."""

    protocol_version = "HTTP/1.1"
    root = Path()

    def do_GET(self) -> None:
        """Serve; ``/`` says that the server runs."""
        if self.path == "/":
            self._send(200, [("Content-Type", "text/plain")], b"ready\n")
        else:
            self._backend(b"")

    def do_POST(self) -> None:
        """Take a request of fetch or push."""
        body = self._body()
        if body is None:
            self.close_connection = True
            self._send(413, [("Content-Type", "text/plain")], b"too large\n")
        else:
            self._backend(body)

    def _body(self) -> bytes | None:
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            size = int(self.headers.get("Content-Length") or 0)
            return None if size > _BODY_MAX else self.rfile.read(size)
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            if len(body) + size > _BODY_MAX:
                return None
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _backend(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        env = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": "http.receivepack",
            "GIT_CONFIG_VALUE_0": "true",
            "GIT_CONFIG_KEY_1": "safe.directory",
            "GIT_CONFIG_VALUE_1": "*",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_ADDR": self.client_address[0],
        }
        try:
            said = Tool("git").run_bytes(["http-backend"], stdin=body, env=env, timeout_s=_TIMEOUT_S)
        except ToolFailed as err:
            self._send(500, [("Content-Type", "text/plain")], f"{err}\n".encode())
            return
        head, _, content = said.partition(b"\r\n\r\n")
        headers = [tuple(line.decode().split(": ", 1)) for line in head.split(b"\r\n")]
        status = next((value for name, value in headers if name == "Status"), "200 OK")
        self._send(int(status.split()[0]), [(name, value) for name, value in headers if name != "Status"], content)

    def _send(self, code: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


if __name__ == "__main__":
    Handler.root = Path(sys.argv[1])
    ThreadingHTTPServer((sys.argv[2], int(sys.argv[3])), Handler).serve_forever()
