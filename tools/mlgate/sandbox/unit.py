"""One process of the cluster, and how it says that it is ready."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mlgate.errors import MissingTool
from mlgate.process import Tool, cache_dir

BUILD = "run: make e2e-tools"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A process. ``ready`` is a URL of the component itself that answers 200; ``env`` is added to the machine's."""

    name: str
    argv: tuple[str, ...]
    ready: str
    env: Mapping[str, str] = field(default_factory=dict)
    within_s: float = 90


def program(name: str) -> str:
    """Path of a program that was built into the cache. Raises ``MissingTool``."""
    path = cache_dir() / "bin" / name
    if not path.is_file():
        raise MissingTool(f"{name} is not built", fix=BUILD)
    return str(path)


def installed(name: str) -> str:
    """Path of a program of the machine, wherever it keeps its administrators' programs. Raises ``MissingTool``."""
    for place in ("/usr/sbin", "/sbin"):
        if (path := Path(place, name)).is_file():
            return str(path)
    return Tool(name, hint="install the packages that mlgate cluster up names").path()
