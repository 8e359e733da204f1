"""The one door to other programs: argv lists, always a timeout, stderr in the error."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlgate.errors import MissingTool, ToolFailed


def cache_dir() -> Path:
    """Folder of everything that is built once and kept: tools, schemas, model environments.

    ``MLGATE_CACHE`` when set, else ``$XDG_CACHE_HOME/mlgate``, else ``~/.cache/mlgate``.
    """
    if chosen := os.environ.get("MLGATE_CACHE"):
        return Path(chosen).expanduser().absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "mlgate"


def search_path() -> str:
    """PATH with this interpreter's scripts and the built tools in front."""
    own = [str(Path(sys.executable).parent), str(cache_dir() / "bin")]
    return os.pathsep.join([*own, os.environ.get("PATH", os.defpath)])


@dataclass(frozen=True, slots=True)
class Done:
    """How a program ended."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A program and, for the reader of the error, how to get it.

    ``accept`` lists the exit codes that are an answer; any other raises ``ToolFailed``.
    """

    name: str
    hint: str = "run: make setup"
    accept: Sequence[int] = field(default=(0,))

    def path(self) -> str:
        """Absolute path of the program; raises ``MissingTool``."""
        found = shutil.which(self.name, path=search_path())
        if found is None:
            raise MissingTool(f"{self.name} is not installed", fix=self.hint)
        return found

    def run(
        self,
        args: Sequence[str],
        *,
        stdin: str = "",
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        timeout_s: float = 60,
    ) -> Done:
        """Run to the end; ``env`` replaces the environment, ``None`` inherits it.

        Raises ``MissingTool``, or ``ToolFailed`` on time-out or an exit code not in ``accept``.
        """
        argv = [self.path(), *args]
        inherited = {**os.environ, "PATH": search_path()}
        try:
            done = subprocess.run(
                argv,
                input=stdin,
                capture_output=True,
                text=True,
                errors="replace",
                cwd=cwd,
                env=inherited if env is None else dict(env),
                timeout=timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ToolFailed(f"{self.name} did not end within {timeout_s:g} s") from None
        except OSError as err:
            raise ToolFailed(f"{self.name} could not be started: {err}") from None
        if done.returncode not in self.accept:
            shown = " ".join([self.name, *args])[:300]
            said = (done.stderr.strip() or done.stdout.strip())[-2000:]
            raise ToolFailed(f"`{shown}` exited {done.returncode}: {said}")
        return Done(done.returncode, done.stdout, done.stderr)

    def stream(self, args: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout_s: float) -> int:
        """Run in sight of the person, output not captured, and return the exit code whatever it is."""
        argv = [self.path(), *args]
        environment = {**os.environ, **env, "PATH": search_path()}
        try:
            return subprocess.run(argv, cwd=cwd, env=environment, timeout=timeout_s, check=False).returncode
        except subprocess.TimeoutExpired:
            raise ToolFailed(f"{self.name} did not end within {timeout_s:g} s") from None
