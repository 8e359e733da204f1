"""Cluster tests run where the programs are built, and in CI always: there, missing programs fail them."""

import os
import re
from pathlib import Path

import pytest

from cluster.server import HINT, missing

_HERE = Path(__file__).parent


def left_out() -> bool:
    """Whether this machine is not meant to run them."""
    return bool(missing()) and os.environ.get("CI", "").lower() not in {"true", "1"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep them on one worker, so that one server serves all; or leave them out."""
    ours = [item for item in items if item.path.parent == _HERE]
    for item in ours:
        item.add_marker(pytest.mark.xdist_group("cluster"))
    if left_out():
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if item.path.parent != _HERE]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many were left out, in one line."""
    if left_out():
        sources = (path.read_text() for path in _HERE.glob("test_*.py"))
        number = sum(len(re.findall(r"^def test_", source, re.MULTILINE)) for source in sources)
        terminalreporter.write_line(f"{number} tests that need an API server were left out; {HINT}", yellow=True)
