"""Which host, which API, which project; and no token where none should go."""

import pytest

from mlgate.errors import UsageError
from mlgate.pipeline import stage_host

ENV = {"GIT_TOKEN": "secret-of-a-test"}


@pytest.mark.parametrize(
    ("url", "choice", "kind", "api"),
    [
        ("https://github.com/team/mlops.git", "external", "github", "https://api.github.com"),
        ("git@github.com:team/mlops.git", "external", "github", "https://api.github.com"),
        ("https://github.example.com/team/mlops", "external", "github", "https://github.example.com/api/v3"),
        ("https://gitlab.com/team/mlops.git", "external", "gitlab", "https://gitlab.com/api/v4"),
        ("ssh://git@gitlab.example.com:2222/team/mlops.git", "external", "gitlab", "https://gitlab.example.com/api/v4"),
        ("https://codeberg.org/team/mlops/", "external", "gitea", "https://codeberg.org/api/v1"),
        ("http://gitea:3000/team/mlops.git", "gitea", "gitea", "http://gitea:3000/api/v1"),
        ("https://user:pw@git.example.com/team/mlops.git", "gitea", "gitea", "https://git.example.com/api/v1"),
        ("http://gogs.demo-cicd.svc:3000/team/mlops", "gogs", "gogs", "http://gogs.demo-cicd.svc:3000/api/v1"),
        ("https://git.example.com/team/mlops.git", "gogs", "gogs", "https://git.example.com/api/v1"),
    ],
)
def test_kind_and_api_follow_from_the_address(url: str, choice: str, kind: str, api: str) -> None:
    host = stage_host.find(url, choice, ENV)
    assert (host.kind, host.api, host.project) == (kind, api, "team/mlops")
    assert "secret" not in repr(host)
    assert "pw" not in host.web


def test_the_environment_overrules() -> None:
    env = {**ENV, "GIT_HOST_KIND": "gitlab", "GIT_API_URL": "http://127.0.0.1:1/"}
    host = stage_host.find("https://git.example.com/group/team/mlops.git", "external", env)
    assert (host.kind, host.api, host.project) == ("gitlab", "http://127.0.0.1:1", "group/team/mlops")


@pytest.mark.parametrize(
    ("url", "env", "words"),
    [
        pytest.param("https://git.example.com/team/mlops", ENV, "whose kind is known", id="unknown"),
        pytest.param("https://git.example.com/a/b", {**ENV, "GIT_HOST_KIND": "svn"}, "kind is known", id="no-kind"),
        pytest.param("https://notgithub.com/team/mlops", ENV, "whose kind is known", id="part-of-a-word"),
        pytest.param("file:///srv/mlops.git", ENV, "names no project", id="file"),
        pytest.param("https://github.com/mlops", ENV, "names no project", id="no-owner"),
        pytest.param("https://github.com/../mlops", ENV, "names no project", id="dots"),
        pytest.param("https://github.com/team/mlops?x=1#y", {}, "GIT_TOKEN is not set", id="no-token"),
        pytest.param("https://github.com/a/b", {"GIT_TOKEN": "x\r\nHost: y"}, "no token has", id="header"),
        pytest.param("https://github.com/a/b", {**ENV, "GIT_API_URL": "file:///etc"}, "not an http", id="api-file"),
    ],
)
def test_what_is_no_host_is_refused(url: str, env: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        stage_host.find(url, "external", env)
    assert "secret-of-a-test" not in f"{caught.value} {caught.value.fix}"
