"""A server on loopback that leads a session of its own: wait until it answers, and end it with all that it started."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from mlgate.errors import ToolFailed
from mlgate.image.loopback import opener


@dataclass(frozen=True, slots=True)
class Server:
    """A server that lets in whoever has ``url``; ``process`` leads its session."""

    url: str
    process: "subprocess.Popen[bytes]"

    def ended(self) -> bool:
        """True when the server is gone, whoever ended it."""
        return self.process.poll() is not None


def wait(process: "subprocess.Popen[bytes]", url: str, log: Path, *, name: str, start_s: float) -> None:
    """Return once ``url`` answers; raises ``ToolFailed`` with the end of ``log`` when it does not in ``start_s``."""
    end = time.monotonic() + start_s
    while time.monotonic() < end and process.poll() is None:
        if _answers(url):
            return
        time.sleep(0.1)
    raise ToolFailed(f"{name} did not start: {log.read_text(errors='replace')[-1500:]}")


def _answers(url: str) -> bool:
    try:
        with opener(url).open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def stop(process: "subprocess.Popen[bytes]", patience_s: float = 5) -> None:
    """Ask the whole session to end, and after ``patience_s`` end it, so that no port stays taken."""
    for sign, patience in ((signal.SIGTERM, patience_s), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    if process.stdin:
        process.stdin.close()
