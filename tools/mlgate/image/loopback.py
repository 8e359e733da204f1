"""HTTP to servers of this machine, past any proxy that the person's environment names."""

import urllib.parse
import urllib.request

_LOCAL = {"localhost", "127.0.0.1", "::1"}


def opener(url: str, *handlers: urllib.request.BaseHandler) -> urllib.request.OpenerDirector:
    """An opener that uses the environment's proxies, except for a server on this machine, and ``handlers``.

    Made for each address: the one that urllib keeps would remember the proxies of its first call.
    """
    local = urllib.parse.urlsplit(url).hostname in _LOCAL
    return urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if local else []), *handlers)
