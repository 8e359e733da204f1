"""What an object names must be there: each way to name nothing is found, with the line where it stands."""

from pathlib import Path

import pytest
import yaml

import trees
from mlgate.checks import references, render
from mlgate.checks.mentions import of
from mlgate.checks.model import Build
from mlgate.results import Result, Status

POD = {"containers": [{"name": "c", "envFrom": [{"configMapRef": {"name": "c1"}}]}], "serviceAccountName": "runner"}
PIPELINE = "base/cicd/pipeline.yaml"


def findings(tree: Path) -> list[Result]:
    repo = trees.repo(tree)
    parts = [Build(repo.overlay("alpha") / part, "alpha", part) for part in ("cicd", "dev", "stage", "policy")]
    rendered, _ = render.render(repo, parts)
    results = references.check(repo, rendered)
    assert len(results) >= sum(len(one.objects) for one in rendered) > 0
    return [result for result in results if result.status is not Status.VALID]


def add(tree: Path, content: dict[str, object]) -> None:
    trees.write(tree, "base/dev/added.yaml", yaml.safe_dump(content))
    trees.append(tree, "base/dev", "added.yaml")


def deployment(**pod: object) -> dict[str, object]:
    spec = {"containers": [{"name": "c", "image": "registry.example.com/c:1"}], **pod}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "added", "namespace": "alpha-dev"},
        "spec": {"selector": {}, "template": {"metadata": {"labels": {"app": "added"}}, "spec": spec}},
    }


def service(**selector: str) -> dict[str, object]:
    meta = {"name": "added", "namespace": "alpha-dev"}
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"selector": selector}}


def test_a_whole_tree_names_nothing_that_is_not_there(tree: Path) -> None:
    assert findings(tree) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param("- clone\n", "- cloned\n", "there is no task 'cloned'", id="runAfter"),
        pytest.param("      name: split\n", "      name: splitt\n", "there is no Task 'splitt'", id="taskRef"),
        pytest.param("results.branch", "results.branches", "tasks.clone.results.branches", id="result"),
        pytest.param("$(params.holdout)", "$(params.holdaut)", "params.holdaut", id="param"),
        pytest.param("workspace: sealed", "workspace: seeled", "no workspace 'seeled'", id="workspace"),
    ],
)
def test_a_pipeline_that_leads_nowhere(tree: Path, old: str, new: str, words: str) -> None:
    trees.edit(tree, PIPELINE, old, new)
    found = [each for each in findings(tree) if each.code == "MG261"]
    assert any(words in each.message for each in found)
    assert {each.file for each in found} == {PIPELINE}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(deployment(serviceAccountName="nobody"), "ServiceAccount 'nobody'", id="service-account"),
        pytest.param(
            deployment(volumes=[{"name": "v", "configMap": {"name": "no"}}]), "ConfigMap 'no'", id="config-map"
        ),
        pytest.param(
            deployment(volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "no"}}]),
            "PersistentVolumeClaim 'no'",
            id="claim",
        ),
    ],
)
def test_a_pod_that_names_nothing(tree: Path, content: dict[str, object], message: str) -> None:
    add(tree, content)
    (found,) = findings(tree)
    assert (found.code, found.file) == ("MG262", "base/dev/added.yaml")
    assert message in found.message
    assert found.line > 1


def test_what_is_optional_or_a_secret_is_no_finding(tree: Path) -> None:
    optional = {"name": "v", "configMap": {"name": "no", "optional": True}}
    add(tree, deployment(volumes=[optional, {"name": "s", "secret": {"secretName": "no"}}]))
    assert findings(tree) == []


def test_a_role_that_is_not_there(tree: Path) -> None:
    trees.edit(tree, "base/cicd/rbac/role-binding.yaml", "kind: Role\n  name: model", "kind: Role\n  name: modell")
    (found,) = findings(tree)
    assert (found.code, found.file, found.line) == ("MG262", "base/cicd/rbac/role-binding.yaml", 9)


def test_a_service_without_pods(tree: Path) -> None:
    add(tree, service(app="other"))
    (found,) = findings(tree)
    assert found.code == "MG263"


def test_a_service_with_pods(tree: Path) -> None:
    trees.write(tree, "base/dev/pods.yaml", yaml.safe_dump(deployment()))
    trees.append(tree, "base/dev", "pods.yaml")
    add(tree, service(app="added"))
    assert findings(tree) == []


CASES: list[tuple[dict[str, object], list[tuple[str, str]]]] = [
    ({"apiVersion": "v1", "kind": "Pod", "spec": POD}, [("ServiceAccount", "runner"), ("ConfigMap", "c1")]),
    ({"kind": "Route", "spec": {"to": {"name": "web"}}}, [("Service", "web")]),
    (
        {"kind": "Ingress", "spec": {"rules": [{"http": {"paths": [{"backend": {"service": {"name": "web"}}}]}}]}},
        [("Service", "web")],
    ),
    (
        {"kind": "EventListener", "spec": {"triggers": [{"template": {"ref": "t"}, "bindings": [{"ref": "b"}]}]}},
        [("TriggerTemplate", "t"), ("TriggerBinding", "b")],
    ),
    (
        {"kind": "TriggerTemplate", "spec": {"resourcetemplates": [{"spec": {"pipelineRef": {"name": "p"}}}]}},
        [("Pipeline", "p")],
    ),
]


@pytest.mark.parametrize(("obj", "expected"), CASES, ids=[str(obj["kind"]) for obj, _ in CASES])
def test_what_each_kind_names(obj: dict[str, object], expected: list[tuple[str, str]]) -> None:
    assert [(each.kind, each.name) for each in of(obj)] == expected


def test_only_what_is_known_to_be_a_name_is_followed() -> None:
    assert list(of({"kind": "Task", "spec": {"description": "Pipeline x"}})) == []
