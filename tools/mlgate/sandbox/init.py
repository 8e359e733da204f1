"""The first process of a cluster: starts the others as it is told, reaps them, and lets people in from loopback.

Run as ``python -m mlgate.sandbox.init SOCKET DOORS``; DOORS is JSON, descriptor of a listening socket to
[host, port]. A socket stays in the network it was made in, so those that were made outside let in what comes
from there.
Requests and answers on SOCKET are one line of JSON each.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import ssl
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

Request = dict[str, Any]
_OK = 200


class Supervisor:
    """Processes by name: ``[pid, exit code or None]``."""

    def __init__(self) -> None:
        self.units: dict[str, tuple[int, int | None]] = {}

    def start(self, request: Request) -> Request:
        """Start a process of its own session, its words appended to ``log``."""
        running = self.units.get(request["name"])
        if running and running[1] is None:
            return {"pid": running[0]}
        append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        actions: list[tuple[Any, ...]] = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, request["log"], append, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        # setpriv asks the kernel to end the process with this one, which matters where there is no pid namespace.
        argv = ["setpriv", "--pdeathsig", "KILL", *request["argv"]]
        try:
            pid = os.posix_spawnp("setpriv", argv, {**os.environ, **request["env"]}, file_actions=actions, setsid=True)
        except OSError as err:
            return {"error": str(err)}
        self.units[request["name"]] = (pid, None)
        return {"pid": pid}

    def stop(self, request: Request) -> Request:
        """Send a signal to a process that runs."""
        pid, code = self.units.get(request["name"], (0, 0))
        if code is None:
            os.kill(pid, request["signal"])
        return {"stopped": code is None}

    def status(self, _: Request) -> Request:
        """Every process."""
        return {"units": self.units}

    def reap(self) -> None:
        """Take the exit codes of all that ended, also of orphans that came to the first process."""
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                for name, (pid, _) in self.units.items():
                    if pid == ended[0]:
                        self.units[name] = (pid, os.waitstatus_to_exitcode(ended[1]))
                        break

    def end(self) -> None:
        """End everything, at once."""
        for pid, code in self.units.values():
            if code is None:
                os.kill(pid, signal.SIGKILL)
        os._exit(0)


def probe(request: Request) -> Request:
    """Ask a URL from inside; ``ok`` when it answers 200."""
    trust = None
    if ca := request.get("ca"):
        trust = ssl.create_default_context(cafile=ca)
        trust.load_cert_chain(request["cert"], request["key"])
    try:
        with urllib.request.urlopen(request["url"], timeout=3, context=trust) as answer:  # noqa: S310
            return {"ok": answer.status == _OK}
    except (OSError, ValueError) as err:
        return {"ok": False, "why": str(err)}


async def serve(path: str, doors: dict[str, tuple[str, int]]) -> None:
    """Answer until the process is ended."""
    supervisor = Supervisor()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGCHLD, supervisor.reap)
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, supervisor.end)
    for descriptor, target in doors.items():
        await asyncio.start_server(_door(*target), sock=socket.socket(fileno=int(descriptor)))
    known: dict[str, Callable[[Request], Request]] = {
        "start": supervisor.start,
        "stop": supervisor.stop,
        "status": supervisor.status,
    }

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = json.loads(await reader.readline())
        does = known.get(request["do"])
        said = does(request) if does else await asyncio.to_thread(probe, request)
        writer.write(json.dumps(said).encode() + b"\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(answer, path, limit=1 << 20)
    await server.serve_forever()


def _door(host: str, port: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]:
    async def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection(host, port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, inner_writer), _copy(inner_reader, writer))
        for each in (writer, inner_writer):
            each.close()

    return enter


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


if __name__ == "__main__":
    Path(sys.argv[1]).unlink(missing_ok=True)
    asyncio.run(serve(sys.argv[1], json.loads(sys.argv[2])))
