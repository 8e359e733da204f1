"""The component slack-promotion: least rights, the secret by reference, and the path that the server answers."""

from pathlib import Path
from typing import Any

import pytest

import checkouts
from mlgate.render import kustomize
from mlgate.slack import server

Objects = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(scope="module", params=["kubernetes", "openshift"])
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Objects:
    """What the cicd part renders, by kind and name."""
    tree = checkouts.make(tmp_path_factory.mktemp(request.param))
    options = ["--component", "slack-promotion", "--platform", request.param]
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", "fraud-demo", *options) == 0
    return named(kustomize.build(tree / "overlays" / "fraud-demo" / "cicd"))


def named(objects: list[dict[str, Any]]) -> Objects:
    return {(each["kind"], each["metadata"]["name"]): each for each in objects}


def test_the_account_may_create_runs_and_nothing_else(rendered: Objects) -> None:
    rules = rendered["Role", "slack"]["rules"]
    assert rules == [{"apiGroups": ["tekton.dev"], "resources": ["pipelineruns"], "verbs": ["create"]}]
    bound = [
        binding["roleRef"]
        for (kind, _), binding in rendered.items()
        if kind.endswith("RoleBinding") and any(each["name"] == "slack" for each in binding["subjects"])
    ]
    assert bound == [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "slack"}]
    assert rendered["RoleBinding", "slack"]["subjects"][0]["namespace"] == "fraud-demo-cicd"


def test_the_secret_comes_by_reference_and_the_prefix_by_settings(rendered: Objects) -> None:
    pod = rendered["Deployment", "slack"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    env = {each["name"]: each for each in container["env"]}
    assert env["SLACK_SIGNING_SECRET"]["valueFrom"]["secretKeyRef"] == {"name": "slack", "key": "signing-secret"}
    assert env["PREFIX"]["value"] == "fraud-demo"
    assert pod["serviceAccountName"] == "slack"
    assert container["command"][:3] == ["mlgate", "slack", "serve"]


def test_one_process_holds_what_was_served(rendered: Objects) -> None:
    """Two would each believe the same request once."""
    spec = rendered["Deployment", "slack"]["spec"]
    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")


def test_from_outside_only_the_one_path_is_reached(rendered: Objects) -> None:
    route, ingress = rendered.get(("Route", "slack")), rendered.get(("Ingress", "slack"))
    if route:
        assert route["spec"]["path"] == server.PATH
        assert route["spec"]["tls"] == {"termination": "edge", "insecureEdgeTerminationPolicy": "None"}
    else:
        assert ingress is not None
        (rule,) = ingress["spec"]["rules"]
        assert rule["host"] == "fraud-demo-slack.localhost"
        assert [(each["path"], each["pathType"]) for each in rule["http"]["paths"]] == [(server.PATH, "Exact")]


def interactive(objects: Objects) -> str:
    params = objects["Pipeline", "model-dev"]["spec"]["params"]
    return str(next(each["default"] for each in params if each["name"] == "slack-interactive"))


def test_messages_have_the_button_where_a_click_is_answered(rendered: Objects) -> None:
    assert interactive(rendered) == "true"


def test_without_the_component_nothing_of_it_is_there(tmp_path: Path) -> None:
    tree = checkouts.make(tmp_path)
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", "fraud-demo") == 0
    objects = named(kustomize.build(tree / "overlays" / "fraud-demo" / "cicd"))
    assert [name for _, name in objects if name == "slack"] == []
    assert interactive(objects) == "false"
