"""Kafka, buckets, notebook and virtual database of a prefix, as rendered on both platforms."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import data_components
import trees
from checkouts import ROOT
from data_components import Dev, Object, containers, leaks
from mlgate.checks import run
from mlgate.data.transactions import COLUMNS
from mlgate.render import kustomize

# The Secrets in PREFIX-dev that the READMEs name; each README names its own.
SECRETS = {"virtual-database", "git-credentials", "workbench", "scorer", "scoring-cluster-ca-cert"}
KUBERNETES = {"data-kube", "data-embedded"}
PROJECTS = ROOT / "apps" / "projects"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data_components.tree(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module", params=data_components.PREFIXES)
def dev(request: pytest.FixtureRequest, tree: Path) -> Dev:
    return data_components.dev(tree, request.param)


@pytest.fixture(scope="module")
def kube(tree: Path) -> Dev:
    return data_components.dev(tree, "data-kube")


@pytest.fixture(scope="module")
def teiid(tree: Path) -> Dev:
    return data_components.dev(tree, "data-teiid")


def test_all_of_it_is_valid_on_both_platforms(tree: Path) -> None:
    report = run.validate(trees.repo(tree))
    assert [(each.code, each.subject, each.message) for each in report.findings] == []
    fits = {each.subject for each in report.results if each.code == "MG231"}
    assert {"VirtualDatabase/data-teiid-dev/virtual-database", "Notebook/data-shift-dev/workbench"} <= fits
    assert {"CephCluster/rook-ceph/mlgate", "StorageCluster/openshift-storage/ocs-storagecluster"} <= fits


def test_no_object_carries_a_secret(dev: Dev, tree: Path) -> None:
    found = {(obj["kind"], obj["metadata"]["name"]): leaks(obj) for obj in dev.objects}
    assert {key: why for key, why in found.items() if why} == {}
    for folder in (tree / "base" / "operators").glob("*/*/"):
        if folder.name in {"kubernetes", "openshift"}:
            assert [why for obj in kustomize.build(folder) for why in leaks(obj)] == []


@pytest.mark.parametrize(
    "planted",
    [
        {"kind": "Secret"},
        {"kind": "StatefulSet", "env": [{"name": "POSTGRES_PASSWORD", "value": "planted"}]},
        {"kind": "VirtualDatabase", "properties": [{"name": "password", "value": "planted"}]},
        {"kind": "ConfigMap", "data": {"jdbc.properties": "url=jdbc:postgresql://db/x?password=planted"}},
        {"kind": "ConfigMap", "data": {"token": "planted"}},
        {"kind": "StatefulSet", "env": [{"name": "REPO_URL", "value": "https://me:planted@git.example.com/a.git"}]},
    ],
    ids=["object", "variable", "property", "address", "key", "clone"],
)
def test_a_planted_secret_is_seen(planted: Object) -> None:
    assert leaks(planted)


def test_pods_take_only_the_secrets_that_are_documented(dev: Dev) -> None:
    named = set()
    for obj in dev.objects:
        named |= set(re.findall(r"secretKeyRef:\s+(?:key: \S+\s+)?name: (\S+)", yaml.safe_dump(obj)))
        named |= set(re.findall(r"secretName: (\S+)", yaml.safe_dump(obj)))
    assert named == SECRETS
    readmes = "".join(file.read_text() for file in (ROOT / "base" / "components").glob("*/README.md"))
    assert all(f"Secret `{name}`" in readmes for name in SECRETS)


def test_what_pods_mount_is_there(dev: Dev) -> None:
    there = {(obj["kind"], obj["metadata"]["name"]) for obj in dev.objects}
    for pod in dev.pods.values():
        for volume in pod["volumes"]:
            if config := volume.get("configMap"):
                assert ("ConfigMap", config["name"]) in there
            if claim := volume.get("persistentVolumeClaim"):
                assert ("PersistentVolumeClaim", claim["claimName"]) in there


def test_pods_are_restricted(dev: Dev) -> None:
    assert dev.pods
    for pod in dev.pods.values():
        context = pod["securityContext"]
        assert pod["automountServiceAccountToken"] is False
        assert context["runAsNonRoot"] is True
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        # OpenShift gives the namespace a user, and admits no other.
        assert "runAsUser" not in context or dev.prefix in KUBERNETES
        for each in containers(pod):
            assert each["securityContext"]["allowPrivilegeEscalation"] is False
            assert each["securityContext"]["readOnlyRootFilesystem"] is True
            assert each["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert set(each["resources"]) == {"requests", "limits"}
        assert all("livenessProbe" in each and "readinessProbe" in each for each in pod["containers"])


def test_images_without_a_user_of_their_own_are_given_one(kube: Dev) -> None:
    for name in ("virtual-database", "workbench"):
        assert kube.pods[name]["securityContext"]["runAsUser"] > 0


def test_the_notebook_is_a_stateful_set_or_a_notebook(dev: Dev) -> None:
    kinds = [obj["kind"] for obj in dev.objects if obj["metadata"]["name"] == "workbench"]
    expected = ["StatefulSet", "Service"] if dev.prefix in KUBERNETES else ["Notebook"]
    assert sorted(kinds) == sorted([*expected, "PersistentVolumeClaim"])
    [container] = dev.pods["workbench"]["containers"]
    env = {each["name"]: each for each in container["env"]}
    assert env["NB_PREFIX"]["value"] == f"/notebook/{dev.prefix}-dev/workbench"
    assert env["JUPYTER_TOKEN"]["valueFrom"]["secretKeyRef"] == {"name": "workbench", "key": "token"}


def test_the_clone_knows_its_credentials_from_files_alone(dev: Dev) -> None:
    [clone] = dev.pods["workbench"]["initContainers"]
    env = {each["name"]: each["value"] for each in clone["env"]}
    assert env["REPO_URL"] == data_components.REPO_URL
    assert env["REVISION"] == "main"
    assert env["MODEL_PATH"] == "model/fraud"
    assert env["GIT_ASKPASS"] == "/scripts/askpass.sh"
    assert clone["command"] == ["/scripts/clone.sh"]
    volumes = {each["name"]: each for each in dev.pods["workbench"]["volumes"]}
    assert volumes["credentials"]["secret"] == {"secretName": "git-credentials", "optional": True}
    assert volumes["scripts"]["configMap"]["defaultMode"] == 0o555
    [notebook] = dev.pods["workbench"]["containers"]
    assert "credentials" not in {each["name"] for each in notebook["volumeMounts"]}


@pytest.mark.parametrize("prefix", sorted(KUBERNETES))
def test_the_hold_out_is_mounted_in_the_init_container_alone(tree: Path, prefix: str) -> None:
    pod = data_components.dev(tree, prefix).pods["virtual-database"]
    [features], [database] = pod["initContainers"], pod["containers"]
    assert {"name": "sealed", "mountPath": "/sealed"} in features["volumeMounts"]
    assert "sealed" not in {each["name"] for each in database["volumeMounts"]}
    env = {each["name"]: each["value"] for each in features["env"]}
    given = {name: env[name] for name in ("DATA_SOURCE", "HOLDOUT", "SEED")}
    assert given == {"DATA_SOURCE": "synthetic", "HOLDOUT": "0.25", "SEED": "2020"}
    assert features["image"] == "registry.example.com/mlgate/tools:0.1.0"


@pytest.mark.parametrize(("prefix", "ports"), [("data-kube", ["pg"]), ("data-embedded", ["teiid", "pg"])])
def test_the_notebooks_and_the_pipelines_split_reach_the_virtual_database(
    tree: Path, prefix: str, ports: list[str]
) -> None:
    dev = data_components.dev(tree, prefix)
    [rule] = dev.of("NetworkPolicy")["virtual-database"]["spec"]["ingress"]
    cicd = {"matchLabels": {"kubernetes.io/metadata.name": f"{prefix}-cicd"}}
    split = {"matchLabels": {"tekton.dev/task": "split"}}
    assert rule["from"] == [{"podSelector": {}}, {"namespaceSelector": cicd, "podSelector": split}]
    assert [each["port"] for each in rule["ports"]] == ports
    [container] = dev.pods["virtual-database"]["containers"]
    assert sorted(each["name"] for each in container["ports"]) == sorted(ports)
    assert [each["targetPort"] for each in dev.of("Service")["virtual-database"]["spec"]["ports"]] == ports


def _properties(dev: Dev) -> dict[str, str]:
    text = dev.of("ConfigMap")["virtual-database-jdbc"]["data"]["virtual-database.properties"]
    return dict(line.split("=", 1) for line in text.splitlines())


def test_both_virtualizations_are_reached_by_one_name(kube: Dev, teiid: Dev) -> None:
    [database] = kube.pods["virtual-database"]["containers"]
    name = next(each["value"] for each in database["env"] if each["name"] == "POSTGRES_DB")
    # Teiid's operator makes the Service, of the object's own name.
    assert "virtual-database" in kube.of("Service")
    [virtual] = teiid.of("VirtualDatabase")
    assert virtual == "virtual-database"
    assert _ddl(teiid).startswith(f"CREATE DATABASE {name} ")
    assert _properties(kube).keys() == _properties(teiid).keys()
    assert _properties(kube)["url"] == f"jdbc:postgresql://virtual-database:5432/{name}"
    assert _properties(teiid)["url"] == f"jdbc:teiid:{name}@mm://virtual-database:31000"


def _ddl(dev: Dev) -> str:
    return str(dev.of("VirtualDatabase")["virtual-database"]["spec"]["build"]["source"]["ddl"])


def _lists(ddl: str) -> dict[str, list[str]]:
    """The columns of each table, view and SELECT of a DDL, by what stands before them."""
    parts = {
        "table": r"FOREIGN TABLE FRAUD_DATA \((.*?)\);",
        "view": r"VIEW CreditFraud \((.*?)\) AS",
        "first": r"SELECT((?:\s+d\.\"\w+\",?)+)",
        "second": r"SELECT((?:\s+f\.\"\w+\",?)+)",
        "file": r"COLUMNS(.*?)HEADER",
    }
    found = {name: re.search(pattern, ddl, re.DOTALL) for name, pattern in parts.items()}
    return {name: re.findall(r'"(\w+)"', match[1]) for name, match in found.items() if match}


def test_both_views_have_one_name_and_the_columns_of_the_data(teiid: Dev) -> None:
    sql = ROOT / "base" / "components" / "virtualization-postgresql" / "dev" / "sql"
    assert "CREATE VIEW CreditFraud AS" in (sql / "30-credit-fraud.sql").read_text()
    for name in ("10-fraud-data.sql", "20-features.sql"):
        columns = re.findall(r'"(\w+)" (?:double precision|smallint)', (sql / name).read_text())
        assert columns == list(COLUMNS)
    embedded = ROOT / "base/components/virtualization-teiid/dev-kubernetes/vdb/csvrdbmsdb-vdb.ddl"
    parts = ("view", "first", "second", "file")
    assert _lists(embedded.read_text()) == {part: list(COLUMNS) for part in parts}
    assert _lists(_ddl(teiid)) == {part: list(COLUMNS) for part in ("table", "view", "first", "second", "file")}


def test_two_columns_that_changed_places_are_seen(teiid: Dev) -> None:
    changed = _ddl(teiid).replace('f."V1", f."V2"', 'f."V2", f."V1"')
    assert _lists(changed)["second"] != list(COLUMNS)


def test_nobody_reaches_kafka_without_a_name_and_encryption(dev: Dev) -> None:
    kafka = dev.of("Kafka")["scoring"]["spec"]["kafka"]
    assert [(each["tls"], each["authentication"]["type"]) for each in kafka["listeners"]] == [(True, "scram-sha-512")]
    assert kafka["authorization"] == {"type": "simple"}
    assert {user["spec"]["authentication"]["type"] for user in dev.of("KafkaUser").values()} == {"scram-sha-512"}


def test_each_user_of_kafka_may_do_its_own_work_and_nothing_else(dev: Dev) -> None:
    assert set(dev.of("KafkaTopic")) == {"transactions", "verdicts", "dead-letter"}
    assert {name: _rights(user) for name, user in dev.of("KafkaUser").items()} == {
        "scorer": {
            ("topic", "transactions", "Read"),
            ("group", "scorer", "Read"),
            ("topic", "verdicts", "Write"),
            ("topic", "dead-letter", "Write"),
        },
        "shop": {("topic", "transactions", "Write"), ("topic", "verdicts", "Read"), ("group", "shop", "Read")},
    }


def _rights(user: Object) -> set[tuple[str, str, str]]:
    acls: list[dict[str, Any]] = user["spec"]["authorization"]["acls"]
    assert {acl["resource"]["patternType"] for acl in acls} == {"literal"}
    return {
        (acl["resource"]["type"], acl["resource"]["name"], operation)
        for acl in acls
        for operation in acl["operations"]
        if operation != "Describe"
    }


def test_topics_users_and_brokers_belong_to_the_prefixs_kafka(dev: Dev) -> None:
    for kind in ("KafkaTopic", "KafkaUser", "KafkaNodePool"):
        for obj in dev.of(kind).values():
            assert obj["metadata"]["labels"]["strimzi.io/cluster"] in dev.of("Kafka")
            assert obj["metadata"]["namespace"] == f"{dev.prefix}-dev"


def test_buckets_are_named_after_the_prefix_and_of_the_operators_class(dev: Dev, tree: Path) -> None:
    claims = dev.of("ObjectBucketClaim")
    assert {name: claim["spec"]["generateBucketName"] for name, claim in claims.items()} == {
        name: f"{dev.prefix}-{name}" for name in ("data", "models")
    }
    classes = {claim["spec"]["storageClassName"] for claim in claims.values()}
    for platform in ("kubernetes", "openshift"):
        objects = kustomize.build(tree / "base" / "operators" / "rook-ceph" / platform)
        assert classes == {obj["metadata"]["name"] for obj in objects if obj["kind"] == "StorageClass"}
