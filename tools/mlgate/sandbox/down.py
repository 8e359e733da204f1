"""End a cluster so that nothing of it is left, also one whose starter was killed, or whose state file is gone."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from mlgate.errors import ToolFailed
from mlgate.process import Tool
from mlgate.sandbox.client import MARK, control, started

_END_S = 30
_CGROUPS = Path("/sys/fs/cgroup")


def down(folder: Path) -> bool:
    """End every process of the cluster and remove what it left; False when there was nothing.

    Raises ``ToolFailed`` and names what is left when something cannot be removed.
    """
    found = leftovers(folder)
    end = time.monotonic() + _END_S
    while left := leftovers(folder):
        if time.monotonic() > end:
            raise ToolFailed(f"the cluster {folder.name} could not be removed: {'; '.join(left[:5])}")
        _remove(folder)
        time.sleep(0.05)
    return bool(found)


def leftovers(folder: Path) -> list[str]:
    """Everything of a cluster that is on this machine."""
    left = [f"process {pid} {command[:80]}" for pid, command in processes(folder)]
    left += [f"cgroup {path}" for path in cgroups(folder)]
    left += [f"mount {place}" for place in mounts(folder)]
    return left + ([f"folder {folder}"] if folder.exists() else [])


def processes(folder: Path) -> Iterator[tuple[int, str]]:
    """Pid and command of each process that was started by the cluster, or runs in one of its containers."""
    mark = f"{MARK}={folder}".encode()
    group = f":{_group(folder)}/"
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid() or not started(int(entry.name)):
            continue
        try:
            ours = mark in (entry / "environ").read_bytes().split(b"\0") or group in (entry / "cgroup").read_text()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if ours:
            yield int(entry.name), command.strip()


def cgroups(folder: Path) -> list[Path]:
    """Every control group of the cluster, the innermost first."""
    name = _group(folder)[1:]
    tops = [each for each in (*_CGROUPS.glob(f"*/{name}"), *_CGROUPS.glob(name)) if each.is_dir()]
    return sorted({path for top in tops for path in (top, *top.rglob("*/"))}, reverse=True)


def mounts(folder: Path) -> list[str]:
    """Mount points inside the cluster's folder, the innermost first."""
    points = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    return sorted((each for each in points if each.startswith(f"{folder}/")), reverse=True)


def _group(folder: Path) -> str:
    return f"/mlgate-{folder.name}"


def _remove(folder: Path) -> None:
    here = list(processes(folder))
    # The first process takes all others with it; they are ended one by one only where it is gone.
    first = [pid for pid, command in here if f"mlgate.sandbox.init {control(folder)}" in command]
    for pid in first or [pid for pid, _ in here]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    if here:
        return
    for point in mounts(folder):
        Tool("umount").run(["--lazy", point])
    for path in cgroups(folder):
        try:
            path.rmdir()
        except OSError:
            continue  # the kernel still ends what was in it
    shutil.rmtree(folder, ignore_errors=True)
