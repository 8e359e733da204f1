"""Cloning takes addresses and revisions, never options or programs."""

from pathlib import Path

import pytest

from mlgate.errors import ToolFailed, UsageError
from mlgate.pipeline.checkout import clone


@pytest.mark.parametrize("revision", ["--upload-pack=x", "-x", "a..b", "a b", "", "$(touch x)", "HEAD~1", "@{u}"])
def test_revisions_that_are_none_are_refused(tmp_path: Path, revision: str) -> None:
    with pytest.raises(UsageError, match="is not a commit"):
        clone("https://git.example.com/x.git", revision, tmp_path / "repo")


@pytest.mark.parametrize("url", ["--upload-pack=touch canary", ""])
def test_addresses_that_are_options_are_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="address of a repository"):
        clone(url, "main", tmp_path / "repo")


def test_a_transport_that_runs_a_program_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="not allowed"):
        clone(f"ext::sh -c touch% {tmp_path}/canary", "main", tmp_path / "repo")
    assert not (tmp_path / "canary").exists()
