"""The git server's repository: a server that keeps what it is told, and real git over real HTTP."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkouts import git
from git_servers import HOOK, PASSWORD, State, serving
from mlgate.cli import main
from mlgate.errors import MlgateError, ToolFailed, UsageError
from mlgate.services import repository
from mlgate.services.api import Server


@pytest.fixture
def state(tmp_path: Path) -> State:
    root = tmp_path / "served"
    root.mkdir()
    return State(root)


@pytest.fixture
def server(state: State) -> Iterator[Server]:
    with serving(state) as url:
        yield Server(url, "admin", PASSWORD)


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
