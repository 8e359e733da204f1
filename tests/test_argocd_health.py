"""Waves wait for what Argo CD calls healthy; the real Argo CD says what that is for each kind we sync."""

from pathlib import Path
from typing import Any

import pytest
import yaml

import argocd_health
import checkouts
from argocd_cases import CASES, SPEC, application, made

HEALTH_LUA = sorted((checkouts.ROOT / "base" / "operators" / "argocd" / "config" / "health").glob("*.lua"))
KNOWN_TO_ARGO_CD = {"ApplicationSet", "InferenceService", "Subscription"}
COUNTS = {"counts": {"truePositive": 45, "falsePositive": 1, "trueNegative": 199, "falseNegative": 5}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made_here = tmp_path_factory.mktemp("argocd")
    (made_here / "argocd-cm.yaml").write_text(argocd_health.config_map())
    return made_here


@pytest.mark.parametrize(
    ("kind", "status", "expected"), [pytest.param(k, s, e, id=f"{k}-{name}") for k, name, s, e in CASES]
)
def test_argo_cd_says(kind: str, status: Any, expected: str, folder: Path) -> None:
    spec = SPEC if kind == "Application" else COUNTS
    assert argocd_health.ask(folder, kind, status, spec=spec)[0] == expected


@pytest.mark.parametrize("kind", ["Application", "ApplicationSet"])
def test_what_is_being_deleted_is_not_healthy(kind: str, folder: Path) -> None:
    status = application("Healthy") if kind == "Application" else made(("Healthy", "Synced"))
    meta = {"deletionTimestamp": "2026-01-01T00:00:00Z"}
    assert argocd_health.ask(folder, kind, status, spec=SPEC, meta=meta) == ("Progressing", "Pending deletion")


def test_the_message_says_what_is_waited_for(folder: Path) -> None:
    said = argocd_health.ask(folder, "ApplicationSet", made(("Healthy", "Synced"), ("Progressing", "OutOfSync")))
    assert said == ("Progressing", "a1: Progressing, OutOfSync")
    assert argocd_health.ask(folder, "ModelAccuracy", spec=COUNTS) == ("Healthy", "244 of 250 rows are right")


@pytest.mark.parametrize(
    "kind", sorted(set(argocd_health.KINDS) - {"ApplicationSet", "InferenceService", "Subscription"})
)
def test_without_our_script_argo_cd_has_no_health_of_it(kind: str, folder: Path) -> None:
    said = argocd_health.ask(folder, kind, application("Progressing"), spec=COUNTS, configured=False)
    assert said[0].startswith("Health script is not configured"), said


def test_without_our_script_argo_cd_takes_a_waiting_set_for_healthy(folder: Path) -> None:
    """Positive control: this is the difference that lets the root's waves wait."""
    status = made(("Progressing", "OutOfSync"))
    assert argocd_health.ask(folder, "ApplicationSet", status, configured=False)[0] == "Healthy"
    assert argocd_health.ask(folder, "ApplicationSet", status)[0] == "Progressing"


def test_every_script_stands_once_and_reaches_both_platforms() -> None:
    texts = {path.read_text() for path in HEALTH_LUA}
    assert len(texts) == len(HEALTH_LUA) > 0
    config = yaml.safe_load(argocd_health.config_map())["data"]
    start = "resource.customizations.health."
    kubernetes = {name.removeprefix(start): text for name, text in config.items() if name.startswith(start)}
    assert set(kubernetes.values()) == texts
    assert set(kubernetes) == {f"{api.split('/')[0]}_{kind}" for kind, api in argocd_health.KINDS.items()}
    instance = next(each for each in argocd_health.render("openshift") if each["kind"] == "ArgoCD")
    checks = instance["spec"]["resourceHealthChecks"]
    assert {f"{each['group']}_{each['kind']}": each["check"] for each in checks} == kubernetes
