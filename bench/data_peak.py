"""One command in a process of its own: its seconds, and the most memory that it and all that it started held."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class Run:
    """``megabytes`` is resident memory, summed over the processes of the tree; ``out`` is what it printed."""

    seconds: float
    cpu_s: float
    megabytes: float
    out: str = ""

    def over(self, base: "Run") -> "Run":
        """The memory that this run held above ``base``, which loads the same libraries for next to no rows."""
        return replace(self, megabytes=max(0.0, self.megabytes - base.megabytes))


def measured(args: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None) -> Run:
    """Run to the end; raises ``SystemExit`` with what it said when it fails."""
    start, most, ended = time.perf_counter(), [0.0], threading.Event()
    with subprocess.Popen(args, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as child:
        watching = threading.Thread(target=_watch, args=(child.pid, most, ended))
        watching.start()
        assert child.stdout  # noqa: S101 - a pipe since the start
        out = child.stdout.read().decode(errors="replace")
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        ended.set()
        watching.join()
    if child.returncode:
        sys.exit(f"{' '.join(args)[:300]} exited {child.returncode}:\n{out[-2000:]}")
    seconds = time.perf_counter() - start
    # A peak between two looks is missed by them, but not by the system, which knows it of each process.
    return Run(seconds, usage.ru_utime + usage.ru_stime, max(most[0], usage.ru_maxrss / 1024), out)


def _watch(pid: int, most: list[float], ended: threading.Event) -> None:
    while not ended.wait(EVERY_S):
        most[0] = max(most[0], sum(map(_resident, _tree(pid))))


def _tree(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        for children in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                found += map(int, children.read_text().split())
            except OSError:  # ended between the two looks
                continue
    return found


def _resident(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20
    except (OSError, IndexError):
        return 0.0
