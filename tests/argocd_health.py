"""What the real Argo CD says of an object's health, by the configuration as the tree renders it."""

import os
from pathlib import Path
from typing import Any

import yaml

import checkouts
from mlgate.process import Tool
from mlgate.render import kustomize

FOLDER = checkouts.ROOT / "base" / "operators" / "argocd"
KINDS = {
    "AIModelAccuracyThreshold": "constraints.gatekeeper.sh/v1beta1",
    "AIModelRelease": "constraints.gatekeeper.sh/v1beta1",
    "Application": "argoproj.io/v1alpha1",
    "ApplicationSet": "argoproj.io/v1alpha1",
    "ConstraintTemplate": "templates.gatekeeper.sh/v1",
    "InferenceService": "serving.kserve.io/v1beta1",
    "ModelAccuracy": "ai.devops.demo/v1",
    "SeldonDeployment": "machinelearning.seldon.io/v1",
    "Subscription": "operators.coreos.com/v1alpha1",
    "ValidatingAdmissionPolicy": "admissionregistration.k8s.io/v1",
}


def render(platform: str) -> list[dict[str, Any]]:
    """What the operator argocd syncs on a platform."""
    return kustomize.build(FOLDER / platform)


def config_map(name: str = "argocd-cm") -> str:
    """A rendered ConfigMap, as YAML."""
    maps = [each for each in render("kubernetes") if each["kind"] == "ConfigMap"]
    return yaml.safe_dump(next(each for each in maps if each["metadata"]["name"] == name))


def ask(
    folder: Path, kind: str, status: Any = None, *, spec: Any = None, meta: Any = None, configured: bool = True
) -> tuple[str, str]:
    """Health and message; ``configured`` false asks what Argo CD itself knows of the kind."""
    names = {"name": "x", "namespace": "alpha-cicd", "generation": 2, **(meta or {})}
    obj = {"apiVersion": KINDS[kind], "kind": kind, "metadata": names, "spec": spec or {}}
    (folder / "object.yaml").write_text(yaml.safe_dump(obj if status is None else {**obj, "status": status}))
    argocd_cm = folder / "argocd-cm.yaml"
    if not configured:
        argocd_cm = folder / "empty-cm.yaml"
        argocd_cm.write_text(yaml.safe_dump({**yaml.safe_load((folder / "argocd-cm.yaml").read_text()), "data": {}}))
    args = ["admin", "settings", "resource-overrides", "health", str(folder / "object.yaml")]
    # No kubeconfig: what is asked is the file, never a cluster.
    env = {**os.environ, "KUBECONFIG": os.devnull, "HOME": str(folder)}
    said = Tool("argocd").run([*args, "--argocd-cm-path", str(argocd_cm)], env=env).stdout
    found = dict(line.split(": ", 1) for line in said.splitlines() if line.startswith(("STATUS: ", "MESSAGE: ")))
    return found.get("STATUS", said.strip()), found.get("MESSAGE", "")
