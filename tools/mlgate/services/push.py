"""git over HTTP with a password that only the environment of git holds."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from mlgate.errors import UsageError
from mlgate.pipeline.checkout import check_revision
from mlgate.repo import GIT, git

_CALM = ("-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never", "-c", "http.followRedirects=false")


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository's address and the header that opens it."""

    url: str
    authorization: str = field(repr=False)

    def environment(self) -> dict[str, str]:
        """An environment in which git sends the header to this address alone, and asks nobody."""
        own = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8", "GIT_CONFIG_COUNT": "1"}
        own |= {"GIT_CONFIG_KEY_0": f"http.{self.url}.extraHeader"}
        return {**os.environ, **own, "GIT_CONFIG_VALUE_0": f"Authorization: {self.authorization}"}


def has_branch(remote: Remote, branch: str) -> bool:
    """Whether the remote repository has the branch; raises ``ToolFailed`` when it cannot be asked."""
    ref = f"refs/heads/{check_revision(branch)}"
    done = GIT.run([*_CALM, "ls-remote", "--", remote.url, ref], env=remote.environment(), timeout_s=120)
    return bool(done.stdout.strip())


def mirror(source: str, branch: str, remote: Remote, folder: Path) -> None:
    """Push ``branch`` of ``source`` to ``remote`` by way of ``folder``; ``source`` is read without the password."""
    if not source or source.startswith("-"):
        raise UsageError(f"{source[:80]!r} is not the address of a repository")
    ref = f"refs/heads/{check_revision(branch)}"
    git(folder.parent, "clone", "--quiet", "--bare", "--single-branch", "--branch", branch, "--", source, str(folder))
    args = [*_CALM, "push", "--quiet", "--", remote.url, f"{ref}:{ref}"]
    GIT.run(args, cwd=folder, env=remote.environment(), timeout_s=600)
