"""``mlgate promote`` from end to end: a clone, a remote, a host on loopback."""

import shutil
from pathlib import Path

import pytest

import git_hosts
import promotions
from gate_oracle import DIGEST
from mlgate import cli
from mlgate.pipeline import promote
from mlgate.repo import git
from promotions import built, cloned, commit_all, policy

BRANCH = "promote/demo-abababababab"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The remote, whose ``main`` releases in dev."""
    root = promotions.person(tmp_path_factory.mktemp("released") / "origin")
    for name in ("base", "tools/mlgate"):
        (root / name).mkdir(parents=True)
        (root / name / "keep").touch()
    commit_all(root, "what makes it a checkout")
    clone = cloned(root, "first")
    assert promote.promote(clone, "main", built(clone)).commit
    return root


@pytest.fixture
def origin(released: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copytree(released, tmp_path / "origin"))


@pytest.fixture
def here(origin: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's clone, and no host in the environment."""
    for name in ("GIT_HOST_KIND", "GIT_API_URL", "GIT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return cloned(origin, "here")


def run(here: Path, *args: str) -> int:
    return cli.main(["promote", "--prefix", "demo", "--repo", str(here), *args])


@pytest.mark.parametrize("kind", ["github", "gitlab", "gitea"])
def test_a_pull_request_is_opened_once(
    here: Path, kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with git_hosts.running(kind) as fake:
        for name, value in fake.env().items():
            monkeypatch.setenv(name, value)
        assert run(here, "--digest", DIGEST) == 0
        assert run(here) == 0
        assert len(fake.pulls) == 1
    out = capsys.readouterr()
    assert "opened: https://git.example.com/team/mlops/pulls/1\n" in out.out
    assert "already open: https://git.example.com/team/mlops/pulls/1\n" in out.out
    assert git_hosts.TOKEN not in out.out + out.err


def test_branch_only_needs_no_host_and_reads_no_working_tree(
    here: Path, origin: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "overlays/demo/dev/release/model-accuracy.yaml").write_text("edited: and not committed\n")
    assert run(here, "--branch-only") == 0
    assert f"the branch {BRANCH} is pushed; open a pull request into main" in capsys.readouterr().out
    assert BRANCH in git(origin, "branch", "--list", BRANCH).stdout
    assert "edited" in (here / "overlays/demo/dev/release/model-accuracy.yaml").read_text()


def test_denied_is_exit_1_and_leaves_nothing(here: Path, origin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy(origin, "0.99")
    commit_all(origin, "raise")
    assert run(here, "--branch-only") == 1
    assert "denied: " in capsys.readouterr().out
    assert not git(origin, "branch", "--list", BRANCH).stdout


@pytest.mark.parametrize(
    ("kind", "words"),
    [("", "no git host whose kind is known"), ("github", "GIT_TOKEN is not set")],
    ids=["unknown-host", "no-token"],
)
def test_without_host_or_token_nothing_is_pushed(
    here: Path, kind: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_HOST_KIND", kind)
    assert run(here) == 2
    assert words in capsys.readouterr().err
    assert not git(here.parent / "origin", "branch", "--list", BRANCH).stdout


def test_gogs_says_how_to_open_one_by_hand(
    here: Path, origin: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_HOST_KIND", "gogs")
    assert run(here) == 2
    err = capsys.readouterr().err
    assert f"the branch {BRANCH} is pushed" in err
    assert f"https://git.example.com/team/mlops/compare/main...{BRANCH}" in err
    assert git(origin, "branch", "--list", BRANCH).stdout


def test_another_digest_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(here, "--branch-only", "--digest", f"sha256:{'cd' * 32}") == 2
    assert f"dev releases {DIGEST}" in capsys.readouterr().err
