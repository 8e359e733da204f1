"""A real node runs pods of images by digest; they reach the API server, DNS, registry and git; nothing stays."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from checkouts import git
from e2e import pods
from mlgate.cli import main
from mlgate.errors import ToolFailed, UsageError
from mlgate.lifecycle.kubectl import Cluster, Refused
from mlgate.sandbox import client, control_plane, down, oci, preflight
from mlgate.sandbox.layout import REGISTRY, Layout, folder, load
from mlgate.sandbox.up import await_ready, up

# Reads the API server's address and its own identity as every client in a pod does.
API = """
test "$(cat /var/run/secrets/kubernetes.io/serviceaccount/namespace)" = default
nslookup -type=a kubernetes.default.svc.cluster.local | grep -q 10.96.0.1
nslookup -type=a registry.sandbox | grep -q 10.88.0.1
cd /var/run/secrets/kubernetes.io/serviceaccount
curl -sS --cacert ca.crt -H "Authorization: Bearer $(cat token)" https://kubernetes.default.svc/version | grep -q v1.37
curl -sS http://git.sandbox:3000/
echo every door is open
"""


def test_the_node_is_ready_and_came_as_itself(cluster: Cluster) -> None:
    assert cluster.wait("node", "node1", "condition=Ready")
    with pytest.raises(Refused, match="Forbidden"):
        cluster.call(["delete", "node", "node1", "--as=system:node:node1", "--as-group=system:nodes"])


def test_a_pod_of_an_image_by_digest_reaches_what_it_needs(stand: Layout, cluster: Cluster) -> None:
    cluster.apply([pods.pod("doors", pods.shell(stand).reference, API)])
    assert pods.said(cluster, "doors") == "ready\nevery door is open\n"
    container = cluster.get("pod", "doors", "default")["status"]["containerStatuses"][0]  # type: ignore[index]
    assert container["imageID"] == pods.shell(stand).reference


def test_a_pod_can_not_reach_out(stand: Layout, cluster: Cluster) -> None:
    cluster.apply([pods.pod("outwards", pods.shell(stand).reference, "curl -sS -m 3 http://192.0.2.1")])
    pods.said(cluster, "outwards", "Failed")


def test_other_bytes_than_the_digest_says_are_not_run(stand: Layout, cluster: Cluster) -> None:
    wrong = f"{REGISTRY}/shell@sha256:{'0' * 64}"
    cluster.apply([pods.pod("wrong", wrong, "true")])
    waiting = "jsonpath={.status.containerStatuses[0].state.waiting.reason}=ErrImagePull"
    assert cluster.wait("pod", "wrong", waiting, "default", timeout_s=30)
    cluster.delete("pod", "wrong", "default")


def test_a_service_answers_by_name(stand: Layout, cluster: Cluster) -> None:
    server = pods.pod("web", pods.shell(stand).reference, "cd /etc && exec httpd -f -p 8080")
    server["metadata"]["labels"] = {"app": "web"}
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
    }
    ask = "until curl -sSf http://web/passwd; do sleep 0.2; done"
    cluster.apply([server, service, pods.pod("asks", pods.shell(stand).reference, ask)])
    assert "nobody" in pods.said(cluster, "asks")


def test_what_is_pushed_by_loopback_is_fetched_inside(stand: Layout, cluster: Cluster, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "-b", "main", str(stand.folder / "git/tree.git"))
    git(tmp_path, "init", "--quiet", "-b", "main", "tree")
    (tmp_path / "tree/file").write_bytes(os.urandom(3 << 20))  # more than git sends in one piece
    git(tmp_path / "tree", "add", "file")
    git(tmp_path / "tree", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "one")
    url = f"http://127.0.0.1:{stand.ports.git}/tree.git"
    git(tmp_path / "tree", "push", "--quiet", url, "main")
    head = git(tmp_path / "tree", "rev-parse", "main").strip()
    inside = client.enter(stand, ["git", "ls-remote", "http://git.sandbox:3000/tree.git", "main"]).stdout
    assert inside.split() == [head, "refs/heads/main"]


def test_a_second_up_changes_nothing_and_heals_what_was_killed(stand: Layout, cluster: Cluster) -> None:
    before = client.status(stand)
    assert up(stand.name) == stand
    assert client.status(stand) == before
    client.stop(stand, "etcd", signal.SIGKILL)
    end = time.monotonic() + 10
    while client.status(stand)["etcd"][1] is None and time.monotonic() < end:
        time.sleep(0.05)
    assert main(["cluster", "status", "--name", stand.name]) == 1
    assert up(stand.name) == stand
    assert main(["cluster", "status", "--name", stand.name]) == 0
    assert cluster.get("pod", "doors", "default") is not None
    with pytest.raises(UsageError, match="runs with a node"):
        up(stand.name, api_only=True)


def test_down_leaves_nothing_whatever_was_killed_before(stand: Layout) -> None:
    name = "killed"
    code = f"from mlgate.sandbox.up import up; up({name!r}, say=lambda text: print(text, flush=True))"
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    for line in starter.stdout:
        if line.startswith("DNS is ready"):  # pods run, but the state is not kept yet
            break
    starter.kill()
    starter.wait()
    starter.stdout.close()
    left = down.leftovers(folder(name))
    for kind in ("process", "cgroup", "folder"):  # each way to see something does see it
        assert [each for each in left if each.startswith(kind)], kind
    assert [pid for pid, command in down.processes(folder(name)) if "coredns" in command]
    assert main(["cluster", "down", "--name", name]) == 0
    assert down.leftovers(folder(name)) == []
    assert client.alive(stand)  # another cluster is not touched


def test_nothing_of_a_cluster_is_in_the_machine_s_own_namespaces(stand: Layout) -> None:
    assert down.mounts(stand.folder) == []
    links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout
    assert "node0" not in links
    rules = subprocess.run(["iptables-save"], capture_output=True, text=True, check=True).stdout
    assert "KUBE-SERVICES" not in rules
    assert "KUBE-SERVICES" in client.enter(stand, ["iptables-save"]).stdout


def test_an_api_server_alone_needs_no_node() -> None:
    name = "api-alone"
    down.down(folder(name))
    layout = up(name, api_only=True)
    try:
        cluster = Cluster(str(layout.kubeconfig))
        assert cluster.list("nodes") == []
        os.kill(layout.pid, signal.SIGKILL)
        end = time.monotonic() + 20
        while list(down.processes(layout.folder)) and time.monotonic() < end:
            time.sleep(0.05)
        assert list(down.processes(layout.folder)) == []
        assert load(name) == layout
    finally:
        assert main(["cluster", "down", "--name", name]) == 0
    assert down.leftovers(folder(name)) == []
    assert main(["cluster", "down", "--name", name]) == 0
    assert main(["cluster", "status", "--name", name]) == 2


def test_a_machine_that_can_run_no_pod_is_told_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert main(["cluster", "up", "--name", "nobody"]) == 3
    said = capsys.readouterr().err
    assert "needs root" in said
    assert "--api-only" in said
    assert down.leftovers(folder("nobody")) == []


def test_a_component_that_ends_says_why(stand: Layout) -> None:
    unit = control_plane.scheduler(stand)
    broken = type(unit)(name="broken", argv=("sh", "-c", "echo no such thing; exit 7"), ready="http://127.0.0.1:1/")
    client.start(stand, broken)
    with pytest.raises(ToolFailed, match=r"exit code 7: no such thing"):
        await_ready(stand, broken)


def test_the_reasons_name_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/mounts").write_text("cgroup /c cgroup rw,cpu,cpuacct 0 0\n")
    found = " ".join(preflight.obstacles(tmp_path))
    assert "cpuset, memory are not mounted" in found
    assert "usr/lib/cni/ptp" in found


def test_an_image_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    made = [oci.make("a", tmp_path / each, {"bin/a": b"x"}, links={"bin/b": "a"}) for each in "12"]
    assert made[0].reference == made[1].reference
    assert oci.make("a", tmp_path, {"bin/a": b"y"}).reference != made[0].reference
