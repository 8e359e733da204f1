"""Trees that validate checks: a whole one with a released model, and a catalogue that knows its kinds."""

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

import checkouts
from gate_oracle import DIGEST, counts, report
from mlgate.pipeline import release
from mlgate.repo import Repo

PREFIX = "alpha"
IMAGE = f"registry.example.com/alpha/fraud-detection@{DIGEST}"
_EVIDENCE = {
    **{f"{name}Sha256": "ab" * 32 for name in ("model", "wrapper", "notebook", "dataset")},
    "gitCommit": "ab" * 20,
}
# The fields that a kind has at its top. What lies deeper is not the stage's business but the catalogue's.
_FIELDS: dict[str, tuple[str, ...]] = {
    "admissionregistration.k8s.io/validatingadmissionpolicy_v1": ("spec",),
    "admissionregistration.k8s.io/validatingadmissionpolicybinding_v1": ("spec",),
    "apiextensions.k8s.io/customresourcedefinition_v1": ("spec",),
    "argoproj.io/application_v1alpha1": ("spec",),
    "argoproj.io/applicationset_v1alpha1": ("spec",),
    "argoproj.io/appproject_v1alpha1": ("spec",),
    "config.gatekeeper.sh/config_v1alpha1": ("spec",),
    "machinelearning.seldon.io/seldondeployment_v1": ("spec",),
    "rbac.authorization.k8s.io/role_v1": ("rules",),
    "rbac.authorization.k8s.io/rolebinding_v1": ("roleRef", "subjects"),
    "rbac.authorization.k8s.io/clusterrole_v1": ("rules",),
    "templates.gatekeeper.sh/constrainttemplate_v1": ("spec",),
    "tekton.dev/pipeline_v1": ("spec",),
    "tekton.dev/task_v1": ("spec",),
    "v1/configmap_v1": ("data",),
    "v1/namespace_v1": ("spec",),
    "v1/persistentvolumeclaim_v1": ("spec",),
    "v1/serviceaccount_v1": ("automountServiceAccountToken",),
}


def catalogue(folder: Path) -> Path:
    """A schema for every kind of the tree that the tree does not define itself."""
    for name, own in _FIELDS.items():
        file = folder / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        fields: dict[str, Any] = {"apiVersion": {}, "kind": {}, "metadata": {}, **{field: {} for field in own}}
        file.write_text(json.dumps({"type": "object", "additionalProperties": False, "properties": fields}))
    return folder


def whole(folder: Path) -> Path:
    """A copy of this repository's tree with one prefix and a released model that passes its threshold."""
    checkouts.make(folder)
    bootstrap(folder, PREFIX)
    made = release.build(
        PREFIX, IMAGE, report(0.976, counts(244, 250), image=IMAGE, evidence=_EVIDENCE), _model(folder)
    )
    for name, text in made.files().items():
        (folder / made.folder / name).write_text(text)
    return folder


def bootstrap(folder: Path, prefix: str) -> None:
    url = "https://git.example.com/team/mlops.git"
    assert checkouts.mlgate(folder, "bootstrap", "--prefix", prefix, "--repo-url", url, "--threshold", "95") == 0


def _model(folder: Path) -> Path:
    model = folder / "model" / "fraud"
    model.mkdir(parents=True)
    shutil.copy(checkouts.ROOT / "model" / "fraud" / "model_deployment.yaml", model)
    return model


def edit(tree: Path, name: str, old: str, new: str) -> None:
    """Replace text that must stand there."""
    file = tree / name
    text = file.read_text()
    assert old in text, f"{name} has no {old!r}"
    file.write_text(text.replace(old, new))


def append(tree: Path, name: str, item: str) -> None:
    """Add one resource to a kustomization."""
    file = tree / name / "kustomization.yaml"
    content = yaml.safe_load(file.read_text())
    content.setdefault("resources", []).append(item)
    file.write_text(yaml.safe_dump(content, sort_keys=False))


def write(tree: Path, name: str, text: str) -> None:
    """Write a file whose folder exists."""
    (tree / name).write_text(text)


def repo(tree: Path) -> Repo:
    return Repo(tree)
