"""One command in a process of its own: its seconds, its CPU, and the most memory that it and all it started held."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

EVERY_S = 0.02
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Run:
    """``megabytes`` is resident memory, ``cpu_s`` user and system time, both summed over the processes of the tree."""

    seconds: float
    cpu_s: float
    megabytes: float
    out: str = ""

    def over(self, base: "Run") -> "Run":
        """The memory that this run held above ``base``, which loads the same libraries for next to no rows."""
        return replace(self, megabytes=max(0.0, self.megabytes - base.megabytes))


@dataclass(slots=True)
class _Seen:
    """The most megabytes at one look, and the CPU seconds of every process when it was last seen."""

    megabytes: float = 0.0
    cpu_s: dict[int, float] = field(default_factory=dict)

    def look(self, pid: int) -> None:
        tree = _tree(pid)
        self.megabytes = max(self.megabytes, sum(map(_resident, tree)))
        self.cpu_s |= {each: max(_cpu(each), self.cpu_s.get(each, 0.0)) for each in tree}


def measured(args: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None, within_s: float = 3600) -> Run:
    """Run to the end; raises ``TimeoutError`` after ``within_s`` and ``SystemExit`` with what it said when it fails."""
    start, seen, ended = time.perf_counter(), _Seen(), threading.Event()
    with subprocess.Popen(
        args, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    ) as child:
        late = threading.Timer(within_s, os.killpg, (child.pid, signal.SIGKILL))
        watching = threading.Thread(target=_watch, args=(child.pid, seen, ended))
        late.start()
        watching.start()
        assert child.stdout  # noqa: S101 - a pipe since the start
        out = child.stdout.read().decode(errors="replace")
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        ended.set()
        late.cancel()
        watching.join()
    seconds = time.perf_counter() - start
    if child.returncode == -signal.SIGKILL and seconds >= within_s:
        raise TimeoutError(f"ended after {seconds:.0f} s")
    if child.returncode:
        sys.exit(f"{' '.join(args)[:300]} exited {child.returncode}:\n{out[-2000:]}")
    # A peak between two looks is missed by them, but not by the system, which knows it of each process; and what a
    # process that nobody waited for has used, as Spark's Java, only the looks know.
    cpu_s = max(usage.ru_utime + usage.ru_stime, sum(seen.cpu_s.values()))
    return Run(seconds, cpu_s, max(seen.megabytes, usage.ru_maxrss / 1024), out)


def _watch(pid: int, seen: _Seen, ended: threading.Event) -> None:
    while not ended.wait(EVERY_S):
        seen.look(pid)


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


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    except (OSError, IndexError):
        return 0.0
