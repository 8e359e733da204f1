"""What we say of an object is what a real API server says: taken or refused, for every case of the table."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import rule_cases
from cluster.server import Server
from mlgate.checks import catalogue, entries, rules, schema
from mlgate.checks.model import Build, Rendered
from mlgate.cli import main
from mlgate.lifecycle.kubectl import Cluster
from mlgate.process import Tool
from mlgate.repo import Repo
from mlgate.results import Status

CASES = list(rule_cases.cases())


@pytest.fixture(scope="module")
def taken(server: Server) -> Iterator[set[str]]:
    """Names of the objects that the server takes, asked without keeping any."""
    cluster = Cluster(str(server.kubeconfig))
    cluster.apply(rule_cases.crds())
    for crd in rule_cases.crds():
        assert cluster.wait("crd", crd["metadata"]["name"], "condition=Established")
    # One by one: in a list, kubectl ends at the first name that is no part of a path.
    with ThreadPoolExecutor(4) as pool:
        yield set().union(*pool.map(lambda case: _asked(cluster, case.obj), CASES))
    for crd in rule_cases.crds():
        cluster.delete("crd", crd["metadata"]["name"])


def _asked(cluster: Cluster, obj: rule_cases.Object) -> set[str]:
    args = [f"--kubeconfig={cluster.kubeconfig}", "apply", "--server-side", "--dry-run=server", "-o", "name", "-f", "-"]
    done = Tool("kubectl", accept=(0, 1)).run(args, stdin=json.dumps(obj), timeout_s=120)
    return {line.partition("/")[2] for line in done.stdout.splitlines()}


@pytest.mark.parametrize("case", CASES, ids=[case.name[:40] for case in CASES])
def test_a_real_api_server_agrees(case: rule_cases.Case, taken: set[str]) -> None:
    assert (case.name in taken) is not bool(case.code)


BUILT_IN = [case for case in CASES if case.obj["apiVersion"] in {"v1", "apps/v1", "batch/v1"}]


def test_a_catalogue_of_the_cluster_judges_as_ours_does(cluster: Cluster, tmp_path: Path) -> None:
    place = tmp_path / "catalogue"
    assert main(["schemas", "build", "--from-cluster", "--kubeconfig", cluster.kubeconfig, "--output", str(place)]) == 0
    origins = entries.origins(place)
    assert {"v1/pod_v1.json", "apps/deployment_v1.json", "argoproj.io/application_v1alpha1.json"} <= set(origins)
    found = rules.judge([case.obj for case in BUILT_IN], [place])
    assert [[each.code for each in answer.problems][:1] for [answer] in found] == [
        [case.code] if case.code else [] for case in BUILT_IN
    ]
    ours = rules.judge([case.obj for case in BUILT_IN], catalogue.folders(tmp_path))
    assert found == ours


def test_its_json_schemas_are_strict(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "catalogue"
    found = list(entries.of_cluster(lambda args: cluster.call(["get", *args], timeout_s=60), "here"))
    entries.write(found, place)
    whole = rule_cases.deployment("a")
    wrong = rule_cases.deployment("b", lambda pod: pod["spec"].update(contaners=[]))
    rendered = Rendered(Build(tmp_path), (whole, wrong))
    monkeypatch.setattr(catalogue, "folders", lambda own: [own, place])
    assert [each.status for each in schema.check(Repo(tmp_path), [rendered])] == [Status.VALID, Status.INVALID]
