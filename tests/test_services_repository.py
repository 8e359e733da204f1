"""The git server's repository: a server that keeps what it is told, and real git over real HTTP."""

import base64
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from checkouts import git
from mlgate.cli import main
from mlgate.errors import MlgateError, ToolFailed, UsageError
from mlgate.services import repository
from mlgate.services.api import Server

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
                self.reply(401, b"")
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


@pytest.fixture
def state(tmp_path: Path) -> State:
    root = tmp_path / "served"
    root.mkdir()
    return State(root)


@pytest.fixture
def server(state: State) -> Iterator[Server]:
    listening = ThreadingHTTPServer(("127.0.0.1", 0), handler(state))
    thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Server(f"http://127.0.0.1:{listening.server_port}", "admin", PASSWORD)
    listening.shutdown()
    thread.join()
    listening.server_close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "mlops"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "first")
    return folder


def commit(folder: Path, text: str) -> None:
    (folder / "README.md").write_text(text)
    git(folder, "add", "README.md")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", text)


def wish(origin: Path, **changed: str) -> repository.Wish:
    values = {"kind": "gitea", "source": str(origin), "branch": "main", "hook_url": HOOK, "hook_secret": "s3"}
    return repository.Wish(**{**values, **changed})


def test_the_repository_is_made_filled_and_hooked(server: Server, state: State, source: Path) -> None:
    assert len(repository.ensure(server, wish(source))) == 4
    assert git(state.bare, "rev-parse", "main") == git(source, "rev-parse", "main")
    assert state.default == "main"
    (hook,) = state.hooks
    assert hook["config"] == {"url": HOOK, "content_type": "json", "secret": "s3"}
    assert (hook["type"], hook["events"], hook["active"]) == ("gitea", ["push"], True)


def test_a_second_time_nothing_but_the_hooks_secret_is_written(server: Server, state: State, source: Path) -> None:
    repository.ensure(server, wish(source))
    before = git(state.bare, "rev-parse", "main")
    commit(source, "second")
    state.calls.clear()
    assert repository.ensure(server, wish(source, hook_secret="renewed")) == []
    assert git(state.bare, "rev-parse", "main") == before
    assert [call for call in state.calls if call[0] != "GET"] == [("PATCH", "repos/admin/mlops/hooks/0")]
    assert [hook["config"]["secret"] for hook in state.hooks] == ["renewed"]


@pytest.mark.parametrize("missing", ["hook_url", "hook_secret"])
def test_without_address_or_secret_the_webhook_is_skipped_with_a_warning(
    server: Server, state: State, source: Path, missing: str
) -> None:
    assert "WARNING" in repository.ensure(server, wish(source, **{missing: ""}))[-1]
    assert state.hooks == []


def test_a_server_that_keeps_another_default_branch_is_told_of(server: Server, state: State, source: Path) -> None:
    state.can_set_default = False
    with pytest.raises(ToolFailed, match="default branch is not main"):
        repository.ensure(server, wish(source))
    state.default = "main"  # as Gogs does by itself
    assert "webhook installed" in repository.ensure(server, wish(source))


def test_a_repository_is_not_filled_from_itself(server: Server, source: Path) -> None:
    with pytest.raises(UsageError, match="from itself"):
        repository.ensure(server, wish(source, source=f"{server.url}/admin/mlops.git"))


@pytest.mark.parametrize(
    "changed",
    [
        {"branch": "--upload-pack=x"},
        {"branch": "absent"},
        {"source": "--upload-pack=x/mlops"},
        {"source": "https://h/.."},
    ],
    ids=str,
)
def test_values_that_git_could_take_for_something_else_are_refused(
    server: Server, source: Path, changed: dict[str, str]
) -> None:
    with pytest.raises(MlgateError):
        repository.ensure(server, wish(source, **changed))


def test_the_step_takes_its_secrets_from_the_environment_and_shows_none(
    server: Server, source: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    given = {"GIT_SERVER_URL": server.url, "GIT_SERVER_KIND": "gitea", "GIT_USERNAME": "admin", "HOOK_URL": HOOK}
    given |= {"GIT_PASSWORD": PASSWORD, "WEBHOOK_SECRET": "hook-s3cret", "SOURCE_URL": str(source), "BRANCH": "main"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert main(["step", "git-server"]) == 0
    said = "".join(capfd.readouterr())
    assert "webhook installed" in said
    assert PASSWORD not in said
    assert "hook-s3cret" not in said
    assert main(["step", "git-server", "--git-password", "x"]) == 2


def test_no_argument_of_git_has_the_password(
    server: Server, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "argv"
    real = subprocess.run(
        ["/bin/sh", "-c", "command -v git"], capture_output=True, text=True, check=True
    ).stdout.strip()
    (tmp_path / "bin").mkdir()
    spy = tmp_path / "bin" / "git"
    spy.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {seen}\nexec {real} "$@"\n')
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    repository.ensure(server, wish(source))
    arguments = seen.read_text()
    assert "push" in arguments.split()  # the spy was asked
    assert PASSWORD not in arguments
    assert server.authorization.removeprefix("Basic ") not in arguments


def test_a_wrong_password_fails_without_being_shown(server: Server, source: Path) -> None:
    wrong = Server(server.url, "admin", "not this one")
    with pytest.raises(ToolFailed, match="401") as caught:
        repository.ensure(wrong, wish(source))
    assert "not this one" not in str(caught.value) + repr(wrong)
