"""What we say of an object is what a real API server says: taken or refused, for every case of the table."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import rule_cases
from cluster.server import Server
from mlgate.lifecycle.kubectl import Cluster
from mlgate.process import Tool

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
