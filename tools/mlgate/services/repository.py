"""The repository on the server: made once, filled once, its default branch and its webhook kept as wanted."""

import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from mlgate.errors import ToolFailed, UsageError
from mlgate.services.api import Server
from mlgate.services.push import Remote, has_branch, mirror

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the server shall hold. ``source`` is where the demo comes from, ``kind`` the server's: gitea or gogs."""

    kind: str
    source: str
    branch: str
    hook_url: str
    hook_secret: str = field(repr=False)


def ensure(server: Server, wish: Wish) -> list[str]:
    """Bring repository, branch, default branch and webhook about; returns what was done, in order."""
    name = name_of(wish.source)
    place = f"repos/{server.username}/{name}"
    done = []
    if not server.there(place):
        server.expect("POST", "user/repos", {"name": name, "private": True, "auto_init": False})
        done.append(f"repository {server.username}/{name} made")
    done += _filled(server, name, wish)
    done += _default(server, place, wish.branch)
    return done + _hooked(server, place, wish)


def name_of(source: str) -> str:
    """Name of the repository that an address ends in; raises ``UsageError``."""
    name = source.rstrip("/").rpartition("/")[2].removesuffix(".git")
    if not _NAME.fullmatch(name):
        raise UsageError(f"{source[:80]!r} does not end in a repository's name")
    return name


def _filled(server: Server, name: str, wish: Wish) -> list[str]:
    remote = Remote(f"{server.url.rstrip('/')}/{server.username}/{name}.git", server.authorization)
    # What people and the pipeline committed since is theirs: a branch that exists is never pushed to.
    if has_branch(remote, wish.branch):
        return []
    if urlsplit(wish.source).netloc == urlsplit(server.url).netloc:
        raise UsageError(
            f"the repository is to be filled from itself, and has no branch {wish.branch}",
            fix="push the branch by hand, or let spec.repoURL name the repository it comes from",
        )
    with tempfile.TemporaryDirectory() as folder:
        mirror(wish.source, wish.branch, remote, Path(folder) / "clone")
    return [f"branch {wish.branch} pushed"]


def _default(server: Server, place: str, branch: str) -> list[str]:
    if server.expect("GET", place)["default_branch"] == branch:
        return []
    server.call("PATCH", place, {"default_branch": branch})
    # Gogs takes the branch that came first and has no call for it, so what counts is what stands there now.
    if server.expect("GET", place)["default_branch"] != branch:
        raise ToolFailed(
            f"the default branch is not {branch}", fix="set it in the repository's settings, on the server's page"
        )
    return [f"default branch is {branch}"]


def _hooked(server: Server, place: str, wish: Wish) -> list[str]:
    if not wish.hook_url:
        return ["webhook skipped: WARNING, no address of a listener is configured"]
    config = {"url": wish.hook_url, "content_type": "json", "secret": wish.hook_secret}
    hook = {"config": config, "events": ["push"], "active": True}
    if not wish.hook_secret:
        return ["webhook skipped: WARNING, the Secret webhook has no key secret, and an unsigned push starts nothing"]
    for there in server.expect("GET", f"{place}/hooks"):
        if there["config"].get("url") == wish.hook_url:
            # The server does not show the secret, so it is written again each time.
            server.expect("PATCH", f"{place}/hooks/{there['id']}", hook)
            return []
    server.expect("POST", f"{place}/hooks", {"type": wish.kind, **hook})
    return ["webhook installed"]
