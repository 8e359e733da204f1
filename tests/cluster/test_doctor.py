"""Each known trouble, planted by hand in a healthy installation, is named with its evidence; a healthy one has none."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import checkouts
from cluster import standin
from mlgate.cli import main
from mlgate.lifecycle import doctor, stuck
from mlgate.lifecycle.kubectl import Cluster, Object
from mlgate.prefixes import PARTS
from mlgate.render import kustomize
from mlgate.results import Status

PREFIX = "ill"
CICD = f"{PREFIX}-cicd"
GOOD = {"sync": {"status": "Synced"}, "health": {"status": "Healthy"}}
APPS = "applications.argoproj.io"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with the prefix."""
    tree = checkouts.make_git(tmp_path_factory.mktemp("doctor") / "tree")
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", PREFIX) == 0
    return tree


@pytest.fixture
def healthy(cluster: Cluster, tree: Path) -> Iterator[Cluster]:
    """A healthy installation; what a test planted in its namespace is taken out again."""
    standin.controller(cluster, ready=True)
    cluster.apply(space(f"{PREFIX}-{part}") for part in PARTS)
    policy = kustomize.build(tree / "overlays" / PREFIX / "policy")
    rules = [obj for obj in policy if obj["kind"].startswith("AIModel")]
    apps = [standin.application(name) for name in stuck.names(PREFIX)]
    roots = [standin.application(name) for name in ("mlgate-root", "mlgate-policy")]
    cluster.apply([*rules, *apps, *roots])
    for obj in (*apps, *roots):
        cluster.patch(APPS, obj["metadata"]["name"], {"status": GOOD}, "argocd")
    for obj in rules:
        standin.status(
            cluster, obj["kind"].lower(), obj["metadata"]["name"], {"byPod": [{"id": "a", "enforced": True}]}
        )
    yield cluster
    for kind in ("pods", "persistentvolumeclaims", "events", "eventlisteners.triggers.tekton.dev"):
        cluster.call(["delete", kind, "--all", f"--namespace={CICD}", "--grace-period=0", "--force", "--wait=false"])
    for claim in cluster.list("persistentvolumeclaims", CICD):
        cluster.patch("persistentvolumeclaim", claim["metadata"]["name"], {"metadata": {"finalizers": None}}, CICD)
    cluster.patch("namespace", CICD, {"metadata": {"labels": {"admission.gatekeeper.sh/ignore": None}}})


