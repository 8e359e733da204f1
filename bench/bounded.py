"""A call in a process of its own, bounded by the CPU time and the wall time of all that it starts."""

import contextlib
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BROKE = 70
"""Exit code of a call that raised."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``code`` is negative when a signal ended it; ``cpu_s`` is of the call and of everything that it waited for."""

    code: int
    cpu_s: float
    wall_s: float
    said: str
    errors: str
    late: bool


def ask(call: Callable[[], int], cpu_s: float, wall_s: float) -> Answer:
    """Fork, call, wait. A process over ``cpu_s`` is ended by the kernel, all of them after ``wall_s``."""
    with tempfile.TemporaryDirectory(prefix="bounded-") as name:
        out, err = Path(name, "out"), Path(name, "err")
        start = time.monotonic()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            _child(call, cpu_s, out, err)
        code, cpu, late = _wait(pid, start + wall_s)
        said, errors = (file.read_text(errors="replace") if file.exists() else "" for file in (out, err))
    return Answer(code, cpu, time.monotonic() - start, said, errors, late)


def _child(call: Callable[[], int], cpu_s: float, out: Path, err: Path) -> None:
    code = BROKE
    try:
        os.setsid()
        for number, file in ((1, out), (2, err)):
            os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
        # A process that the call starts has the same limit for itself; their sum is told by wait4.
        resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_s) + 1, int(cpu_s) + 3))
        code = call()
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code if 0 <= code < 128 else BROKE)


def _wait(pid: int, ends: float) -> tuple[int, float, bool]:
    late = False
    while True:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            break
        if time.monotonic() > ends and not late:
            late = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError):  # what it left behind
        os.killpg(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, late
