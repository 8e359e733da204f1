"""The administrator's account, made without its password on any command line.

The server's own program takes a password only as an argument. So it makes an account with a random, short-lived
password, which makes the real one over HTTP and is then removed.
"""

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from mlgate.errors import ToolFailed
from mlgate.services.api import Server

_PATIENCE_S = 300
T = TypeVar("T")


def ensure(setup: Server, admin: Server) -> None:
    """Give ``admin`` its password and the administrator's rights, by means of ``setup``, and remove ``setup``."""
    mail = f"{admin.username}@git.invalid"
    if not setup.there(f"users/{admin.username}"):
        made = {"username": admin.username, "email": mail, "password": admin.password, "must_change_password": False}
        setup.expect("POST", "admin/users", made)
    wanted = {"login_name": admin.username, "source_id": 0, "email": mail, "password": admin.password, "admin": True}
    setup.expect("PATCH", f"admin/users/{admin.username}", wanted | {"active": True, "must_change_password": False})
    admin.expect("DELETE", f"admin/users/{setup.username}")


def read(folder: Path, url: str) -> Server | None:
    """The account that was made at the start, ``None`` once it was used up; raises ``ToolFailed``."""
    try:
        return Server(url, (folder / "username").read_text().strip(), (folder / "password").read_text().strip())
    except FileNotFoundError:
        return None
    except OSError as err:
        raise ToolFailed(f"the account of the start cannot be read: {err.strerror}") from None


def forget(folder: Path) -> None:
    """Remove what ``read`` reads."""
    for name in ("username", "password"):
        (folder / name).unlink(missing_ok=True)


def wait(server: Server, path: str = "user", patience_s: float = _PATIENCE_S) -> None:
    """Return as soon as ``path`` answers the account; raises ``ToolFailed`` when it never does."""
    patient(lambda: server.expect("GET", path), patience_s)


def patient(work: Callable[[], T], patience_s: float = _PATIENCE_S) -> T:
    """What ``work`` returns, tried again each second while it raises ``ToolFailed``, which in the end it may."""
    until = time.monotonic() + patience_s
    while True:
        try:
            return work()
        except ToolFailed:
            if time.monotonic() >= until:
                raise
            time.sleep(1)


def reachable(url: str) -> None:
    """Raise ``ToolFailed`` unless something listens at the address."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 80), timeout=5).close()
    except OSError as err:
        raise ToolFailed(f"{url} does not listen: {err}") from None
