"""Where a cluster keeps its files, and the addresses it uses inside its own network."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mlgate.errors import UsageError
from mlgate.files import write_atomic
from mlgate.process import cache_dir

NAME = "mlgate"
NODE = "node1"
NODE_IP = "10.88.0.1"
SERVICES = "10.96.0.0/16"
FIRST_SERVICE_IP = "10.96.0.1"
DNS_IP = "10.96.0.10"
PODS = "10.244.0.0/24"
REGISTRY = "registry.sandbox:5000"
GIT = "http://git.sandbox:3000"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
_LONGEST = 80  # of the folder; a socket's whole path has at most 107 bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Ports of this machine's loopback that lead into the cluster; 0 is none."""

    api: int
    registry: int = 0
    git: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One cluster. ``pods`` says whether it has a node, and so namespaces of its own."""

    folder: Path
    pods: bool
    ports: Ports
    pid: int = 0
    started: int = 0

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def address(self) -> str:
        """Host and port of the API server for the cluster's own components."""
        return f"{NODE_IP}:6443" if self.pods else f"127.0.0.1:{self.ports.api}"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's, for a person on this machine."""
        return self.folder / "kubeconfig"

    @property
    def cgroup(self) -> str:
        return f"/mlgate-{self.name}"

    def pki(self, name: str) -> str:
        return str(self.folder / "pki" / name)

    def log(self, unit: str) -> Path:
        return self.folder / "logs" / f"{unit}.log"


def folder(name: str = NAME) -> Path:
    """Folder of a cluster in the cache. Raises ``UsageError`` for a name that cannot be one."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name of a cluster", fix="small letters, digits and -, at most 20")
    place = cache_dir() / "clusters" / name
    if len(str(place)) > _LONGEST:
        raise UsageError(f"{place} is too long for a socket in it", fix="set MLGATE_CACHE to a shorter folder")
    return place


def save(layout: Layout) -> None:
    """Keep what a later command has to know."""
    content = {**asdict(layout), "folder": str(layout.folder)}
    write_atomic(layout.folder / "state.json", json.dumps(content, indent=1))


def load(name: str = NAME) -> Layout | None:
    """The cluster that was started under this name; None when nothing is known of one."""
    path = folder(name) / "state.json"
    try:
        content: dict[str, Any] = json.loads(path.read_text())
        ports = Ports(**content.pop("ports"))
        return Layout(**{**content, "folder": folder(name), "ports": ports})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
