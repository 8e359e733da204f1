"""The branch of a promotion at the origin: found as it should be, replaced when it is ours, else left alone."""

from pathlib import Path

from mlgate.errors import ToolFailed, UsageError
from mlgate.pipeline.checkout import AUTHOR
from mlgate.pipeline.promote import write
from mlgate.pipeline.release import Release
from mlgate.repo import git, remote


def push(root: Path, tip: str, branch: str, release: Release) -> str:
    """The commit at ``branch`` of the origin that holds ``release`` on top of ``tip``, where ``root`` stands.

    A branch that holds this release and nothing else is kept. Raises ``UsageError`` when it holds anything of
    somebody else, ``ToolFailed`` when it moved meanwhile.
    """
    there = _fetched(root, branch)
    if there and not _merged(root, there, tip):
        _only_ours(root, there, tip, branch, release)
        if _holds(root, there, release):
            return there
    commit = write(root, release)
    # The lease: a branch that somebody moved since it was looked at is not overwritten.
    lease = f"--force-with-lease=refs/heads/{branch}:{there}"
    remote(root, "push", "--quiet", lease, "origin", f"{commit}:refs/heads/{branch}")
    return commit


def _fetched(root: Path, branch: str) -> str:
    """The commit that the origin has at ``branch``, with its history here; "" when there is none."""
    ref = f"refs/heads/{branch}"
    if not remote(root, "ls-remote", "origin", ref).stdout.strip():
        return ""
    remote(root, "fetch", "--quiet", "--no-tags", "origin", ref)
    return git(root, "rev-parse", "FETCH_HEAD").stdout.strip()


def _merged(root: Path, there: str, tip: str) -> bool:
    return git(root, "merge-base", there, tip).stdout.strip() == there


def _only_ours(root: Path, there: str, tip: str, branch: str, release: Release) -> None:
    emails = git(root, "log", "--format=%ae%n%ce", f"{tip}..{there}").stdout.split()
    paths = git(root, "diff", "--name-only", "--no-renames", "-z", f"{tip}...{there}").stdout.split("\0")
    own = {"", *(str(release.folder / name) for name in release.files())}
    foreign = sorted({*paths} - own) or sorted({*emails} - {AUTHOR[1]})
    if foreign:
        raise UsageError(
            f"the branch {branch} holds more than this release: {foreign[0][:120]}",
            fix=f"merge or close it, then: git push origin --delete {branch}",
        )


def _holds(root: Path, there: str, release: Release) -> bool:
    """True when the three files of the release stand at the commit ``there``, as text and as plain files."""
    try:
        return all(
            git(root, "show", f"{there}:{release.folder / name}").stdout == text
            for name, text in release.files().items()
        )
    except ToolFailed:
        return False
