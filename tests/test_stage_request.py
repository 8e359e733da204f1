"""Pull requests against three hosts on loopback: opened once, reported again, and the token goes nowhere else."""

from collections.abc import Iterator

import pytest

import git_hosts
from git_hosts import FakeHost
from mlgate.errors import ToolFailed, UsageError
from mlgate.pipeline import stage_host, stage_request
from mlgate.pipeline.stage_host import Host
from mlgate.pipeline.stage_request import Wanted

WANTED = Wanted(branch="promote/demo-abababababab", base="main", title="demo: promote", body="text")
URL = "https://git.example.com/team/mlops.git"


@pytest.fixture(params=["github", "gitlab", "gitea"])
def fake(request: pytest.FixtureRequest) -> Iterator[FakeHost]:
    """A host of each kind."""
    with git_hosts.running(request.param) as host:
        yield host


def found(fake: FakeHost) -> Host:
    return stage_host.find(URL, "external", fake.env())


def test_it_is_opened_once_and_reported_again(fake: FakeHost) -> None:
    first = stage_request.ensure(found(fake), WANTED)
    second = stage_request.ensure(found(fake), WANTED)
    assert (first.new, second.new, len(fake.pulls)) == (True, False, 1)
    assert first.url == second.url == "https://git.example.com/team/mlops/pulls/1"
    assert fake.pulls[0]["title"] == WANTED.title


def test_one_of_another_branch_or_of_a_fork_is_not_ours(fake: FakeHost) -> None:
    for number in range(60):
        stage_request.ensure(found(fake), Wanted(branch=f"other-{number}", base="main", title="x", body=""))
    fork = stage_request._body(found(fake), WANTED)
    fake.pulls.append(fake.opened(fork))
    if fake.kind == "gitlab":
        fake.pulls[-1]["source_project_id"] = 8
    else:
        fake.pulls[-1]["head"]["repo"]["full_name"] = "somebody/mlops"
    assert stage_request.ensure(found(fake), WANTED).new
    assert not stage_request.ensure(found(fake), WANTED).new


def test_a_conflict_with_one_opened_meanwhile_finds_it(fake: FakeHost) -> None:
    opened = stage_request.ensure(found(fake), WANTED)
    fake.hide, fake.answer = 1, (409, b'{"message": "exists"}', {})
    assert stage_request.ensure(found(fake), WANTED) == stage_request.Opened(opened.url, new=False)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param((422, b'{"message": "No commits between"}', {}), "422 No commits", id="refused"),
        pytest.param((500, b"<html>", {}), "status 500", id="html"),
        pytest.param((201, b"[]", {}), "named no address", id="no-object"),
        pytest.param((201, b'{"html_url": "javascript:x", "web_url": "\\n"}', {}), "named no address", id="address"),
        pytest.param((200, b"[" * 100_000, {}), "named no address", id="deep"),
    ],
)
def test_an_answer_that_is_none_is_an_error(
    fake: FakeHost, answer: tuple[int, bytes, dict[str, str]], words: str
) -> None:
    fake.answer = answer
    with pytest.raises(ToolFailed, match=words):
        stage_request.ensure(found(fake), WANTED)


def test_a_wrong_token_is_said_and_not_shown(fake: FakeHost) -> None:
    host = stage_host.find(URL, "external", {**fake.env(), "GIT_TOKEN": "wrong-token"})
    with pytest.raises(ToolFailed, match="401 who are you") as caught:
        stage_request.ensure(host, WANTED)
    assert "wrong-token" not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_does_not_take_the_token_along(fake: FakeHost, status: int) -> None:
    with git_hosts.running(fake.kind) as other:
        fake.answer = (status, b"", {"Location": f"{other.url}{git_hosts.PATHS[fake.kind]}"})
        with pytest.raises(ToolFailed, match=f"status {status}"):
            stage_request.ensure(found(fake), WANTED)
        assert other.seen == []


def test_a_host_that_is_gone_is_an_error(fake: FakeHost) -> None:
    host = stage_host.find(URL, "external", {**fake.env(), "GIT_API_URL": "http://127.0.0.1:1"})
    with pytest.raises(ToolFailed, match="did not answer"):
        stage_request.ensure(host, WANTED)


def test_gogs_has_no_pull_requests_in_its_api() -> None:
    host = stage_host.find("https://gogs.example.com/team/mlops.git", "gogs", {})
    with pytest.raises(UsageError, match="promote/demo-abababababab is pushed") as caught:
        stage_request.ensure(host, WANTED)
    assert "https://gogs.example.com/team/mlops/compare/main...promote/demo-abababababab" in caught.value.fix
