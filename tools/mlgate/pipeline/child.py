"""One step as a process group of its own: streamed to a log, bounded in time, never left behind."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import FrameType
from typing import BinaryIO

from mlgate.pipeline import secrets

POLL_S = 0.1
GRACE_S = 5.0
NOT_STARTED = 127
"""Exit code of a program that is not there, as a shell gives it."""


class Ending(Enum):
    """Why a process is over."""

    EXITED = "exited"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a step's process ended; ``code`` is negative for a signal."""

    code: int
    ending: Ending = Ending.EXITED


class Stop:
    """Set by Ctrl-C or a termination signal, asked between and during steps."""

    def __init__(self) -> None:
        self.requested = False

    def request(self, *_signal: int | FrameType | None) -> None:
        """Signal handler; only notes the wish, so that it may arrive at any instruction."""
        self.requested = True


@dataclass(frozen=True, slots=True)
class Watch:
    """What ends a process early: ``deadline`` in ``time.monotonic()`` seconds, or ``stop``. ``tick`` runs meanwhile."""

    deadline: float
    stop: Stop
    tick: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Log:
    """Where a process's output is appended, and the texts that are masked on their way."""

    file: Path
    hidden: Sequence[bytes] = field(default=(), repr=False)


@contextlib.contextmanager
def listening() -> Iterator[Stop]:
    """Turn SIGINT, SIGTERM and SIGHUP into a ``Stop`` for as long as the block runs."""
    stop = Stop()
    watched = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop.request) for number in watched}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Log, watch: Watch) -> Ended:
    """Run ``argv`` with exactly ``env``, append its output to ``log``, and end its whole group with it."""
    log.file.parent.mkdir(parents=True, exist_ok=True)
    with log.file.open("ab") as file, _masking(file, log.hidden) as out:
        try:
            # The one place besides mlgate.process that starts programs: a step is watched while it runs.
            process = subprocess.Popen(
                argv,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as err:
            os.write(out, f"{argv[0]} could not be started: {err.strerror}\n".encode())
            return Ended(NOT_STARTED)
        try:
            return _wait(process, watch)
        finally:
            _end_group(process)


@contextlib.contextmanager
def _masking(log: BinaryIO, hidden: Sequence[bytes]) -> Iterator[int]:
    """A descriptor to write to: the log itself, or with something to hide a pipe that is copied line by line."""
    if not hidden:
        yield log.fileno()
        return
    reads, writes = os.pipe()
    copying = threading.Thread(target=_copy, args=(reads, log, hidden), daemon=True)
    copying.start()
    try:
        yield writes
    finally:
        os.close(writes)
        copying.join(GRACE_S)  # a process that left the group may hold the pipe open for ever


def _copy(reads: int, log: BinaryIO, hidden: Sequence[bytes]) -> None:
    with os.fdopen(reads, "rb") as lines, contextlib.suppress(ValueError):  # the log was closed meanwhile
        for line in lines:
            log.write(secrets.masked(line, hidden))
            log.flush()


def _wait(process: subprocess.Popen[bytes], watch: Watch) -> Ended:
    while True:
        try:
            return Ended(process.wait(timeout=POLL_S))
        except subprocess.TimeoutExpired:
            watch.tick()
        if watch.stop.requested:
            return Ended(-signal.SIGTERM, Ending.CANCELLED)
        if time.monotonic() >= watch.deadline:
            return Ended(-signal.SIGTERM, Ending.TIMEOUT)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Ask the group to end, then make it; a step that exited may have left members behind."""
    patience = time.monotonic() + GRACE_S
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGTERM)
        while time.monotonic() < patience:
            process.poll()
            os.killpg(process.pid, 0)
            time.sleep(POLL_S / 5)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
