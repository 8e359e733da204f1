"""The administrator's account, made without its password on any command line.

The server's own program takes a password only as an argument. So it makes an account with a random, short-lived
password, which makes the real one over HTTP and is then removed.
"""

import time
from pathlib import Path

from mlgate.errors import ToolFailed
from mlgate.gitserver.api import NOT_FOUND, Server

_PATIENCE_S = 300


def ensure(setup: Server, admin: Server) -> None:
    """Give ``admin`` its password and the administrator's rights, by means of ``setup``, and remove ``setup``."""
    mail = f"{admin.username}@git.invalid"
    status, _ = setup.call("GET", f"users/{admin.username}")
    if status == NOT_FOUND:
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


def wait(server: Server, patience_s: float = _PATIENCE_S) -> None:
    """Return as soon as the server answers the account; raises ``ToolFailed`` when it never does."""
    until = time.monotonic() + patience_s
    while True:
        try:
            server.expect("GET", "user")
        except ToolFailed:
            if time.monotonic() >= until:
                raise
            time.sleep(1)
        else:
            return
