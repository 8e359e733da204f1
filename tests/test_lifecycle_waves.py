"""The Applications of an installation in order, and what is said of each."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from mlgate.lifecycle import waves
from mlgate.lifecycle.waves import Application
from mlgate.render import kustomize

ROOT = Path(__file__).parents[1]


def test_the_order_is_that_of_the_tree() -> None:
    objects = kustomize.build(ROOT / "apps")
    notes = "argocd.argoproj.io/sync-wave"
    known = {obj["metadata"]["name"]: obj["metadata"]["annotations"][notes] for obj in objects}
    mine = waves.expected("team", ["gatekeeper"])
    assert mine["operator-gatekeeper"] == known["operators"]
    assert mine["mlgate-policy"] == known["mlgate-policy"]
    assert mine["team"] == known["prefixes"]
    children = kustomize.build(ROOT / "base" / "apps")
    own = {obj["metadata"]["name"].replace("PREFIX", "team"): obj["metadata"]["annotations"][notes] for obj in children}
    assert {name: mine[name] for name in own} == {name: f"2.{wave}" for name, wave in own.items()}
    assert list(mine) == sorted(mine, key=lambda name: mine[name])


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ({}, ""),
        ({"health": {"message": "a\n b"}}, "a b"),
        ({"operationState": {"phase": "Failed", "message": "denied"}}, "denied"),
        ({"operationState": {"phase": "Succeeded", "message": "fine"}}, ""),
        ({"conditions": [{"message": ""}, {"message": "no such path"}]}, "no such path"),
    ],
    ids=["none", "health", "failed", "succeeded", "condition"],
)
def test_the_reason_is_one_line(status: dict[str, object], said: str) -> None:
    assert waves.message(status) == said


def test_a_log_gets_a_line_per_change_and_a_terminal_one_table() -> None:
    log = Console(file=io.StringIO(), width=40)
    one = Application("1", "a", "OutOfSync", "Missing", "[red]not markup")
    with waves._view(log) as show:
        show([one])
        show([one])
        show([Application("1", "a", "Synced", "Healthy")])
    assert isinstance(log.file, io.StringIO)
    assert [line.split()[:4] for line in log.file.getvalue().splitlines()] == [
        ["1", "a", "OutOfSync", "Missing"],
        ["1", "a", "Synced", "Healthy"],
    ]
    assert "[red]not markup" in log.file.getvalue()
    assert waves.table([one]).row_count == 1


@pytest.mark.parametrize(
    ("sync", "health", "ready"),
    [("Synced", "Healthy", True), ("Synced", "Progressing", False), ("Unknown", "Healthy", False)],
)
def test_only_synced_and_healthy_is_ready(sync: str, health: str, ready: bool) -> None:
    assert Application("0", "a", sync, health).ready is ready
