"""The options of the cicd namespace: every set of them validates, and nobody in it may do more than is named."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from checkouts import make, mlgate
from mlgate.checks import run
from mlgate.process import Tool, cache_dir
from mlgate.render import kustomize
from mlgate.repo import Repo
from mlgate.verbs.steps.services import COMMANDS

ROOT = Path(__file__).parents[1]
PREFIX = "fraud-demo"
ALL = ("triggers", "sonarqube", "pruning", "network-policy", "pull-secret")
SETS = {
    "kubernetes-gitea": ("kubernetes", ALL, {"git": "gitea", "index": "devpi", "secrets": "external"}),
    "openshift-gitea": ("openshift", ALL, {"git": "gitea", "index": "nexus", "secrets": "external"}),
    "kubernetes-gogs": ("kubernetes", ALL, {"git": "gogs", "index": "nexus"}),
    "openshift-gogs": ("openshift", ALL, {"git": "gogs", "index": "devpi"}),
    "kubernetes-none": ("kubernetes", (), {}),
}
PODS = {"CronJob", "Deployment", "Job", "StatefulSet"}
INSTALLING = {"build", "evaluate", "package", "train"}
Object = dict[str, Any]


@dataclass(frozen=True)
class Tree:
    """A checkout with one prefix, and what its parts render."""

    repo: Repo
    objects: list[Object]

    def of(self, *kinds: str) -> list[Object]:
        return [each for each in self.objects if each["kind"] in kinds]

    def one(self, kind: str, name: str) -> Object:
        (found,) = [each for each in self.of(kind) if each["metadata"]["name"] == name]
        return found


@pytest.fixture(scope="module", params=SETS, ids=str)
def tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    platform, components, choices = SETS[request.param]
    folder = make(tmp_path_factory.mktemp("tree"))
    options = [word for name in components for word in ("--component", name)]
    options += [word for name, value in choices.items() for word in (f"--{name}", value)]
    assert mlgate(folder, "bootstrap", "--prefix", PREFIX, "--platform", platform, *options) == 0
    parts = [folder / "overlays" / PREFIX / part for part in ("cicd", "dev", "stage")]
    return Tree(Repo(folder), [each for part in parts for each in kustomize.build(part)])


def pods(objects: list[Object]) -> Iterator[tuple[str, Object]]:
    """Name and pod spec of everything that makes pods."""
    for each in objects:
        spec = each["spec"]
        if each["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        yield each["metadata"]["name"], spec["template"]["spec"]


def excessive(rule: Object, *, cluster_wide: bool) -> bool:
    """Whether an RBAC rule lets an account rise above what is named."""
    words = {*rule.get("verbs", ()), *rule.get("resources", ()), *rule.get("apiGroups", ())}
    if any("*" in word for word in words) or words & {"escalate", "bind", "impersonate"}:
        return True
    return cluster_wide and "secrets" in rule.get("resources", ())


def rising(objects: list[Object]) -> list[str]:
    """Roles with an excessive rule, and bindings to a role that the cluster brings along."""
    found = []
    for each in objects:
        if each["kind"] in {"Role", "ClusterRole"}:
            wide = each["kind"] == "ClusterRole"
            found += [each["metadata"]["name"] for rule in each["rules"] if excessive(rule, cluster_wide=wide)]
        if each["kind"] in {"RoleBinding", "ClusterRoleBinding"} and each["roleRef"]["name"] in {
            *("cluster-admin", "admin", "edit")
        }:
            found.append(each["metadata"]["name"])
    return found


def test_a_prefix_with_these_options_is_valid(tree: Tree) -> None:
    report = run.validate(tree.repo, [PREFIX])
    assert [(each.code, each.subject, each.message) for each in report.findings] == []


def test_nobody_may_do_more_than_is_named(tree: Tree) -> None:
    assert len(tree.of("Role")) >= 1
    assert rising(tree.objects) == []


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("Role", {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["*"]}]}),
        ("Role", {"rules": [{"apiGroups": ["*"], "resources": ["pods"], "verbs": ["get"]}]}),
        ("Role", {"rules": [{"apiGroups": [""], "resources": ["pods/*"], "verbs": ["get"]}]}),
        ("Role", {"rules": [{"apiGroups": [""], "resources": ["serviceaccounts"], "verbs": ["impersonate"]}]}),
        ("ClusterRole", {"rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]}]}),
        ("RoleBinding", {"roleRef": {"kind": "ClusterRole", "name": "edit"}}),
        ("ClusterRoleBinding", {"roleRef": {"kind": "ClusterRole", "name": "cluster-admin"}}),
    ],
    ids=["verb", "group", "resource", "impersonate", "secrets", "edit", "cluster-admin"],
)
def test_more_than_is_named_is_seen(kind: str, changed: Object) -> None:
    assert rising([{"kind": kind, "metadata": {"name": "x"}, **changed}]) == ["x"]


def test_the_pipelines_account_may_create_reports_and_nothing_else(tree: Tree) -> None:
    bound = [
        each["roleRef"]["name"]
        for each in tree.of("RoleBinding", "ClusterRoleBinding")
        if any(subject["name"] == "pipeline" for subject in each["subjects"])
    ]
    assert bound == ["model-accuracy-reporter"]
    rules = [{"apiGroups": ["ai.devops.demo"], "resources": ["modelaccuracies"], "verbs": ["create"]}]
    assert tree.one("Role", "model-accuracy-reporter")["rules"] == rules


def test_pods_have_no_rights_that_they_do_not_need(tree: Tree) -> None:
    for name, pod in pods(tree.of(*PODS)):
        assert pod["automountServiceAccountToken"] is (name == "pruning"), name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False, name
            assert context["capabilities"] == {"drop": ["ALL"]}, name
            assert context["seccompProfile"] == {"type": "RuntimeDefault"}, name
            assert {"requests", "limits"} <= set(container["resources"]), name


def test_what_serves_has_probes_a_service_and_a_policy(tree: Tree) -> None:
    for each in tree.of("StatefulSet", "Deployment"):
        name = each["metadata"]["name"]
        labels = each["spec"]["template"]["metadata"]["labels"]
        (server, *_) = [c for c in each["spec"]["template"]["spec"]["containers"] if c.get("ports")]
        assert {"readinessProbe", "livenessProbe"} <= set(server), name
        assert tree.one("Service", name)["spec"]["selector"].items() <= labels.items()
        assert tree.one("NetworkPolicy", name)["spec"]["podSelector"]["matchLabels"].items() <= labels.items()


def test_commands_of_the_tools_image_exist(tree: Tree) -> None:
    known = {each.name: {p.envvar for p in each.params if p.envvar} for each in COMMANDS}
    required = {each.name: {p.envvar for p in each.params if p.required} for each in COMMANDS}
    for _, pod in pods(tree.of(*PODS)):
        for container in pod["containers"]:
            if container.get("command", [""])[0] == "mlgate":
                assert container["image"] == "registry.example.com/mlgate/tools:0.1.0"
                name = container["command"][2]
                given = {each["name"] for each in container["env"]}
                assert required[name] <= given <= known[name]


def test_secrets_reach_pods_by_reference_only(tree: Tree) -> None:
    for name, pod in pods(tree.of(*PODS)):
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            for each in container.get("env", ()):
                if re.search("PASSWORD$|SECRET$|TOKEN$", each["name"]):
                    assert "secretKeyRef" in each["valueFrom"], name
    assert tree.of("Secret") == []


def test_only_steps_that_install_packages_use_the_proxy(tree: Tree) -> None:
    using = {
        task["metadata"]["name"]
        for task in tree.of("Task")
        for each in task["spec"]["steps"][0].get("env", ())
        if each["name"] == "PIP_INDEX_URL"
    }
    proxies = [each for each in tree.of("ConfigMap") if each["metadata"]["name"] == "package-index"]
    assert using == (INSTALLING if proxies else set())
    for each in proxies:
        host = each["data"]["trusted-host"]
        (port,) = tree.one("Service", host)["spec"]["ports"]
        assert each["data"]["index-url"].startswith(f"http://{host}:{port['port']}/")


def test_the_quality_step_is_told_where_sonarqube_is(tree: Tree) -> None:
    params = {each["name"]: each.get("default") for each in tree.one("Pipeline", "model-dev")["spec"]["params"]}
    servers = [each for each in tree.of("Service") if each["metadata"]["name"] == "sonarqube"]
    assert params["sonar-host-url"] == ("http://sonarqube:9000" if servers else "")


def test_sign_up_is_closed(tree: Tree) -> None:
    for each in tree.of("ConfigMap"):
        if each["metadata"]["name"].startswith(("gitea-", "gogs-")):
            text = json.dumps(each["data"])
            assert re.search(r"DISABLE_REGISTRATION( = |\": \")true", text)


def test_the_webhook_of_the_git_server_reaches_its_listener(tree: Tree) -> None:
    for job in tree.of("Job"):
        env = {each["name"]: each.get("value") for each in job["spec"]["template"]["spec"]["containers"][0]["env"]}
        assert job["metadata"]["annotations"]["argocd.argoproj.io/hook"] == "PostSync"
        assert env["BRANCH"] == "main"
        assert (
            env["HOOK_URL"]
            == f"http://el-{tree.one('EventListener', env['GIT_SERVER_KIND'])['metadata']['name']}:8080/"
        )


def test_defect_7_every_listener_checks_a_secret(tree: Tree) -> None:
    for each in tree.of("EventListener"):
        (trigger,) = each["spec"]["triggers"]
        signed, branch, _ = trigger["interceptors"]
        assert branch["params"][0]["value"] == "body.ref == 'refs/heads/' + 'main'"
        if signed["ref"]["kind"] == "ClusterInterceptor":
            assert {"name": "secretRef", "value": {"secretName": "webhook", "secretKey": "secret"}} in signed["params"]
        else:
            service = tree.one("Interceptor", signed["ref"]["name"])["spec"]["clientConfig"]["service"]
            assert tree.one("Service", service["name"])["metadata"]["namespace"] == service["namespace"]


def test_defect_4_no_default_is_a_description(tree: Tree) -> None:
    for template in tree.of("TriggerTemplate"):
        assert [each.get("default") for each in template["spec"]["params"]] == [None]
        (made,) = template["spec"]["resourcetemplates"]
        # The model's path comes from the Pipeline, which has it from settings.yaml.
        assert "model-path" not in {each["name"] for each in made["spec"]["params"]}
    declared = tree.one("Pipeline", "model-dev")["spec"]["params"]
    assert {each["name"]: each.get("default") for each in declared}["model-path"] == "model/fraud"
    assert all(each.get("default") != each.get("description") for each in declared)


def test_defect_5_each_run_gets_volumes_of_its_own(tree: Tree) -> None:
    for template in tree.of("TriggerTemplate"):
        (made,) = template["spec"]["resourcetemplates"]
        assert {"source", "sealed"} <= {each["name"] for each in made["spec"]["workspaces"]}
        assert all(set(each) == {"name", "volumeClaimTemplate"} for each in made["spec"]["workspaces"])


def test_a_volume_can_be_written_where_no_platform_gives_the_group(tree: Tree) -> None:
    fixed = bool(tree.of("Ingress"))
    groups = [pod["securityContext"].get("fsGroup") for _, pod in pods(tree.of("StatefulSet"))]
    for template in tree.of("TriggerTemplate"):
        spec = template["spec"]["resourcetemplates"][0]["spec"]
        groups += [
            each["podTemplate"]["securityContext"].get("fsGroup")
            for each in (spec["taskRunTemplate"], *spec["taskRunSpecs"])
        ]
    assert all((group is not None) is fixed for group in groups)


def test_a_triggered_run_is_a_run_of_the_pipeline(tree: Tree, tmp_path: Path) -> None:
    for template in tree.of("TriggerTemplate"):
        (made,) = template["spec"]["resourcetemplates"]
        assert made["metadata"]["namespace"] == f"{PREFIX}-cicd"
        pipeline = tree.one("Pipeline", made["spec"]["pipelineRef"]["name"])["spec"]
        assert {each["name"] for each in made["spec"]["params"]} <= {each["name"] for each in pipeline["params"]}
        spaces = {each["name"] for each in pipeline["workspaces"] if not each.get("optional")}
        assert spaces <= {each["name"] for each in made["spec"]["workspaces"]}
        (tmp_path / "run.yaml").write_text(yaml.safe_dump(made))
        layout = f"{cache_dir()}/schemas/{{{{ .Group }}}}/{{{{ .ResourceKind }}}}_{{{{ .ResourceAPIVersion }}}}.json"
        Tool("kubeconform").run(["-strict", "-schema-location", layout, str(tmp_path / "run.yaml")])
        bindings = tree.one("TriggerBinding", "push")["spec"]["params"]
        assert {each["name"] for each in bindings} == {each["name"] for each in template["spec"]["params"]}


def test_a_pull_secret_reaches_every_account_and_pod(tree: Tree) -> None:
    if tree.of("StatefulSet"):
        wanted = [{"name": "registry-credentials"}]
        assert [each["imagePullSecrets"] for each in tree.of("ServiceAccount")] == [wanted] * len(
            tree.of("ServiceAccount")
        )
        assert all(pod["imagePullSecrets"] == wanted for _, pod in pods(tree.of(*PODS)))


def test_what_serves_a_model_has_an_account_without_a_token(tree: Tree) -> None:
    accounts = [each for each in tree.of("ServiceAccount") if each["metadata"]["name"] == "model"]
    assert {each["metadata"]["namespace"] for each in accounts} == {f"{PREFIX}-dev", f"{PREFIX}-stage"}
    open_ = {
        each["metadata"]["name"] for each in tree.of("ServiceAccount") if each.get("automountServiceAccountToken", True)
    }
    # A listener asks the API server, and Tekton lets its pod say nothing about the token.
    assert open_ <= {"triggers"}
