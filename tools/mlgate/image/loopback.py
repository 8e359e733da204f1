"""HTTP to servers of this machine, past any proxy that the person's environment names."""

import urllib.parse
import urllib.request

_LOCAL = {"localhost", "127.0.0.1", "::1"}


def opener(url: str, *handlers: urllib.request.BaseHandler) -> urllib.request.OpenerDirector:
    """An opener that uses the environment's proxies, except for a server on this machine, and ``handlers``.

    Made for each address: the one that urllib keeps would remember the proxies of its first call. A handler in
    ``more`` takes the place of urllib's own of that kind.
    """
    return urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if is_local(url) else []), *handlers)


def is_local(url: str) -> bool:
    """Whether an address is one of this machine."""
    return urllib.parse.urlsplit(url).hostname in _LOCAL
