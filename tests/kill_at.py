"""Runs mlgate in a child that kills itself with SIGKILL just before its Nth change of the file system.

The child is a fork, so that a test can try every N without starting Python each time.
"""

import os
import signal
import sys
from typing import Any

from mlgate.cli import main

_CHANGES = {
    "os.rename",
    "os.mkdir",
    "os.remove",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "os.utime",
    "shutil.copytree",
    "shutil.rmtree",  # the first event after two folders were exchanged
    "ctypes.dlsym",  # the last event before they are: renameat2 is called through ctypes
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def run(argv: list[str], nth: int) -> bool:
    """True when the child was killed at its ``nth`` change (from 1); False when it succeeded with fewer."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _child(argv, nth)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, -signal.SIGKILL), f"the child ended with {code}"
    return code != 0


def _child(argv: list[str], nth: int) -> None:
    code = 70
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        sys.stdout = sys.stderr = os.fdopen(quiet, "w")
        sys.addaudithook(_Killer(nth))
        code = main(argv)
    finally:
        os._exit(code)


class _Killer:
    def __init__(self, nth: int) -> None:
        self.left = nth

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if event in _CHANGES or (event == "open" and isinstance(args[2], int) and args[2] & _WRITING):
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
