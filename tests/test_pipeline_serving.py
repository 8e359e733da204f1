"""One model, three kinds that serve it: the same image, judged by the same rule."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from gate_oracle import DIGEST, counts, report
from mlgate.errors import SettingsError
from mlgate.gate.judge import judge_release
from mlgate.gate.template import RULES
from mlgate.pipeline import release, serving, stage
from mlgate.pipeline.release import Release
from mlgate.settings import alternatives

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "model" / "fraud"
IMAGE = f"registry.example.com/fraud@{DIGEST}"
KINDS = {
    "seldon": ["SeldonDeployment"],
    "kserve": ["InferenceService"],
    "deployment": ["Deployment", "Service"],
}
CONSTRAINT = {"spec": {"parameters": {"accuracyThreshold": 0.9, "modelImage": "registry.example.com/fraud"}}}


def _report(namespace: str = "demo-dev") -> dict[str, Any]:
    found = report(0.976, counts(244, 250), image=IMAGE)
    return {**found, "metadata": {"name": "fraud", "namespace": namespace}}


def _released(kind: str) -> Release:
    return release.build("demo", IMAGE, _report("demo-cicd"), MODEL, kind=kind)


def _objects(kind: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(_released(kind).files()[release.DEPLOYMENT_FILE]))


def _pod(runs: dict[str, Any]) -> dict[str, Any]:
    spec = runs["spec"]
    found: dict[str, Any] = {
        "SeldonDeployment": lambda: spec["predictors"][0]["componentSpecs"][0]["spec"],
        "InferenceService": lambda: spec["predictor"],
        "Deployment": lambda: spec["template"]["spec"],
    }[runs["kind"]]()
    return found


def test_every_choice_is_made() -> None:
    assert set(KINDS) == set(alternatives()["serving"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_choice_writes_its_objects_with_what_the_template_asks_for(kind: str) -> None:
    objects = _objects(kind)
    assert [each["kind"] for each in objects] == KINDS[kind]
    template = yaml.safe_load((MODEL / "model_deployment.yaml").read_text())
    wanted = template["spec"]["predictors"][0]["componentSpecs"][0]["spec"]["containers"][0]
    (container,) = _pod(objects[0])["containers"]
    assert container["image"] == IMAGE
    assert _pod(objects[0])["serviceAccountName"] == "model"
    for field in ("resources", "securityContext"):
        assert container[field] == wanted[field]
    for each in objects:
        assert each["metadata"]["name"] == template["metadata"]["name"]
        assert each["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] == "1"
        assert "namespace" not in each["metadata"]


@pytest.mark.parametrize("kind", ["kserve", "deployment"])
def test_the_microservice_is_reached_at_its_port_and_asked_whether_it_answers(kind: str) -> None:
    (container,) = _pod(_objects(kind)[0])["containers"]
    assert container["ports"] == [{"name": "http1", "containerPort": 9000, "protocol": "TCP"}]
    assert container["readinessProbe"]["httpGet"] == {"path": "/health/ping", "port": "http1"}
    assert _pod(_objects(kind)[0])["automountServiceAccountToken"] is False


def test_kserve_runs_the_container_without_knative() -> None:
    (service,) = _objects("kserve")
    assert service["metadata"]["annotations"]["serving.kserve.io/deploymentMode"] == "RawDeployment"
    assert _pod(service)["containers"][0]["name"] == "kserve-container"
    assert (_pod(service)["minReplicas"], _pod(service)["maxReplicas"]) == (1, 1)


def test_the_service_finds_the_pods_by_the_label_that_the_gate_reads() -> None:
    runs, answers = _objects("deployment")
    chosen = {"ai.devops.demo/model": "fraud-detection"}
    assert answers["spec"]["selector"] == runs["spec"]["selector"]["matchLabels"] == chosen
    assert chosen.items() <= runs["spec"]["template"]["metadata"]["labels"].items()
    assert answers["spec"]["ports"] == [{"name": "http", "port": 9000, "targetPort": "http1"}]


@pytest.mark.parametrize("kind", KINDS)
def test_the_gate_lets_each_in_by_a_passing_report_alone(kind: str) -> None:
    runs = _objects(kind)[0]
    runs["metadata"]["namespace"] = "demo-dev"
    assert judge_release(ROOT / "policy", runs, [_report()], CONSTRAINT).allowed
    for reports in ([], [_report("demo-cicd")], [{**_report(), "spec": {**_report()["spec"], "accuracy": 0.5}}]):
        assert not judge_release(ROOT / "policy", runs, reports, CONSTRAINT).allowed


@pytest.mark.parametrize("kind", KINDS)
def test_a_release_that_stands_is_known(kind: str, tmp_path: Path) -> None:
    made = _released(kind)
    assert not made.stands_in(tmp_path)
    (tmp_path / made.folder).mkdir(parents=True)
    for name, text in made.files().items():
        (tmp_path / made.folder / name).write_text(text)
    assert made.stands_in(tmp_path)
    assert not any(_released(other).stands_in(tmp_path) for other in KINDS if other != kind)


@pytest.mark.parametrize("kind", KINDS)
def test_stage_gets_every_object_that_dev_released(kind: str, tmp_path: Path) -> None:
    made = _released(kind)
    (tmp_path / made.folder).mkdir(parents=True)
    for name, text in made.files().items():
        (tmp_path / made.folder / name).write_text(text)
    moved = stage.build(tmp_path, "demo")
    assert moved.files()[release.DEPLOYMENT_FILE] == made.files()[release.DEPLOYMENT_FILE]


def test_the_constraint_matches_what_is_judged() -> None:
    match = yaml.safe_load((ROOT / "base" / "policy" / "model-release.yaml").read_text())["spec"]["match"]
    matched = {kind for each in match["kinds"] for kind in each["kinds"]}
    assert matched == set(next(rule for rule in RULES if rule.kind == "AIModelRelease").judged)
    assert {kinds[0] for kinds in KINDS.values()} < matched


def _changed(**predictor: Any) -> dict[str, Any]:
    made = copy.deepcopy(release.deployment(MODEL, IMAGE))
    made["spec"]["predictors"][0].update(predictor)
    return made


@pytest.mark.parametrize("kind", ["kserve", "deployment"])
@pytest.mark.parametrize(
    ("template", "words"),
    [
        pytest.param(_changed(componentSpecs=[]), "several pods", id="no-pod"),
        pytest.param(_changed(graph={"name": "a", "children": [{"name": "b"}]}), "several pods", id="graph"),
        pytest.param(
            _changed(componentSpecs=[{"spec": {"containers": [{"name": "a", "image": "b:1"}]}}]), "0 cont", id="other"
        ),
        pytest.param(_changed(componentSpecs=[{"spec": None}]), "cannot be read", id="malformed"),
        pytest.param({"metadata": {"name": "x"}}, "cannot be read", id="nothing"),
    ],
)
def test_a_template_that_only_seldon_serves_is_refused(kind: str, template: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        serving.objects(kind, template, IMAGE)


def test_an_unknown_choice_is_named() -> None:
    with pytest.raises(SettingsError, match="'knative' is none of deployment, kserve, seldon"):
        serving.objects("knative", release.deployment(MODEL, IMAGE), IMAGE)
