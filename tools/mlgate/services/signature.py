"""A Tekton Interceptor for Gogs, which signs its pushes in a header that Tekton's own interceptors do not read.

The EventListener sends ``{"body": TEXT, "header": {NAME: [VALUE]}}`` and wants ``{"continue": BOOL}`` back.
"""

import hashlib
import hmac
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mlgate.errors import UsageError

PUSH = "push"
_LIMIT = 5_000_000
_PERMISSION_DENIED = 7  # of google.rpc.Code
_IDLE_S = 20


def judge(request: object, secret: str) -> dict[str, Any]:
    """The answer to one event: continue only for a push whose body has exactly this secret's signature."""
    match request:
        case {"body": str(body), "header": dict(header)}:
            named = {str(name).lower(): value for name, value in header.items()}
            if not _signed(body, named.get("x-gogs-signature"), secret):
                return _refused("the signature is missing or wrong")
            if named.get("x-gogs-event") != [PUSH]:
                return _refused("the event is no push")
            return {"continue": True}
    return _refused("the request is no event")


def _signed(body: str, given: object, secret: str) -> bool:
    if not (isinstance(given, list) and len(given) == 1 and isinstance(given[0], str)):
        return False
    wanted = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), given[0].encode())


def _refused(message: str) -> dict[str, Any]:
    return {"continue": False, "status": {"code": _PERMISSION_DENIED, "message": message}}


def server(secret: str, port: int, host: str = "") -> ThreadingHTTPServer:
    """The server, bound but not serving yet; raises ``UsageError`` for an empty secret: anybody could sign with it."""
    if not secret:
        raise UsageError("the webhook's secret is empty", fix="fill the key secret of the Secret webhook")

    class Handler(BaseHTTPRequestHandler):
        timeout = _IDLE_S

        def do_GET(self) -> None:
            self._answer(200 if self.path == "/ready" else 404, {})

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not (length.isascii() and length.isdigit()) or int(length) > _LIMIT:
                self.close_connection = True
                return self._answer(413, {})
            try:
                request = json.loads(self.rfile.read(int(length)))
            except (ValueError, RecursionError):
                request = None
            return self._answer(200, judge(request, secret))

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            text = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Say nothing: a line for every probe hides the ones that matter."""

    return ThreadingHTTPServer((host, port), Handler)
