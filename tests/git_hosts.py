"""Three git hosts in this process, on loopback: as much of their APIs as a pull request takes."""

import contextlib
import json
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PROJECT = "team/mlops"
TOKEN = "t0ken-of-a-test"
PATHS = {
    "github": f"/repos/{PROJECT}/pulls",
    "gitea": f"/repos/{PROJECT}/pulls",
    "gitlab": "/projects/team%2Fmlops/merge_requests",
}
_AUTH = {
    "github": ("Authorization", f"Bearer {TOKEN}"),
    "gitea": ("Authorization", f"token {TOKEN}"),
    "gitlab": ("PRIVATE-TOKEN", TOKEN),
}


@dataclass
class FakeHost:
    """``pulls`` are open; ``answer``, when set, is said instead of the truth to every POST."""

    kind: str
    url: str = ""
    pulls: list[dict[str, Any]] = field(default_factory=list)
    answer: tuple[int, bytes, dict[str, str]] | None = None
    hide: int = 0
    seen: list[str] = field(default_factory=list)

    def env(self) -> dict[str, str]:
        return {"GIT_HOST_KIND": self.kind, "GIT_API_URL": self.url, "GIT_TOKEN": TOKEN}

    def opened(self, body: dict[str, Any]) -> dict[str, Any]:
        number = len(self.pulls) + 1
        address = f"https://git.example.com/{PROJECT}/pulls/{number}"
        if self.kind == "gitlab":
            names = {"source_branch": body["source_branch"], "target_branch": body["target_branch"]}
            return {**names, "source_project_id": 7, "target_project_id": 7, "web_url": address, "title": body["title"]}
        head = {"ref": body["head"], "repo": {"full_name": PROJECT}}
        return {"head": head, "base": {"ref": body["base"]}, "html_url": address, "title": body["title"]}

    def listed(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        if self.hide:
            self.hide -= 1
            return []
        if self.kind == "gitea":
            size, page = int(query["limit"][0]), int(query["page"][0])
            return self.pulls[(page - 1) * size : page * size]
        return self.pulls


class _Server(ThreadingHTTPServer):
    fake: FakeHost


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _say(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _known(self) -> bool:
        fake, path = self.server.fake, self.path.partition("?")[0]
        fake.seen.append(f"{self.command} {path}")
        name, value = _AUTH[fake.kind]
        if self.headers[name] != value:
            self._say(401, b'{"message": "who are you"}')
        elif path != PATHS[fake.kind]:
            self._say(404, b'{"message": "no such project"}')
        else:
            return True
        return False

    def do_GET(self) -> None:
        if self._known():
            query = urllib.parse.parse_qs(self.path.partition("?")[2])
            self._say(200, json.dumps(self.server.fake.listed(query)).encode())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fake = self.server.fake
        if not self._known():
            return
        if fake.answer:
            self._say(*fake.answer)
            return
        fake.pulls.append(fake.opened(body))
        self._say(201, json.dumps(fake.pulls[-1]).encode())

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@contextlib.contextmanager
def running(kind: str) -> Iterator[FakeHost]:
    """A host that answers until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.fake = FakeHost(kind, f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
