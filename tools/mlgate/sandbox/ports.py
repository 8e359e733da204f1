"""Ports of loopback that nobody listens on."""

import contextlib
import socket


def free(number: int) -> list[int]:
    """As many as asked for, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
