"""One API server for all tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster import kinds
from cluster.server import Server, running
from mlgate.lifecycle.kubectl import Cluster


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running API server with the kinds of Argo CD, Gatekeeper and Tekton."""
    with running(tmp_path_factory.mktemp("server")) as server:
        kinds.define(Cluster(str(server.kubeconfig)))
        yield server


@pytest.fixture
def cluster(server: Server, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """The server, as an administrator; also what KUBECONFIG names."""
    monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig))
    return Cluster(str(server.kubeconfig))


@pytest.fixture
def config(server: Server) -> Path:
    """The administrator's kubeconfig."""
    return server.kubeconfig
