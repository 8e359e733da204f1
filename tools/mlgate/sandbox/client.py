"""Start a cluster's first process, and talk to it."""

import json
import os
import socket
import struct
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from mlgate.errors import ToolFailed
from mlgate.process import Done, Tool
from mlgate.sandbox.layout import NODE_IP, Layout, Ports
from mlgate.sandbox.unit import Unit

MARK = "MLGATE_CLUSTER"  # in the environment of every process of a cluster: its folder
_NSENTER = Tool("nsenter", hint="install util-linux")
_UNSHARE = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation=private")
_INNER = {"api": (NODE_IP, 6443), "registry": (NODE_IP, 5000), "git": (NODE_IP, 3000)}
_START_S = 20


class NoAnswer(ToolFailed):
    """The first process does not run, or hangs."""


def control(folder: Path) -> Path:
    """The socket of the first process."""
    return folder / "control.sock"


def spawn(folder: Path, pods: bool) -> Layout:
    """Start the first process, detached from this one, and say where it is. Raises ``ToolFailed``."""
    with ExitStack() as stack:
        sockets = {name: stack.enter_context(socket.socket()) for name in (_INNER if pods else ("api",))}
        for each in sockets.values():
            each.bind(("127.0.0.1", 0))
            each.listen(64)
        ports = Ports(**{name: each.getsockname()[1] for name, each in sockets.items()})
        # Without a network of its own the API server listens on the port itself.
        doors = {each.fileno(): _INNER[name] for name, each in sockets.items()} if pods else {}
        argv = [sys.executable, "-m", "mlgate.sandbox.init", str(control(folder)), json.dumps(doors)]
        log = folder / "logs" / "init.log"
        args = ["--fork", *(_UNSHARE if pods else ()), *argv]
        Tool("setsid", hint="install util-linux").detach(args, env=_environment(folder), log=log, keep=tuple(doors))
    pid = _peer(folder)
    return Layout(folder=folder, pods=pods, ports=ports, pid=pid, started=started(pid))


def _environment(folder: Path) -> dict[str, str]:
    # What else a person has there, passwords perhaps, is not for every process of a cluster.
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "PYTHONPATH") if name in os.environ}
    return {**kept, MARK: str(folder), "PATH": f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"}


def _peer(folder: Path) -> int:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        try:
            with _connect(folder) as link:
                peer = link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
                return int(struct.unpack("3i", peer)[0])
        except NoAnswer:
            time.sleep(0.02)
    said = (folder / "logs" / "init.log").read_text(errors="replace").strip()[-1000:]
    raise ToolFailed(f"the cluster's first process did not start: {said or 'it said nothing'}")


def started(pid: int) -> int:
    """When a process was started, in ticks since the machine was; 0 when there is none, or only its remains."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] in "ZX" else int(fields[19])


def alive(layout: Layout) -> bool:
    """Whether the first process is the one that was started; a pid alone could be another's by now."""
    return layout.pid > 0 and started(layout.pid) == layout.started


def request(layout: Layout, content: dict[str, Any], timeout_s: float = 10) -> dict[str, Any]:
    """Ask the first process. Raises ``NoAnswer``."""
    try:
        with _connect(layout.folder, timeout_s) as link, link.makefile("rwb") as lines:
            lines.write(json.dumps(content).encode() + b"\n")
            lines.flush()
            return dict(json.loads(lines.readline()))
    except (OSError, ValueError) as err:
        raise NoAnswer(f"the cluster {layout.name} does not answer: {err}", fix="mlgate cluster down") from None


def start(layout: Layout, unit: Unit) -> None:
    """Start a process in the cluster; nothing when it runs. Raises ``ToolFailed``."""
    asked = {"do": "start", "name": unit.name, "argv": unit.argv, "env": dict(unit.env)}
    said = request(layout, {**asked, "log": str(layout.log(unit.name))})
    if "error" in said:
        raise ToolFailed(f"{unit.name} could not be started: {said['error']}")


def stop(layout: Layout, name: str, sign: int) -> None:
    """Send a signal to a process of the cluster."""
    request(layout, {"do": "stop", "name": name, "signal": sign})


def status(layout: Layout) -> dict[str, tuple[int, int | None]]:
    """Pid in the cluster and exit code, None while it runs, of each process that was started."""
    units = request(layout, {"do": "status"})["units"]
    return {name: (pid, code) for name, (pid, code) in units.items()}


def ready(layout: Layout, url: str) -> str:
    """Nothing when the URL answers 200 to the administrator from inside, else why it does not."""
    keys = {"ca": layout.pki("ca.crt"), "cert": layout.pki("admin.crt"), "key": layout.pki("admin.key")}
    said = request(layout, {"do": "probe", "url": url, **(keys if url.startswith("https:") else {})})
    return "" if said["ok"] else said.get("why", "another answer than 200")


def enter(layout: Layout, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 60) -> Done:
    """Run a program inside, to its end. Raises ``ToolFailed``."""
    args = [f"--target={layout.pid}", "--net", "--mount", "--pid", "--", *argv]
    return _NSENTER.run(args, stdin=stdin, timeout_s=timeout_s)


def _connect(folder: Path, timeout_s: float = 5) -> socket.socket:
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(timeout_s)
    try:
        link.connect(str(control(folder)))
    except OSError as err:
        link.close()
        raise NoAnswer(str(err)) from None
    return link
