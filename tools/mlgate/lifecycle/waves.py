"""The Applications of an installation by sync wave, and waiting for them in sight of the person."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.live import Live
from rich.table import Table

from mlgate.errors import ToolFailed
from mlgate.lifecycle.kubectl import Cluster, Object
from mlgate.lifecycle.preflight import ARGOCD

KIND = "applications.argoproj.io"
_INTERVAL_S = 1.0


@dataclass(frozen=True, slots=True)
class Application:
    """What Argo CD says of one Application; ``wave`` is its place in the order, for example ``2.1``."""

    wave: str
    name: str
    sync: str = "Missing"
    health: str = "Missing"
    message: str = ""

    @property
    def ready(self) -> bool:
        """Synced and healthy."""
        return self.sync == "Synced" and self.health == "Healthy"

    @property
    def line(self) -> str:
        """The whole of it for a log."""
        return f"{self.wave:<4} {self.name:<32} {self.sync:<10} {self.health:<12} {self.message}".rstrip()


def expected(prefix: str, operators: Iterable[str]) -> dict[str, str]:
    """Wave by name of every Application that an installation has, in order."""
    waves = {"mlgate-root": "-"} | {f"operator-{name}": "0" for name in operators} | {"mlgate-policy": "1", prefix: "2"}
    return waves | {f"{prefix}-{part}": f"2.{at}" for at, part in enumerate(("policy", "cicd", "dev", "stage"))}


def read(cluster: Cluster, waves: dict[str, str]) -> list[Application]:
    """The expected Applications as they are now; what is not there yet is Missing."""
    there = {obj["metadata"]["name"]: obj for obj in cluster.list(KIND, ARGOCD)}
    return [_parsed(wave, there[name]) if name in there else Application(wave, name) for name, wave in waves.items()]


def _parsed(wave: str, obj: Object) -> Application:
    status = obj.get("status") or {}
    sync, health = status.get("sync") or {}, status.get("health") or {}
    return Application(
        wave, obj["metadata"]["name"], sync.get("status", "Unknown"), health.get("status", "Unknown"), message(status)
    )


def message(status: Object) -> str:
    """Why an Application is not ready, in one line: health, then a failed sync, then conditions."""
    operation = status.get("operationState") or {}
    failed = operation.get("message", "") if operation.get("phase") in {"Failed", "Error", "Running"} else ""
    conditions = [each.get("message", "") for each in status.get("conditions") or ()]
    said = next(filter(None, [(status.get("health") or {}).get("message", ""), failed, *conditions]), "")
    return " ".join(said.split())[:160]


def wait(cluster: Cluster, waves: dict[str, str], console: Console, timeout_s: float) -> None:
    """Show the Applications until all are ready; raises ``ToolFailed`` that names those that are not in time."""
    end = time.monotonic() + timeout_s
    with _view(console) as show:
        while True:
            found = read(cluster, waves)
            show(found)
            behind = [each for each in found if not each.ready]
            if not behind:
                return
            if time.monotonic() >= end:
                break
            time.sleep(_INTERVAL_S)
    told = "\n".join(f"  {each.line}" for each in behind)
    fix = "mlgate doctor names the cause; run the same command again to go on"
    raise ToolFailed(f"not ready after {timeout_s:g} s:\n{told}", fix=fix)


class _view:  # noqa: N801 - used as a with block
    """A table that moves on a terminal, one line per change elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._seen: dict[str, Application] = {}
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None

    def __enter__(self) -> Callable[[list[Application]], None]:
        if self._live:
            self._live.start()
        return self._show

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def _show(self, found: list[Application]) -> None:
        if self._live:
            self._live.update(table(found), refresh=True)
            return
        for each in found:
            if self._seen.get(each.name) != each:
                self._seen[each.name] = each
                self._console.print(each.line, markup=False, highlight=False, soft_wrap=True)


def table(found: Iterable[Application]) -> Table:
    """The Applications with wave, sync, health and message."""
    shown = Table(box=None, pad_edge=False)
    for column in ("wave", "application", "sync", "health", ""):
        shown.add_column(column, no_wrap=column != "")
    for each in found:
        style = "green" if each.ready else "red" if each.health == "Degraded" else "yellow"
        shown.add_row(each.wave, each.name, each.sync, each.health, each.message, style=style)
    return shown
