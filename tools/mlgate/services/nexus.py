"""Nexus as a proxy of the package index: the repository, and reading without an account."""

from pathlib import Path

from mlgate.errors import ToolFailed
from mlgate.services import account
from mlgate.services.api import Server

REPOSITORY = "pypi"
_API = "/service/rest/v1"
_REMOTE = "https://pypi.org"


def server(url: str, password_file: Path) -> Server | None:
    """The administrator by the password that Nexus made at its first start, ``None`` when a person replaced it."""
    try:
        password = password_file.read_text().strip()
    except FileNotFoundError:
        return None
    except OSError as err:
        raise ToolFailed(f"{password_file.name} cannot be read: {err.strerror}") from None
    return Server(url, "admin", password, _API)


def ensure(nexus: Server) -> bool:
    """Make the proxy repository readable by everyone in the cluster; False when it was there."""
    account.wait(nexus, "repositories")
    nexus.expect("PUT", "security/anonymous", {"enabled": True, "userId": "anonymous"})
    if nexus.there(f"repositories/pypi/proxy/{REPOSITORY}"):
        return False
    nexus.expect("POST", "repositories/pypi/proxy", _repository())
    return True


def _repository() -> dict[str, object]:
    return {
        "name": REPOSITORY,
        "online": True,
        "storage": {"blobStoreName": "default", "strictContentTypeValidation": True},
        "proxy": {"remoteUrl": _REMOTE, "contentMaxAge": 1440, "metadataMaxAge": 1440},
        "negativeCache": {"enabled": True, "timeToLive": 60},
        "httpClient": {"blocked": False, "autoBlock": True},
    }
