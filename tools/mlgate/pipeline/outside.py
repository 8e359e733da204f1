"""Programs and servers that are given a token: what they say comes back without it."""

import http.client
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlgate.errors import MissingTool, ToolFailed, UsageError
from mlgate.image import loopback
from mlgate.pipeline import secrets
from mlgate.process import Done, Tool, search_path

_TIMEOUT_S = 30.0


class _Stay(urllib.request.HTTPRedirectHandler):
    """A token is for the server that was named; urllib would send it along to any other."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nothing: a redirect is an error."""


def hide(text: str, *values: str) -> str:
    """``text`` without the secret ``values``."""
    return secrets.masked(text.encode(), secrets.parts(values)).decode()


def run(tool: Tool, args: Sequence[str], *, given: Mapping[str, str], cwd: Path, timeout_s: float) -> Done:
    """Run ``tool`` in the folder ``cwd``, which is made, with the variables ``given`` besides the environment.

    Of these the tokens and passwords are masked in all it says. Raises ``MissingTool`` or ``ToolFailed``.
    """
    cwd.mkdir(parents=True, exist_ok=True)
    hidden = [value for name, value in given.items() if name.endswith(("TOKEN", "PASSWORD"))]
    try:
        done = tool.run(args, cwd=cwd, env={**os.environ, "PATH": search_path(), **given}, timeout_s=timeout_s)
    except MissingTool:
        raise
    except ToolFailed as err:
        raise ToolFailed(hide(str(err), *hidden)) from None
    return Done(done.returncode, hide(done.stdout, *hidden), hide(done.stderr, *hidden))


def opener(url: str) -> urllib.request.OpenerDirector:
    """For an address http:// or https://, past proxies when it is on this machine; never follows a redirect."""
    return loopback.opener(url, _Stay())


def check_address(url: str, variable: str) -> str:
    """Return ``url`` when it is an HTTP address; raises ``UsageError`` that names ``variable`` and not the value."""
    try:
        parts = urllib.parse.urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise UsageError(f"{variable} is not an address http://... or https://...")
    return url.rstrip("/")


def get(url: str, query: Mapping[str, str], *, token: str) -> Mapping[str, Any]:
    """The JSON object that a server answers to a GET with a bearer ``token``; raises ``ToolFailed``."""
    request = urllib.request.Request(  # noqa: S310 - the address was checked
        f"{url}?{urllib.parse.urlencode(query)}", headers={"Authorization": f"Bearer {token}"}
    )
    try:
        with opener(url).open(request, timeout=_TIMEOUT_S) as answer:
            content = json.load(answer)
    except urllib.error.HTTPError as err:
        raise ToolFailed(f"{url} answered {err.code}") from None
    except (OSError, ValueError, http.client.HTTPException) as err:
        raise ToolFailed(hide(f"{url} gave no answer: {err}", token)) from None
    if not isinstance(content, dict):
        raise ToolFailed(f"{url} answered something else than an object")
    return content
