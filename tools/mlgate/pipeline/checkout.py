"""The committed state as a clone of its own: steps never read a person's working tree."""

import re
import shutil
from pathlib import Path

from mlgate.errors import ToolFailed, UsageError
from mlgate.repo import Repo, git, remote

AUTHOR = ("mlgate pipeline", "mlgate-pipeline@example.com")
_REVISION = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9._/-]{0,250}", re.ASCII)
_SHA = re.compile(r"[0-9a-f]{40}")


def clone(url: str, revision: str, into: Path) -> str:
    """Clone ``url`` into the folder ``into``, check out ``revision`` detached, and return its commit.

    ``revision`` is a commit of 40 hex digits, a branch or a tag. What is at ``into`` is replaced. Raises
    ``UsageError`` for values that git could take for options, ``ToolFailed`` when git fails.
    """
    check_revision(revision)
    if not url or url.startswith("-"):
        raise UsageError(f"{url[:80]!r} is not the address of a repository")
    if into.exists():
        shutil.rmtree(into)
    into.parent.mkdir(parents=True, exist_ok=True)
    remote(into.parent, "clone", "--quiet", "--no-checkout", "--", url, str(into), timeout_s=600)
    commit = _resolve(into, revision)
    git(into, "checkout", "--quiet", "--detach", commit)
    for key, value in zip(("user.name", "user.email"), AUTHOR, strict=True):
        git(into, "config", key, value)
    return commit


def check_revision(revision: str) -> str:
    """Return ``revision`` when it can be a commit, branch or tag and nothing else."""
    if not _REVISION.fullmatch(revision):
        raise UsageError(f"{revision[:80]!r} is not a commit, branch or tag")
    return revision


def _resolve(repo: Path, revision: str) -> str:
    names = [revision] if _SHA.fullmatch(revision) else [f"refs/remotes/origin/{revision}", f"refs/tags/{revision}"]
    for name in names:
        try:
            return git(repo, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").stdout.strip()
        except ToolFailed:
            continue
    raise UsageError(f"the repository has no commit, branch or tag {revision!r}")


def branch(repo: Repo) -> str:
    """The branch that is checked out; "" for a detached HEAD."""
    name = git(repo.root, "rev-parse", "--abbrev-ref", "HEAD").stdout.strip()
    return "" if name == "HEAD" else name


def last_commit(root: Path, path: str) -> str:
    """The commit that last changed ``path``, 40 hex digits; raises ``ToolFailed`` when there is none."""
    found = git(root, "log", "-1", "--format=%H", "--", path).stdout.strip()
    if not found:
        raise ToolFailed(f"no commit changed {path}")
    return found
