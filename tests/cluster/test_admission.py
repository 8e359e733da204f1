"""What only an API server knows: the CEL gate at admission, and whether it would take every object of the tree."""

import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import checkouts
import gate_oracle
import trees
from mlgate.lifecycle.kubectl import Cluster
from mlgate.process import Done, Tool
from mlgate.render import kustomize, overlay

PREFIX = "gate"
THRESHOLD = 0.9887
POLICY = "validatingadmissionpolicy"
BUILT_IN = ("v1", "apps/", "batch/", "networking.k8s.io/", "rbac.authorization.k8s.io/", "policy/")
LEVELS = {"cicd": "restricted", "dev": "baseline", "stage": "baseline", "spark": "restricted"}
BUILDS = ("cicd", "dev", "stage")


def dry_run(cluster: Cluster, verb: Sequence[str], objects: Sequence[dict[str, Any]]) -> Done:
    """What the API server says to every object, without keeping any."""
    document = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
    args = [f"--kubeconfig={cluster.kubeconfig}", *verb, "--dry-run=server", "-o", "name", "-f", "-"]
    return Tool("kubectl", accept=(0, 1)).run(args, stdin=document, timeout_s=120)


def admitted(cluster: Cluster, reports: Sequence[dict[str, Any]]) -> list[bool]:
    names = {line.rpartition("/")[2] for line in dry_run(cluster, ["create"], reports).stdout.splitlines()}
    return [each["metadata"]["name"] in names for each in reports]


def report(name: str, accuracy: Any, correct: int, total: int) -> dict[str, Any]:
    made = gate_oracle.report(accuracy, gate_oracle.counts(correct, total))
    return {**made, "metadata": {"name": name, "namespace": f"{PREFIX}-cicd"}}


BAD = report("bad", 0.5, 50, 100)


@pytest.fixture
def gate(cluster: Cluster, tmp_path: Path) -> Iterator[list[dict[str, Any]]]:
    """The CEL gate of a prefix, in force; Gatekeeper is not there at all."""
    tree = checkouts.make(tmp_path / "tree")
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", PREFIX, "--threshold", str(THRESHOLD)) == 0
    parts = [*kustomize.build(tree / "overlays" / PREFIX / "policy"), *kustomize.build(tree / "policy")]
    wanted = [obj for obj in parts if obj["kind"] in ("AIModelAccuracyThreshold", "ValidatingAdmissionPolicyBinding")]
    wanted += [obj for obj in parts if obj["kind"] == "ValidatingAdmissionPolicy"]
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"{PREFIX}-cicd"}}
    cluster.apply([space, *wanted])
    _until(cluster, BAD, False)
    yield wanted
    for obj in wanted:
        cluster.delete(obj["kind"].lower(), obj["metadata"]["name"])


def _until(cluster: Cluster, obj: dict[str, Any], wanted: bool) -> None:
    said = ""
    for _ in range(120):
        done = dry_run(cluster, ["create"], [obj])
        if (done.returncode == 0) is wanted:
            return
        said = done.stderr
        time.sleep(0.25)
    raise AssertionError(f"the API server still says: {said}")


@pytest.mark.usefixtures("gate")
def test_the_cel_gate_agrees_with_the_oracle_at_admission(cluster: Cluster) -> None:
    draw = random.Random(7)  # noqa: S311 - repeatable test data
    cases = [(accuracy, correct, total) for accuracy, _, correct, total in gate_oracle.pairs(7, 150)]
    cases += [(correct / total, correct, total) for total in (10_000, 71_202) for correct in _around(draw, total)]
    reports = [report(f"r{number}", *case) for number, case in enumerate(cases)]
    expected = [gate_oracle.allowed(accuracy, THRESHOLD, correct, total) for accuracy, correct, total in cases]
    assert {True, False} == set(expected)
    assert admitted(cluster, reports) == expected


def _around(draw: random.Random, total: int) -> list[int]:
    border = int(THRESHOLD * total)
    return [border - 1, border, border + 1, draw.randint(0, total)]


def test_the_policy_has_no_warnings_of_types(cluster: Cluster, gate: list[dict[str, Any]]) -> None:
    name = next(obj["metadata"]["name"] for obj in gate if obj["kind"] == "ValidatingAdmissionPolicy")
    live = cluster.get(POLICY, name)
    assert live is not None
    assert live.get("status", {}).get("typeChecking", {}).get("expressionWarnings", []) == []


def test_a_constraint_that_is_gone_denies(cluster: Cluster, gate: list[dict[str, Any]]) -> None:
    good = report("good", 0.99, 99, 100)
    _until(cluster, good, True)
    constraint = next(obj for obj in gate if obj["kind"] == "AIModelAccuracyThreshold")
    cluster.delete("aimodelaccuracythreshold", constraint["metadata"]["name"])
    _until(cluster, good, False)


def test_without_its_binding_the_gate_is_open(cluster: Cluster, gate: list[dict[str, Any]]) -> None:
    binding = next(obj for obj in gate if obj["kind"] == "ValidatingAdmissionPolicyBinding")
    cluster.delete("validatingadmissionpolicybinding", binding["metadata"]["name"])
    _until(cluster, BAD, True)


@pytest.mark.parametrize("platform", ["kubernetes", "openshift"])
def test_the_api_server_would_take_every_object_of_its_own_kinds(
    cluster: Cluster, tmp_path: Path, platform: str
) -> None:
    prefix = f"all-{platform[0]}"
    tree = trees.whole(tmp_path / "tree")
    every = [word for name in overlay.known_components(tree / "base") for word in ("--component", name)]
    more = ["--git", "gitea", "--index", "devpi", "--virtualization", "postgresql", "--serving", "deployment"]
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", prefix, "--platform", platform, *every, *more) == 0
    spaces = [_space(f"{prefix}-{part}", level) for part, level in LEVELS.items()]
    cluster.apply(spaces)
    objects = [obj for part in BUILDS for obj in kustomize.build(tree / "overlays" / prefix / part)]
    ours = [obj for obj in objects if obj["apiVersion"].startswith(BUILT_IN) and obj["kind"] != "Namespace"]
    assert len(ours) > 40
    done = dry_run(cluster, ["apply", "--server-side"], ours)
    for space in spaces:
        cluster.delete("namespace", space["metadata"]["name"])
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == len(ours)


def _space(name: str, level: str) -> dict[str, Any]:
    # A level that only warns is said of every workload; one that enforces is said of pods alone.
    labels = {"pod-security.kubernetes.io/warn": level}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def test_a_pod_that_asks_for_too_much_is_warned_of(cluster: Cluster) -> None:
    cluster.apply([_space("too-much", "restricted")])
    pod = {"containers": [{"name": "c", "image": "a:1", "securityContext": {"runAsUser": 0}}]}
    template = {"metadata": {"labels": {"a": "b"}}, "spec": pod}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    meta = {"name": "c", "namespace": "too-much"}
    obj = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec}
    assert "would violate PodSecurity" in dry_run(cluster, ["apply", "--server-side"], [obj]).stderr
    cluster.delete("namespace", "too-much")
