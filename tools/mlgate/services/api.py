"""REST calls to a server of the cluster, with a password that goes nowhere else."""

import base64
import json
import re
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from mlgate.errors import ToolFailed, UsageError

_NOT_FOUND = 404
_TIMEOUT_S = 30
_LIMIT = 10_000_000
_USERNAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,62}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Server:
    """A server by its address, the account that speaks to it, and the path of its API; no ``repr`` has the password."""

    url: str
    username: str
    password: str = field(repr=False)
    api: str = "/api/v1"

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise UsageError("the server's address must be http:// or https://, without a name or password in it")
        if not _USERNAME.fullmatch(self.username) or not self.password:
            raise UsageError("the server's user name or password is missing", fix="fill the Secret that the pod names")

    @property
    def authorization(self) -> str:
        """Value of the header ``Authorization``."""
        pair = f"{self.username}:{self.password}".encode()
        return "Basic " + base64.b64encode(pair).decode()

    def call(self, method: str, path: str, content: object = None, *, form: str = "") -> tuple[int, Any]:
        """Status and JSON of one call of the API; raises ``ToolFailed`` when nobody answers, or not in JSON."""
        headers = {"Authorization": self.authorization, "Accept": "application/json"}
        body = form or (None if content is None else json.dumps(content))
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded" if form else "application/json"
        # Neither a proxy nor a redirect: the password would travel along, out of the cluster.
        connection = self._connection()
        try:
            connection.request(method, f"{urlsplit(self.url).path.rstrip('/')}{self.api}/{path}", body, headers)
            answer = connection.getresponse()
            text = answer.read(_LIMIT)
            return answer.status, json.loads(text) if _ok(answer.status) and text.strip() else None
        except (OSError, HTTPException, ValueError) as err:
            raise ToolFailed(f"the server did not answer {method} {path}: {err}") from None
        finally:
            connection.close()

    def expect(self, method: str, path: str, content: object = None, *, form: str = "") -> Any:
        """JSON of a call that must succeed; raises ``ToolFailed`` with method, path and status, never the content."""
        status, answer = self.call(method, path, content, form=form)
        if not _ok(status):
            raise ToolFailed(f"the server answered {method} {path} with {status}")
        return answer

    def there(self, path: str) -> bool:
        """Whether the API knows ``path``; raises ``ToolFailed`` when it answers neither yes nor no."""
        if self.call("GET", path)[0] == _NOT_FOUND:
            return False
        self.expect("GET", path)
        return True

    def _connection(self) -> HTTPConnection:
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        return kind(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)


def _ok(status: int) -> bool:
    return status in range(200, 300)
