"""The one door to other programs: argv lists, always a timeout, stderr in the error."""

import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

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

    def run_bytes(self, args: Sequence[str], *, stdin: bytes, env: Mapping[str, str], timeout_s: float) -> bytes:
        """Standard output of a program that speaks no text. Raises ``MissingTool`` or ``ToolFailed``."""
        try:
            done = subprocess.run(
                [self.path(), *args], input=stdin, capture_output=True, env=dict(env), timeout=timeout_s, check=False
            )
        except subprocess.TimeoutExpired:
            raise ToolFailed(f"{self.name} did not end within {timeout_s:g} s") from None
        if done.returncode not in self.accept:
            raise ToolFailed(f"{self.name} exited {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
        return done.stdout

    def detach(self, args: Sequence[str], *, env: Mapping[str, str], log: Path, keep: Sequence[int]) -> None:
        """Run a program that leaves another one behind and ends at once; both write to ``log``.

        ``env`` replaces the environment, ``keep`` are descriptors that the other one gets.
        Raises ``MissingTool`` or ``ToolFailed``.
        """
        argv = [self.path(), *args]
        with log.open("ab") as out:
            done = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=dict(env),
                pass_fds=tuple(keep),
                timeout=60,
                check=False,
            )
        if done.returncode:
            raise ToolFailed(f"{self.name} exited {done.returncode}; see {log}")

    def worker(self, args: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> "Worker":
        """Start a process that answers each line with one line; close it. Raises ``MissingTool`` or ``ToolFailed``."""
        try:
            return Worker(self.name, [self.path(), *args], cwd, env)
        except OSError as err:
            raise ToolFailed(f"{self.name} could not be started: {err}") from None


class Worker:
    """A running process that answers each line with one line; for one thread at a time."""

    def __init__(self, name: str, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
        self._name = name
        # A file, because nobody reads a pipe while the worker runs, and a full one would stop it.
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        self._read, out = _pipe()
        into, self._write = _pipe()
        with out, into:
            self._running = subprocess.Popen(argv, stdin=into, stdout=out, stderr=self._words, cwd=cwd, env=dict(env))

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._running.pid

    def ask(self, line: str, timeout_s: float) -> bytes:
        """The answer to one line. Raises ``ToolFailed`` when it takes too long or the process ends; then close it."""
        ends = time.monotonic() + timeout_s
        said = b""
        try:
            self._write.write(line.encode() + b"\n")
            while not said.endswith(b"\n"):
                if not select.select([self._read], [], [], max(0.0, ends - time.monotonic()))[0]:
                    raise ToolFailed(f"{self._name} gave no answer within {timeout_s:g} s")
                more = os.read(self._read.fileno(), 1 << 20)
                if not more:
                    raise EOFError
                said += more
        except (OSError, EOFError):
            raise ToolFailed(f"{self._name} ended without an answer: {self._last_words()}") from None
        return said

    def close(self) -> None:
        """End the process, whatever it does; again does nothing."""
        self._running.kill()
        self._running.wait()
        for stream in (self._write, self._read, self._words):
            stream.close()

    def _last_words(self) -> str:
        self._words.seek(0)
        return self._words.read(2000).decode(errors="replace").strip().partition("\n\n")[0] or "no reason given"


def _pipe() -> tuple[IO[bytes], IO[bytes]]:
    read, write = os.pipe()
    return open(read, "rb", buffering=0), open(write, "wb", buffering=0)  # noqa: PTH123 - descriptors, not paths
