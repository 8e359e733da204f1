"""SonarQube's administrator: the password that every new server has is replaced before anybody can reach it."""

from urllib.parse import urlencode

from mlgate.errors import ToolFailed
from mlgate.services.api import Server

_API = "/api"
_ADMIN = "admin"
_FACTORY = "admin"


def ensure(url: str, password: str) -> bool:
    """Give the administrator ``password``; False when it has it already. Raises ``ToolFailed``."""
    wanted = Server(url, _ADMIN, password, _API)
    if _valid(wanted):
        return False
    factory = Server(url, _ADMIN, _FACTORY, _API)
    form = urlencode({"login": _ADMIN, "previousPassword": _FACTORY, "password": password})
    factory.expect("POST", "users/change_password", form=form)
    if not _valid(wanted):
        raise ToolFailed("SonarQube did not take the administrator's password")
    return True


def _valid(server: Server) -> bool:
    answer = server.expect("GET", "authentication/validate")
    return isinstance(answer, dict) and answer.get("valid") is True
