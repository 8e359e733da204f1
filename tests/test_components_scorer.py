"""The Deployment that scores: told what the command knows, what Kafka allows it, and what the model takes."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

import data_components
from checkouts import ROOT
from data_components import Dev
from mlgate.notebook.extract import extract
from mlgate.scoring import address, security
from mlgate.verbs.score import command


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Dev:
    return data_components.dev(data_components.tree(tmp_path_factory.mktemp("scorer")), "data-kube")


@pytest.fixture(scope="module")
def container(dev: Dev) -> dict[str, Any]:
    [found] = dev.of("Deployment")["scorer"]["spec"]["template"]["spec"]["containers"]
    return dict(found)


@pytest.fixture(scope="module")
def given(container: dict[str, Any]) -> dict[str, Any]:
    """The options as the command itself reads them."""
    assert container["command"][:2] == ["mlgate", "score"]
    return command.make_context("score", list(container["command"][2:])).params


def test_its_topics_are_those_of_the_broker_and_its_account_may_do_what_it_does(
    dev: Dev, given: dict[str, Any]
) -> None:
    places = {name: address.parse(given[name], name) for name in ("source", "verdicts", "dead_letter")}
    assert {each.topic for each in places.values()} == set(dev.of("KafkaTopic"))
    [listener] = dev.of("Kafka")["scoring"]["spec"]["kafka"]["listeners"]
    assert {each.servers for each in places.values()} == {f"scoring-kafka-bootstrap:{listener['port']}"}
    allowed = {
        (each["resource"]["type"], each["resource"]["name"]): set(each["operations"])
        for each in dev.of("KafkaUser")["scorer"]["spec"]["authorization"]["acls"]
    }
    assert allowed == {
        ("topic", places["source"].topic): {"Describe", "Read"},
        ("group", given["group"]): {"Read"},
        ("topic", places["verdicts"].topic): {"Describe", "Write"},
        ("topic", places["dead_letter"].topic): {"Describe", "Write"},
    }


def test_verdicts_of_one_key_are_made_one(dev: Dev) -> None:
    assert "compact" in dev.of("KafkaTopic")["verdicts"]["spec"]["config"]["cleanup.policy"].split(",")


def test_it_logs_in_by_mounted_secrets_alone(dev: Dev, container: dict[str, Any], tmp_path: Path) -> None:
    env = {each["name"]: each["value"] for each in container["env"]}
    mounted = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    volumes = dev.of("Deployment")["scorer"]["spec"]["template"]["spec"]["volumes"]
    there = {f"{mounted[each['name']]}/{item['path']}" for each in volumes for item in each["secret"]["items"]}
    assert {env["KAFKA_PASSWORD_FILE"], env["KAFKA_CA_FILE"]} == there
    for name in ("KAFKA_PASSWORD_FILE", "KAFKA_CA_FILE"):
        env[name] = str(tmp_path / name)
        Path(env[name]).write_text("mounted\n")
    found = security.settings(env)
    assert found["security.protocol"] == "SASL_SSL"
    assert (found["sasl.username"], found["sasl.password"]) == ("scorer", "mounted")


def test_its_features_are_those_of_the_model_it_asks(container: dict[str, Any], tmp_path: Path) -> None:
    env = {each["name"]: each["value"] for each in container["env"]}
    extraction, results = extract(ROOT / "model" / "fraud", tmp_path)
    assert extraction is not None, results
    wrapper = (tmp_path / f"{extraction.wrapper_class}.py").read_text()
    assert str(env["MODEL_NAMES"].split(",")).replace("'", '"') in wrapper
    template = yaml.safe_load((ROOT / "model" / "fraud" / "model_deployment.yaml").read_text())
    [predictor] = template["spec"]["predictors"]
    assert env["MODEL_URL"] == f"http://{template['metadata']['name']}-{predictor['name']}:8000"


def test_every_option_is_one_of_the_command(container: dict[str, Any]) -> None:
    with pytest.raises(click.UsageError):
        command.make_context("score", [*shlex.split("--unknown 1"), *container["command"][2:]])


def test_probes_are_answered_where_they_ask(container: dict[str, Any], given: dict[str, Any]) -> None:
    assert [each["containerPort"] for each in container["ports"]] == [given["metrics_port"]]
    assert given["metrics_host"] == "0.0.0.0"  # noqa: S104 - what the kubelet and Prometheus need
    paths = {container[probe]["httpGet"]["path"] for probe in ("readinessProbe", "livenessProbe")}
    assert paths == {"/readyz", "/healthz"}


def ports(rules: list[dict[str, Any]]) -> Iterator[int]:
    """Port numbers that rules of a NetworkPolicy let through."""
    yield from (port["port"] for rule in rules for port in rule["ports"])


def test_it_reaches_the_broker_and_the_model_through_the_network_policies(dev: Dev, given: dict[str, Any]) -> None:
    policies = dev.of("NetworkPolicy")
    labels = dev.of("Deployment")["scorer"]["spec"]["template"]["metadata"]["labels"]
    own = policies["scorer"]["spec"]
    assert own["podSelector"]["matchLabels"] == labels
    assert set(ports(own["ingress"])) == {given["metrics_port"]}
    assert {8000, 9000, 9093} <= set(ports(own["egress"]))
    for kind in ("seldon", "kserve", "deployment"):
        [rule] = policies[f"model-{kind}-from-scorer"]["spec"]["ingress"]
        assert rule["from"] == [{"podSelector": {"matchLabels": labels}}]


def test_a_drain_leaves_one_running(dev: Dev) -> None:
    budget = dev.of("PodDisruptionBudget")["scorer"]["spec"]
    scorer = dev.of("Deployment")["scorer"]["spec"]
    assert budget["selector"] == scorer["selector"]
    assert budget["maxUnavailable"] < scorer["replicas"] <= dev.of("KafkaTopic")["transactions"]["spec"]["partitions"]
