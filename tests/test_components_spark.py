"""Spark beside the Pipeline: a namespace with nothing to steal, an exact list of rights, one version of Spark."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

import checkouts
from checkouts import ROOT
from data_components import leaks
from mlgate.checks import run
from mlgate.data import cluster
from mlgate.render import kustomize
from mlgate.repo import Repo
from mlgate.training import job

PREFIX = "two-words"
COMPONENT = ROOT / "base" / "components" / "spark-training"
# Each of them mounts what it names, or takes its value from it.
_SECRET = {"secret", "secretName", "secretRef", "secretKeyRef", "secrets", "envSecretKeyRefs", "envFrom", "projected"}
Object = dict[str, Any]


@dataclass(frozen=True)
class Tree:
    repo: Repo
    cicd: list[Object]

    def one(self, kind: str, name: str) -> Object:
        (found,) = [each for each in self.cicd if (each["kind"], each["metadata"]["name"]) == (kind, name)]
        return found

    @property
    def spark(self) -> list[Object]:
        return [each for each in self.cicd if each["metadata"].get("namespace") == f"{PREFIX}-spark"]


@pytest.fixture(scope="module", params=["kubernetes", "openshift"])
def tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    folder = checkouts.make(tmp_path_factory.mktemp("spark"))
    options = ["--platform", request.param, "--component", "spark-training", "--component", "network-policy"]
    assert checkouts.mlgate(folder, "bootstrap", "--prefix", PREFIX, *options) == 0
    return Tree(Repo(folder), kustomize.build(folder / "overlays" / PREFIX / "cicd"))


def test_it_is_valid_and_every_object_met_a_schema(tree: Tree) -> None:
    report = run.validate(tree.repo, [PREFIX])
    assert [(each.code, each.subject, each.message) for each in report.findings] == []
    fits = {each.subject for each in report.results if each.code == "MG231"}
    assert f"SparkApplication/{PREFIX}-spark/forest" in fits


def test_the_namespace_is_its_own_and_restricted(tree: Tree) -> None:
    labels = tree.one("Namespace", f"{PREFIX}-spark")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert {each["kind"] for each in tree.spark} == {
        *("Deployment", "NetworkPolicy", "PersistentVolumeClaim", "Role", "RoleBinding", "Service", "ServiceAccount"),
        "SparkApplication",
    }


def test_the_driver_may_make_pods_here_and_nothing_else(tree: Tree) -> None:
    verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "watch"]
    assert tree.one("Role", "spark-driver")["rules"] == [
        {"apiGroups": [""], "resources": ["pods"], "verbs": verbs},
        {"apiGroups": [""], "resources": ["configmaps", "services"], "verbs": verbs},
    ]
    bindings = [each for each in tree.cicd if each["kind"].endswith("RoleBinding")]
    bound = [(each["metadata"]["namespace"], each["roleRef"], each["subjects"]) for each in bindings if mine(each)]
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "spark-driver"}
    driver = {"kind": "ServiceAccount", "name": "spark-driver", "namespace": f"{PREFIX}-spark"}
    assert bound == [(f"{PREFIX}-spark", role, [driver])]


def mine(binding: Object) -> bool:
    return binding["metadata"]["namespace"].endswith("-spark") or any(
        each.get("namespace", "").endswith("-spark") for each in binding["subjects"]
    )


def test_executors_and_workers_have_no_token(tree: Tree) -> None:
    assert tree.one("ServiceAccount", "spark-executor")["automountServiceAccountToken"] is False
    application = tree.one("SparkApplication", "forest")["spec"]
    assert application["driver"]["serviceAccount"] == "spark-driver"
    assert application["executor"]["serviceAccount"] == "spark-executor"
    for name in ("spark-master", "spark-worker"):
        pod = tree.one("Deployment", name)["spec"]["template"]["spec"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False  # else SPARK_MASTER_PORT is an address, which Spark takes for a port


def secrets(value: Any) -> Iterator[str]:
    """Fields that hand a Secret to a pod."""
    if isinstance(value, dict):
        yield from _SECRET & set(value)
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from secrets(item)


def test_no_secret_is_there_nor_mounted(tree: Tree) -> None:
    assert [why for each in tree.spark for why in (*leaks(each), *secrets(each))] == []


@pytest.mark.parametrize("field", ["secrets", "envFrom"])
def test_a_mounted_secret_is_seen(field: str) -> None:
    application = yaml.safe_load((COMPONENT / "cicd" / "application.yaml").read_text())
    application["spec"]["driver"][field] = [{"name": "planted"}]
    assert list(secrets(application)) == [field]


def test_no_volume_but_the_claim_of_this_namespace(tree: Tree) -> None:
    assert tree.one("SparkApplication", "forest")["spec"]["volumes"] == [
        {"name": "data", "persistentVolumeClaim": {"claimName": "spark-data"}}
    ]
    for name in ("spark-master", "spark-worker"):
        volumes = tree.one("Deployment", name)["spec"]["template"]["spec"]["volumes"]
        assert all(set(each) == {"name", "emptyDir"} for each in volumes)


def test_pods_are_restricted(tree: Tree) -> None:
    application = tree.one("SparkApplication", "forest")["spec"]
    pods = [(application[role]["podSecurityContext"], application[role]) for role in ("driver", "executor")]
    for name in ("spark-master", "spark-worker"):
        spec = tree.one("Deployment", name)["spec"]["template"]["spec"]
        pods += [(spec["securityContext"], each) for each in spec["containers"]]
    for pod, container in pods:
        assert pod == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_a_suspended_application_calls_a_job_that_knows_its_arguments(tree: Tree) -> None:
    spec = tree.one("SparkApplication", "forest")["spec"]
    assert spec["suspend"] is True
    given = job._arguments().parse_args(spec["arguments"])
    [mount] = spec["driver"]["volumeMounts"]
    assert given.rows.startswith(mount["mountPath"])
    assert str(given.out).startswith(mount["mountPath"])
    main = spec["mainApplicationFile"].removeprefix("local:///opt/mlgate/")
    assert ROOT / main == Path(job.__file__)


def test_spark_is_of_one_version_everywhere(tree: Tree) -> None:
    spec = tree.one("SparkApplication", "forest")["spec"]
    pinned = re.findall(r"^pyspark==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert pinned == [spec["sparkVersion"]]
    assert f"pyspark=={pinned[0]}\n" in (ROOT / "model" / "fraud-spark" / "requirements-train.txt").read_text()
    assert f"apache/spark:{pinned[0]} " in (COMPONENT / "Containerfile").read_text()


def test_images_are_pinned(tree: Tree) -> None:
    tools = yaml.safe_load(checkouts.settings_file(tree.repo.root, PREFIX).read_text())["spec"]["images"]["tools"]
    for name in ("spark-master", "spark-worker"):
        [container] = tree.one("Deployment", name)["spec"]["template"]["spec"]["containers"]
        assert container["image"] == tools
    assert re.search(r":\d+\.\d+\.\d+$", tree.one("SparkApplication", "forest")["spec"]["image"])


def test_the_step_is_told_a_master_that_is_there(tree: Tree) -> None:
    data = tree.one("ConfigMap", "spark-training")["data"]
    service = tree.one("Service", "spark-master")
    [port] = service["spec"]["ports"]
    host = f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc"
    assert cluster.master(data["master"]) == f"spark://{host}:{port['port']}"
    env = {each["name"]: each.get("valueFrom") for each in tree.one("Task", "train")["spec"]["steps"][0]["env"]}
    for name, key in {"SPARK_MASTER": "master", "SPARK_ROWS": "rows"}.items():
        assert env[name] == {"configMapKeyRef": {"name": "spark-training", "key": key}}
    labels = tree.one("Deployment", "spark-master")["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()


def test_the_step_and_the_workers_alone_reach_one_another(tree: Tree) -> None:
    step = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": f"{PREFIX}-cicd"}},
        "podSelector": {"matchLabels": {"tekton.dev/task": "train"}},
    }
    own = {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "spark-training"}}}
    for name in ("spark-master", "spark-worker"):
        spec = tree.one("NetworkPolicy", name)["spec"]
        [rule] = spec["ingress"]
        assert rule["from"] == [step, own]
        assert [each["to"] for each in spec["egress"]] == [[own], [step], [{"namespaceSelector": {}}]]
    spec = tree.one("NetworkPolicy", "spark-driver")["spec"]
    namespace = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": f"{PREFIX}-spark"}}}
    assert spec["ingress"] == [{"from": [{**namespace, **own}]}]
    assert spec["podSelector"] == step["podSelector"]
