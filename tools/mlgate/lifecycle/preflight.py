"""What a cluster is before anything is changed: its version, what the person may do, what is installed and by whom."""

import json
import re
from dataclasses import dataclass

from mlgate.errors import ToolFailed
from mlgate.lifecycle.kubectl import Cluster, Object, Refused

ARGOCD = "argocd"
"""Namespace of Argo CD and of every Application."""

OLDEST = (1, 30)  # ValidatingAdmissionPolicy is stable from here on
TRACKING = "argocd.argoproj.io/tracking-id"
_MARKS = {
    "Argo CD": "applications.argoproj.io",
    "Gatekeeper": "constrainttemplates.templates.gatekeeper.sh",
    "Tekton": "pipelines.tekton.dev",
    "Seldon": "seldondeployments.machinelearning.seldon.io",
}
_OPERATORS = {"gatekeeper": "Gatekeeper", "tekton": "Tekton", "openshift-pipelines": "Tekton", "seldon": "Seldon"}
_NEEDED = (
    ("create", "namespaces", ""),
    ("patch", "namespaces", ""),
    ("create", "secrets", "{cicd}"),
    ("patch", "secrets", "{cicd}"),
    ("create", "applications.argoproj.io", ARGOCD),
    ("create", "applicationsets.argoproj.io", ARGOCD),
    ("create", "appprojects.argoproj.io", ARGOCD),
)
_TO_INSTALL = (
    ("create", "customresourcedefinitions", ""),
    ("create", "clusterroles", ""),
    ("create", "clusterrolebindings", ""),
    ("create", "deployments", ARGOCD),
)


@dataclass(frozen=True, slots=True)
class Installed:
    """Something that is there; ``manager`` says who put it there, as far as the object tells."""

    name: str
    manager: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The outcome of looking: server version, and what is installed by name."""

    version: str
    installed: dict[str, Installed]


def look(cluster: Cluster) -> Facts:
    """Read version and installed parts; raises ``Unreachable``, or ``ToolFailed`` on a server that is too old."""
    said = json.loads(cluster.call(["version", "-o", "json"])).get("serverVersion", {})
    version = str(said.get("gitVersion", ""))
    numbers = re.match(r"v?(\d+)\.(\d+)", version)
    if numbers is None or (int(numbers[1]), int(numbers[2])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise ToolFailed(f"the cluster runs Kubernetes {version or '(unknown)'}", fix=f"{oldest} or newer is needed")
    found = {name: cluster.get("customresourcedefinition", crd) for name, crd in _MARKS.items()}
    there = {name: Installed(name, manager(crd)) for name, crd in found.items() if crd is not None}
    return Facts(version, there)


def manager(obj: Object) -> str:
    """Who put an object there: an Application, OLM, Helm, else the first field manager."""
    meta = obj["metadata"]
    labels, notes = meta.get("labels") or {}, meta.get("annotations") or {}
    if tracked := notes.get(TRACKING):
        return f"Argo CD Application {tracked.split(':')[0]}"
    if any(label.startswith(("olm.", "operators.coreos.com/")) for label in labels):
        return "OLM"
    if release := notes.get("meta.helm.sh/release-name"):
        return f"Helm release {release}"
    managers = [each.get("manager", "") for each in meta.get("managedFields") or () if not each.get("subresource")]
    return managers[0] if managers else str(labels.get("app.kubernetes.io/managed-by", "unknown"))


def may(cluster: Cluster, verb: str, resource: str, namespace: str = "") -> bool:
    """Whether the person may do this; what cannot be asked counts as no."""
    where = [f"--namespace={namespace}"] if namespace else []
    try:
        return cluster.call(["auth", "can-i", verb, resource, *where]).strip().endswith("yes")
    except Refused:
        return False


def check_rights(cluster: Cluster, cicd: str, *, install: bool) -> None:
    """Raise ``ToolFailed`` that lists every right that is missing."""
    wanted = [*_NEEDED, *(_TO_INSTALL if install else ())]
    asked = [(verb, resource, space.format(cicd=cicd)) for verb, resource, space in wanted]
    missing = [" ".join(filter(None, each)) for each in asked if not may(cluster, *each)]
    if missing:
        fix = "log in as a cluster administrator, or ask one to run this"
        raise ToolFailed(f"you may not: {'; '.join(missing)}", fix=fix)


def check_foreign(cluster: Cluster, facts: Facts, operators: tuple[str, ...]) -> None:
    """Refuse to take over what somebody else installed: an operator that is listed, is there, and is not ours."""
    for operator in operators:
        there = facts.installed.get(_OPERATORS.get(operator, ""))
        if there and not ours(cluster, operator):
            said = f"{there.name} is there already, installed by {there.manager}, and is not taken over"
            raise ToolFailed(said, fix=f"leave {operator} out of operators in apps/values/settings.yaml")


def ours(cluster: Cluster, operator: str) -> bool:
    """Whether this tree's Argo CD manages an operator: its Application exists before anything it installs."""
    return cluster.get("application.argoproj.io", f"operator-{operator}", ARGOCD) is not None
