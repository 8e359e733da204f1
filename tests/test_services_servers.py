"""Accounts, the package proxy and SonarQube: what each step tells its server, and that no password is shown."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest

from mlgate.cli import main
from mlgate.errors import ToolFailed, UsageError
from mlgate.services import account, nexus, sonarqube
from mlgate.services.api import Server


@dataclass
class Told:
    """Accounts with their passwords, and every call that was not a question."""

    users: dict[str, str]
    port: int = 0
    there: set[str] = field(default_factory=set)
    calls: list[tuple[str, str, str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, who: str, password: str, method: str, path: str, body: str) -> tuple[int, object]:
        valid = self.users.get(who) == password
        if path == "/api/authentication/validate":
            return 200, {"valid": valid}
        if not valid:
            return 401, {}
        if method == "GET":
            return (404, {}) if path in {"/api/v1/users/admin", _PYPI} - self.there else (200, {})
        content = json.loads(body) if body.startswith("{") else parse_qs(body)
        self.calls.append((who, method, path, content))
        if path == "/api/users/change_password":
            self.users["admin"] = content["password"][0]
        if path == "/api/v1/admin/users/admin":
            self.users["admin"] = str(content["password"])
        return 200, {}


_PYPI = "/service/rest/v1/repositories/pypi/proxy/pypi"


@pytest.fixture
def told() -> Iterator[Told]:
    known = Told({"setup-1": "short-lived"})

    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            who, _, password = base64.b64decode(self.headers["Authorization"].split()[1]).decode().partition(":")
            status, content = known.answer(who, password, self.command, self.path, body)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_: object) -> None: ...

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.do)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("there", [set(), {"/api/v1/users/admin"}], ids=["new", "renewed"])
def test_the_short_lived_account_makes_the_real_one_and_is_removed(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], there: set[str]
) -> None:
    told.there = there
    (tmp_path / "username").write_text("setup-1")
    (tmp_path / "password").write_text("short-lived")
    given = {"GIT_SERVER_URL": told.url, "GIT_USERNAME": "admin", "GIT_PASSWORD": "the real one"}
    for name, value in {**given, "SETUP": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    assert main(["step", "git-admin", "--once"]) == 0
    assert ("admin", "DELETE", "/api/v1/admin/users/setup-1") in [call[:3] for call in told.calls]
    assert (("setup-1", "POST", "/api/v1/admin/users") in [call[:3] for call in told.calls]) is (not there)
    assert told.users["admin"] == "the real one"
    assert list(tmp_path.iterdir()) == []
    assert "the real one" not in "".join(capfd.readouterr())
    assert main(["step", "git-admin", "--once"]) == 0  # the container alone was started again


def test_nexus_gets_its_repository_once(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told.users["admin"] = "first"
    (tmp_path / "admin.password").write_text("first\n")
    monkeypatch.setenv("NEXUS_URL", told.url)
    monkeypatch.setenv("PASSWORD_FILE", str(tmp_path / "admin.password"))
    assert main(["step", "nexus-proxy", "--once"]) == 0
    told.there = {_PYPI}
    assert main(["step", "nexus-proxy", "--once"]) == 0
    (made,) = [call[3] for call in told.calls if call[1] == "POST"]
    assert (made["name"], made["proxy"]["remoteUrl"]) == (nexus.REPOSITORY, "https://pypi.org")


def test_nexus_whose_password_somebody_replaced_is_left_alone(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEXUS_URL", told.url)
    monkeypatch.setenv("PASSWORD_FILE", str(tmp_path / "absent"))
    assert main(["step", "nexus-proxy", "--once"]) == 0
    assert "WARNING" in capfd.readouterr().out
    assert told.calls == []


def test_sonarqube_loses_the_password_that_everybody_knows(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.users = {"admin": "admin"}
    ready = tmp_path / "done"
    given = {"SONAR_HOST_URL": told.url, "SONAR_ADMIN_PASSWORD": "a long one", "READY_FILE": str(ready)}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert main(["step", "sonarqube-admin", "--once"]) == 0
    assert told.users == {"admin": "a long one"}
    assert ready.is_file()
    assert sonarqube.ensure(told.url, "a long one") is False


def test_sonarqube_with_another_password_is_an_error(told: Told) -> None:
    told.users = {"admin": "somebody's"}
    with pytest.raises(ToolFailed, match="401"):
        sonarqube.ensure(told.url, "a long one")


def test_patience_ends() -> None:
    with pytest.raises(ToolFailed, match="did not answer"):
        account.wait(Server("http://127.0.0.1:1", "admin", "x"), patience_s=0)


@pytest.mark.parametrize(
    ("url", "username", "password"),
    [
        ("file:///etc", "admin", "x"),
        ("http://admin:x@git", "admin", "x"),
        ("http://git", "", "x"),
        ("http://git", "../admin", "x"),
        ("http://git", "admin", ""),
    ],
    ids=["scheme", "password in the address", "no name", "a path", "no password"],
)
def test_a_server_that_cannot_be_spoken_to_is_refused(url: str, username: str, password: str) -> None:
    with pytest.raises(UsageError):
        Server(url, username, password)
