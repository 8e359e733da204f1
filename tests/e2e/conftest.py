"""One real cluster for all tests of this folder; where no pod can run, only those that need none."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlgate.lifecycle.kubectl import Cluster
from mlgate.sandbox import layout as layouts
from mlgate.sandbox import preflight
from mlgate.sandbox.down import down
from mlgate.sandbox.layout import Layout
from mlgate.sandbox.up import up

_HERE = Path(__file__).parent
NAME = "e2e"


def left_out() -> list[str]:
    """Why this machine is not meant to run pods; in CI they must run, and fail where they cannot."""
    return [] if os.environ.get("CI", "").lower() in {"true", "1"} else preflight.obstacles()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is here, and leave out what needs pods where there can be none."""
    ours = [item for item in items if _HERE in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.e2e)
    needy = [item for item in ours if {"stand", "cluster"} & set(getattr(item, "fixturenames", ()))]
    if needy and config.getoption("-m") == "e2e" and left_out():
        config.hook.pytest_deselected(items=needy)
        items[:] = [item for item in items if item not in needy]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say why pods were left out."""
    if config.getoption("-m") == "e2e" and (reasons := left_out()):
        terminalreporter.write_line(f"tests with pods were left out: {'; '.join(reasons)}", yellow=True)


@pytest.fixture(scope="session")
def stand() -> Iterator[Layout]:
    """A cluster with a node, DNS, a registry and a git server."""
    down(layouts.folder(NAME))
    yield up(NAME, say=print)
    if not os.environ.get("KEEP"):
        down(layouts.folder(NAME))


@pytest.fixture(scope="session")
def cluster(stand: Layout) -> Cluster:
    """The same, as its administrator."""
    return Cluster(str(stand.kubeconfig))