def space(name: str) -> Object:
    labels = {"app.kubernetes.io/part-of": "mlgate"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def pod(cluster: Cluster, status: Object, *, claim: str = "", labels: dict[str, str] | None = None) -> None:
    """A pod named p with a status that a kubelet would have written."""
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": claim}}] if claim else []
    # On a node, as a pod that was never placed holds no claim.
    spec = {
        "nodeName": "node",
        "containers": [{"name": "main", "image": "registry.example.com/x:1"}],
        "volumes": volumes,
    }
    meta = {"name": "p", "namespace": CICD, "labels": labels or {}}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": CICD}}
    cluster.apply([account, {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}])
    standin.status(cluster, "pod", "p", status, CICD)


def pvc(cluster: Cluster) -> None:
    """A claim named c, for which there is no volume."""
    resources = {"requests": {"storage": "1Gi"}}
    spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": "no-such", "resources": resources}
    meta = {"name": "c", "namespace": CICD}
    cluster.apply([{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta, "spec": spec}])


def event(cluster: Cluster, kind: str, name: str, reason: str, message: str) -> None:
    """An event about an object of the namespace, from now on."""
    about = {"kind": kind, "namespace": CICD, "name": name}
    meta = {"name": f"{name}.{reason.lower()[-20:]}", "namespace": CICD}
    core = {"apiVersion": "v1", "kind": "Event", "metadata": meta, "involvedObject": about}
    cluster.apply([core | {"reason": reason, "message": message, "type": "Warning"}])


def no_mount(cluster: Cluster) -> None:
    pod(cluster, {"phase": "Pending"})
    event(cluster, "Pod", "p", "FailedMount", "timed out waiting for the condition")


def no_volume(cluster: Cluster) -> None:
    pvc(cluster)
    pod(cluster, {"phase": "Pending"}, claim="c")


def held_claim(cluster: Cluster) -> None:
    pvc(cluster)
    cluster.patch("persistentvolumeclaim", "c", {"metadata": {"finalizers": ["kubernetes.io/pvc-protection"]}}, CICD)
    pod(cluster, {"phase": "Succeeded"}, claim="c")
    cluster.delete("persistentvolumeclaim", "c", CICD)


def listener(cluster: Cluster, ready: str) -> None:
    meta = {"name": "push", "namespace": CICD}
    obj = {"apiVersion": "triggers.tekton.dev/v1beta1", "kind": "EventListener", "metadata": meta, "spec": {}}
    cluster.apply([obj])
    conditions = [{"type": "Ready", "status": ready, "message": "deployment has no pod"}]
    standin.status(cluster, "eventlisteners.triggers.tekton.dev", "push", {"conditions": conditions}, CICD)


def deaf_trigger(cluster: Cluster) -> None:
    listener(cluster, "False")


def lost_push(cluster: Cluster) -> None:
    listener(cluster, "True")
    event(cluster, "EventListener", "push", "dev.tekton.event.triggers.started.v1", "")


def no_pull(cluster: Cluster) -> None:
    waiting = {"reason": "ImagePullBackOff", "message": "unauthorized"}
    one = {"name": "main", "image": "registry.example.com/x:1", "imageID": "", "ready": False, "restartCount": 0}
    pod(cluster, {"phase": "Pending", "containerStatuses": [one | {"state": {"waiting": waiting}}]})


def failed_run(cluster: Cluster) -> None:
    ended = {"exitCode": 1, "message": "no column Class", "finishedAt": "2026-01-01T00:00:00Z"}
    one = {"name": "main", "image": "x", "imageID": "", "ready": False, "restartCount": 0}
    labels = {"tekton.dev/taskRun": "r-train", "tekton.dev/pipelineTask": "train", "tekton.dev/pipelineRun": "r"}
    status = {"phase": "Failed", "containerStatuses": [one | {"state": {"terminated": ended}}]}
    pod(cluster, status, labels=labels)


def webhook_down(cluster: Cluster) -> None:
    service = {"name": "gatekeeper-webhook-service", "namespace": "gatekeeper-system", "path": "/v1/admit"}
    rule = {"apiGroups": ["none.example.com"], "apiVersions": ["*"], "resources": ["*"], "operations": ["CREATE"]}
    hook = {"name": "validation.gatekeeper.sh", "clientConfig": {"service": service}, "rules": [rule]}
    hook |= {"sideEffects": "None", "admissionReviewVersions": ["v1"], "failurePolicy": "Fail"}
    kind = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration"}
    cluster.apply([kind | {"metadata": {"name": "gatekeeper"}, "webhooks": [hook]}])


def idle_constraint(cluster: Cluster) -> None:
    standin.status(cluster, "aimodelaccuracythreshold", f"{PREFIX}-model-accuracy", {"byPod": []})


def toothless_constraint(cluster: Cluster) -> None:
    change = {"spec": {"enforcementAction": "warn"}}
    cluster.patch("aimodelaccuracythreshold", f"{PREFIX}-model-accuracy", change)


def no_constraint(cluster: Cluster) -> None:
    cluster.delete("aimodelrelease", f"{PREFIX}-model-release")


def drifted(cluster: Cluster) -> None:
    bad = {"sync": {"status": "OutOfSync"}, "health": {"status": "Degraded", "message": "pod crashes"}}
    cluster.patch(APPS, f"{PREFIX}-dev", {"status": bad}, "argocd")


def skipped(cluster: Cluster) -> None:
    cluster.patch("namespace", CICD, {"metadata": {"labels": {"admission.gatekeeper.sh/ignore": "yes"}}})


def no_controller(cluster: Cluster) -> None:
    standin.controller(cluster, ready=False)


PLANTED = [
    (no_mount, "MG601", "timed out waiting"),
    (no_volume, "MG602", "no-such"),
    (held_claim, "MG603", "p (Succeeded)"),
    (deaf_trigger, "MG604", "deployment has no pod"),
    (lost_push, "MG604", "no PipelineRun since"),
    (no_pull, "MG605", "unauthorized"),
    (failed_run, "MG606", "no column Class"),
    (webhook_down, "MG607", "gatekeeper-webhook-service"),
    (idle_constraint, "MG608", "no pod of Gatekeeper"),
    (toothless_constraint, "MG608", "enforcementAction is warn"),
    (no_constraint, "MG608", "nothing judges"),
    (drifted, "MG609", "pod crashes"),
    (skipped, "MG610", "nothing in it is judged"),
    (no_controller, "MG611", "no application controller"),
]


@pytest.mark.parametrize(("plant", "code", "evidence"), PLANTED, ids=[each[0].__name__ for each in PLANTED])
def test_a_planted_trouble_is_named_and_nothing_else(
    healthy: Cluster, plant: Callable[[Cluster], None], code: str, evidence: str
) -> None:
    plant(healthy)
    try:
        found = [each for each in doctor.examine(healthy, PREFIX) if each.status is not Status.VALID]
    finally:
        healthy.delete("validatingwebhookconfiguration", "gatekeeper")
        healthy.delete("aimodelaccuracythreshold", f"{PREFIX}-model-accuracy")
    assert [each.code for each in found] == [code]
    assert evidence in found[0].message
    assert found[0].fix


def test_a_healthy_installation_has_no_trouble_and_every_check_looked(
    healthy: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--prefix", PREFIX, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [each["code"] for each in said] == list(doctor.CHECKS)
    assert main(["doctor", "--prefix", PREFIX]) == 0


def test_a_prefix_that_is_not_there_proves_nothing(cluster: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--prefix", "nowhere"]) == 1
    assert "MG600" in capsys.readouterr().out


def test_a_removal_that_is_stuck_leads_to_cleanup(healthy: Cluster) -> None:
    meta = {"name": "held", "namespace": f"{PREFIX}-dev", "finalizers": ["example.com/nobody"]}
    healthy.apply([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}])
    healthy.delete("namespace", f"{PREFIX}-dev")
    found = [each for each in doctor.examine(healthy, PREFIX) if each.status is not Status.VALID]
    healthy.patch("configmap", "held", {"metadata": {"finalizers": None}}, f"{PREFIX}-dev")
    assert healthy.wait("namespace", f"{PREFIX}-dev", "delete")
    assert [each.code for each in found] == ["MG612"]
    assert "cleanup" in found[0].fix


@pytest.mark.parametrize(
    ("phase", "plain", "forced", "says"),
    [("Running", 1, 1, "is in use by p"), ("Succeeded", 1, 0, "held by finished pods: p")],
)
def test_a_claim_is_made_anew_only_when_nothing_holds_it(  # noqa: PLR0917
    healthy: Cluster, tree: Path, phase: str, plain: int, forced: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cicd = kustomize.build(tree / "overlays" / PREFIX / "cicd")
    name = next(obj["metadata"]["name"] for obj in cicd if obj["kind"] == "PersistentVolumeClaim")
    healthy.apply(obj for obj in cicd if obj["kind"] == "PersistentVolumeClaim")
    pod(healthy, {"phase": phase}, claim=name)
    before = uid(healthy, name)
    args = ["recreate-pvc", "--repo", str(tree), "--prefix", PREFIX, "--pvc", name]
    assert main(args) == plain
    assert says in capsys.readouterr().err
    assert uid(healthy, name) == before
    assert main([*args, "--yes"]) == forced
    assert (uid(healthy, name) != before) is (forced == 0)


def uid(cluster: Cluster, name: str) -> str:
    claim = cluster.get("persistentvolumeclaim", name, CICD)
    assert claim is not None
    return str(claim["metadata"]["uid"])


def test_a_claim_that_the_overlay_does_not_have_is_refused(
    healthy: Cluster, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checkouts.mlgate(tree, "recreate-pvc", "--prefix", PREFIX, "--pvc", "nothing") == 2
    assert "it has: " in capsys.readouterr().err
