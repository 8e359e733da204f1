"""The gate's constraints, rendered from a checkout, and verdicts by them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlgate.errors import SettingsError
from mlgate.gate import judge as gate
from mlgate.gate.judge import Verdict
from mlgate.render import kustomize

ACCURACY = "AIModelAccuracyThreshold"
RELEASE = "AIModelRelease"


def constraint(root: Path, prefix: str, kind: str) -> dict[str, Any]:
    """The one constraint of ``kind`` that overlays/PREFIX/policy renders; raises ``SettingsError`` otherwise."""
    folder = root / "overlays" / prefix / "policy"
    found = [each for each in kustomize.build(folder) if each.get("kind") == kind]
    if len(found) != 1:
        raise SettingsError(f"overlays/{prefix}/policy renders {len(found)} constraints of kind {kind}, not one")
    return found[0]


def accuracy(root: Path, prefix: str, report: Mapping[str, Any]) -> Verdict:
    """Is this ModelAccuracy good enough by the rule and the threshold of the checkout ``root``?"""
    return gate.judge(root / "policy", report, constraint(root, prefix, ACCURACY))


def release(root: Path, prefix: str, server: Mapping[str, Any], report: Mapping[str, Any]) -> Verdict:
    """May this object, which names its namespace and serves the model, stand beside ``report``?"""
    return gate.judge_release(root / "policy", server, [report], constraint(root, prefix, RELEASE))
