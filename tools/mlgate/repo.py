"""A checkout of this repository: where things are, and git without surprises."""

import os
from dataclasses import dataclass
from pathlib import Path

from mlgate.errors import UsageError
from mlgate.process import Done, Tool

GIT = Tool("git", hint="install git with your system's package manager")
# Hooks and signing programs of the person's configuration must not run inside a tool.
_CALM = ("-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false", "-c", "protocol.ext.allow=never")
# The login of a step stands in its environment, so that no command line has it. A redirect would get it too.
_HELPER = """!f() { test "$1" = get && printf 'username=%s\\npassword=%s\\n' "$GIT_USERNAME" "$GIT_PASSWORD"; }; f"""
_LOGIN = ("-c", "credential.helper=", "-c", f"credential.helper={_HELPER}", "-c", "http.followRedirects=false")


def git(root: Path, *args: str, timeout_s: float = 120, tool: Tool = GIT) -> Done:
    """Run git in ``root``; raises ``ToolFailed`` with git's own words."""
    env = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}
    return tool.run([*_CALM, *args], cwd=root, env=env, timeout_s=timeout_s)


def remote(root: Path, *args: str, timeout_s: float = 300) -> Done:
    """Run git in ``root`` to speak to the repository of the settings; raises ``ToolFailed`` with git's own words.

    A server that asks for a login gets GIT_USERNAME and GIT_PASSWORD of the environment, when they are set. For no
    other repository: the login would go to whoever serves that one.
    """
    login = _LOGIN if os.environ.get("GIT_PASSWORD") else ()
    return git(root, *login, *args, timeout_s=timeout_s)


@dataclass(frozen=True, slots=True)
class Repo:
    """A checkout, by its top folder."""

    root: Path

    @property
    def overlays(self) -> Path:
        return self.root / "overlays"

    @property
    def build(self) -> Path:
        """Everything made at run time; ignored by git."""
        return self.root / "build"

    def overlay(self, prefix: str) -> Path:
        return self.overlays / prefix

    def settings_file(self, prefix: str) -> Path:
        return self.overlay(prefix) / "values" / "settings.yaml"

    def prefixes(self) -> list[str]:
        """Prefixes that are set up here, sorted."""
        if not self.overlays.is_dir():
            return []
        found = (f.parent.parent for f in self.overlays.glob("*/values/settings.yaml"))
        return sorted(f.name for f in found if not f.name.startswith("."))

    def require(self, prefix: str) -> None:
        """Raise ``UsageError``, naming the prefixes there are, unless ``prefix`` is set up here."""
        known = self.prefixes()
        if prefix not in known:
            said = f"{prefix[:80]} is not set up here; set up: {', '.join(known) or 'none'}"
            raise UsageError(said, fix=f"mlgate bootstrap --prefix {prefix[:80]}")

    def head(self) -> str:
        """Commit that is checked out, 40 hex digits."""
        return git(self.root, "rev-parse", "HEAD").stdout.strip()

    def dirty(self, path: Path | None = None) -> list[str]:
        """Tracked files with uncommitted changes, optionally only below ``path``."""
        where = ["--", str(path)] if path else []
        done = git(self.root, "status", "--porcelain", "--untracked-files=no", *where)
        return [line[3:] for line in done.stdout.splitlines()]

    def commit(self, paths: list[Path], message: str) -> str:
        """Commit exactly ``paths`` (nothing else that may be staged) and return the new commit."""
        names = [str(path.relative_to(self.root)) for path in paths]
        git(self.root, "add", "--", *names)
        git(self.root, "commit", "--quiet", "-m", message, "--only", "--", *names)
        return self.head()


def find(start: Path | None = None) -> Repo:
    """The checkout that ``start`` (default: the working directory) lies in; raises ``UsageError``."""
    here = (start or Path.cwd()).absolute()
    for folder in (here, *here.parents):
        if (folder / "base").is_dir() and (folder / "policy").is_dir() and (folder / "tools" / "mlgate").is_dir():
            return Repo(folder)
    raise UsageError(f"{here} is not inside a clone of this repository", fix="change into the clone, or pass --repo")
