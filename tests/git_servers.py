"""A git server on loopback: git's own HTTP program and the few API calls of Gitea, behind one password."""

import base64
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from checkouts import git

PASSWORD = "correct horse & battery"
HOOK = "http://el-gitea:8080/"
BACKEND = Path(git(Path.cwd(), "--exec-path").strip()) / "git-http-backend"


@dataclass
class State:
    """What the server holds and what it was asked."""

    root: Path
    can_set_default: bool = True
    default: str = "master"
    hooks: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)

    @property
    def bare(self) -> Path:
        return self.root / "admin" / "mlops.git"

    def answer(self, method: str, path: str, content: dict[str, Any]) -> tuple[int, object]:
        """The few calls of the API, as Gitea answers them."""
        self.calls.append((method, path))
        known: dict[str, Callable[[], tuple[int, object]]] = {
            "GET user": lambda: (200, {"login": "admin"}),
            "POST user/repos": lambda: self._make(content),
            "GET repos/admin/mlops": lambda: (200, {"default_branch": self.default}),
            "PATCH repos/admin/mlops": lambda: self._set_default(content["default_branch"]),
            "GET repos/admin/mlops/hooks": lambda: (200, [{"id": 0, "config": {"url": HOOK}} for _ in self.hooks]),
            "POST repos/admin/mlops/hooks": lambda: self._hook([content]),
            "PATCH repos/admin/mlops/hooks/0": lambda: self._hook([{**self.hooks[0], **content}]),
        }
        if path.startswith("repos/") and not self.bare.exists():
            return 404, {}
        return known[f"{method} {path}"]()

    def _hook(self, hooks: list[dict[str, Any]]) -> tuple[int, object]:
        self.hooks = hooks
        return 200, {}

    def _make(self, content: dict[str, Any]) -> tuple[int, object]:
        assert content == {"name": "mlops", "private": True, "auto_init": False}
        git(self.root, "init", "--quiet", "--bare", "-b", "master", str(self.bare))
        git(self.bare, "config", "http.receivepack", "true")
        return 201, {}

    def _set_default(self, branch: str) -> tuple[int, object]:
        if not self.can_set_default:
            return 405, {}
        self.default = branch
        return 200, {}


def served(
    root: Path, method: str, target: str, headers: dict[str, str], body: bytes
) -> tuple[int, bytes, dict[str, str]]:
    """What git's own CGI program answers."""
    path, _, query = target.partition("?")
    env = {"GIT_PROJECT_ROOT": str(root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "REMOTE_USER": "admin"}
    env |= {"QUERY_STRING": query, "REQUEST_METHOD": method, "CONTENT_TYPE": headers.get("Content-Type", "")}
    env |= {"CONTENT_LENGTH": str(len(body)), "HTTP_CONTENT_ENCODING": headers.get("Content-Encoding", "")}
    done = subprocess.run([BACKEND], input=body, env={**os.environ, **env}, capture_output=True, check=True)
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
    return int(fields.pop("Status", "200").split()[0]), content, fields


def handler(state: State) -> type[BaseHTTPRequestHandler]:
    """The API and git's own HTTP server, both behind the password."""

    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            wanted = "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
            if self.headers.get("Authorization") != wanted:
                self.reply(401, b"", {"WWW-Authenticate": 'Basic realm="git"'})
            elif self.path.startswith("/api/v1/"):
                status, content = state.answer(self.command, self.path[8:], json.loads(body or b"{}"))
                self.reply(status, json.dumps(content).encode())
            else:
                self.cgi(body)

        def cgi(self, body: bytes) -> None:
            self.reply(*served(state.root, self.command, self.path, dict(self.headers), body))

        def reply(self, status: int, content: bytes, fields: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {**(fields or {}), "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    for method in ("GET", "POST", "PATCH"):
        setattr(Handler, f"do_{method}", Handler.do)
    return Handler


@contextmanager
def serving(state: State) -> Iterator[str]:
    """The address of a server that answers from ``state`` until the end of the block."""
    listening = ThreadingHTTPServer(("127.0.0.1", 0), handler(state))
    thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}"
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()
