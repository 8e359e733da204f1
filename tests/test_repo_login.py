"""git gets its login from the environment, and no command line has it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkouts import git as plain
from git_servers import PASSWORD, State, serving
from mlgate.errors import ToolFailed
from mlgate.pipeline import checkout
from mlgate.repo import git, remote
from mlgate.services.push import Remote, mirror


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A repository with one commit on main, behind a password."""
    bare = tmp_path / "served" / "admin" / "mlops.git"
    plain(tmp_path, "init", "-q", "--bare", "-b", "main", str(bare))
    plain(bare, "config", "http.receivepack", "true")
    plain(tmp_path, "init", "-q", "-b", "main", "work")
    plain(
        tmp_path / "work", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "a", "--allow-empty"
    )
    plain(tmp_path / "work", "push", "-q", str(bare), "main")
    with serving(State(tmp_path / "served")) as address:
        yield f"{address}/admin/mlops.git"


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_USERNAME", "admin")
    monkeypatch.setenv("GIT_PASSWORD", PASSWORD)


@pytest.mark.usefixtures("login")
def test_clone_and_push_get_the_login(url: str, tmp_path: Path) -> None:
    checkout.clone(url, "main", tmp_path / "clone")
    git(tmp_path / "clone", "commit", "-qm", "b", "--allow-empty")
    remote(tmp_path / "clone", "push", "-q", "origin", "HEAD:refs/heads/main")
    bare = tmp_path / "served" / "admin" / "mlops.git"
    assert plain(bare, "log", "--format=%s", "main").split() == ["b", "a"]
    assert PASSWORD not in (tmp_path / "clone" / ".git" / "config").read_text()


def test_without_a_login_it_ends_and_says_so(url: str, tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match=r"could not read Username|Authentication failed"):
        checkout.clone(url, "main", tmp_path / "clone")


def test_a_wrong_password_is_not_shown(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_USERNAME", "admin")
    monkeypatch.setenv("GIT_PASSWORD", "not this one")
    with pytest.raises(ToolFailed, match="Authentication failed") as caught:
        checkout.clone(url, "main", tmp_path / "clone")
    assert "not this one" not in str(caught.value)


@pytest.mark.usefixtures("login")
def test_no_command_line_has_the_password(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, spy = tmp_path / "argv", tmp_path / "bin" / "git"
    spy.parent.mkdir()
    spy.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {seen}\nexec {shutil.which("git")} "$@"\n')
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{spy.parent}:{os.environ['PATH']}")
    checkout.clone(url, "main", tmp_path / "clone")
    assert "clone" in seen.read_text().split()  # the spy was asked
    assert PASSWORD not in seen.read_text()


@pytest.mark.usefixtures("login")
def test_another_repository_is_never_given_the_login(url: str, tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="could not read Username"):
        git(tmp_path, "clone", "-q", url, "clone")
    with pytest.raises(ToolFailed, match="could not read Username"):
        mirror(url, "main", Remote("http://127.0.0.1:1/a.git", "Basic x"), tmp_path / "mirror")
