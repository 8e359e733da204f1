"""The door to a cluster, where there is none."""

from pathlib import Path

import pytest

from mlgate.lifecycle.kubectl import Cluster, Refused, Unreachable, _error, reference

NOWHERE = """
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "http://127.0.0.1:9"}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
users: [{name: u, user: {}}]
current-context: c
"""


@pytest.mark.parametrize("context", ["", "other"], ids=["refused", "no-such-context"])
def test_no_cluster_is_said_in_words_with_a_fix(tmp_path: Path, context: str) -> None:
    config = tmp_path / "config"
    config.write_text(NOWHERE)
    with pytest.raises(Unreachable, match="no cluster can be reached") as caught:
        Cluster(str(config), context).list("namespaces")
    assert caught.value.exit_code == 3
    assert "KUBECONFIG" in caught.value.fix


def test_a_kubeconfig_that_is_not_there_is_no_cluster(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        Cluster(str(tmp_path / "none")).list("namespaces")


def test_what_the_cluster_refuses_is_no_missing_cluster() -> None:
    error = _error(["apply"], 'admission webhook "x" denied the request: below the threshold')
    assert isinstance(error, Refused)
    assert "below the threshold" in error.reason


@pytest.mark.parametrize(
    ("obj", "named"),
    [
        ({"apiVersion": "v1", "kind": "Pod"}, "pod"),
        ({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"}, "application.argoproj.io"),
    ],
)
def test_an_object_is_named_with_its_group(obj: dict[str, str], named: str) -> None:
    assert reference(obj) == named
