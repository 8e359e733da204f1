"""The server ends with the tests, however these end."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cluster import plugin, server

START = """
import sys, time
from pathlib import Path
from cluster.server import running
with running(Path(sys.argv[1])) as server:
    print(*server.pids, flush=True)
    time.sleep(600)
"""


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_test_run_that_is_killed_leaves_no_process(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    run = subprocess.Popen([sys.executable, "-c", START, str(tmp_path)], env=env, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    pids = [int(pid) for pid in run.stdout.readline().split()]
    assert [alive(pid) for pid in pids] == [True] * 3
    run.kill()
    run.wait()
    run.stdout.close()
    end = time.monotonic() + 30
    while any(alive(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.05)
    assert [pid for pid in pids if alive(pid)] == []


def test_programs_that_are_not_built_fail_with_the_way_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLGATE_CACHE", str(tmp_path))
    with pytest.raises(AssertionError, match="make cluster-tools"), server.running(tmp_path):
        pass


@pytest.mark.parametrize(("ci", "left_out"), [("true", False), ("", True)], ids=["ci", "a-person"])
def test_only_where_it_is_no_ci_they_may_be_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ci: str, left_out: bool
) -> None:
    monkeypatch.setenv("CI", ci)
    assert not plugin.left_out()
    monkeypatch.setenv("MLGATE_CACHE", str(tmp_path))
    assert plugin.left_out() is left_out
