"""What evaluation leaves behind: metrics.json and the ModelAccuracy object."""

from dataclasses import asdict, dataclass
from typing import Any

from mlgate.evaluate.metrics import Metrics

# Told in the card and in metrics.json; the gate has no use for them, and names and image stand beside the evidence.
_FOR_PEOPLE = ("model_name", "image", "libraries", "data_source", "data_split", "data_findings", "duplicates_across")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where a measurement comes from."""

    model_name: str
    image: str
    model_sha256: str
    wrapper_sha256: str
    notebook_sha256: str
    dataset_sha256: str
    holdout_sha256: str
    data_source: str
    duplicates_across: int
    seed: int
    git_commit: str
    threshold_commit: str
    libraries: tuple[str, ...]
    data_split: str = "stratified"
    data_findings: tuple[str, ...] = ()


def camel(name: str) -> str:
    """``balanced_accuracy`` as Kubernetes spells it: ``balancedAccuracy``."""
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def _spelled(values: dict[str, Any]) -> dict[str, Any]:
    return {camel(name): value for name, value in values.items() if value is not None}


def metrics_json(metrics: Metrics, evidence: Evidence) -> dict[str, Any]:
    """Everything measured, for people and programs; an undefined metric is null."""
    content = {camel(name): value for name, value in asdict(metrics).items() if name != "counts"}
    return {
        "accuracy": metrics.accuracy,
        "counts": _spelled(asdict(metrics.counts)),
        "sampleSize": metrics.counts.total,
        "classCounts": {
            "fraud": metrics.counts.frauds,
            "legitimate": metrics.counts.total - metrics.counts.frauds,
        },
        "metrics": content,
        "evidence": {camel(name): value for name, value in asdict(evidence).items()},
    }


def model_accuracy(metrics: Metrics, evidence: Evidence, *, namespace: str) -> dict[str, Any]:
    """The ModelAccuracy that the gate judges; its name is unique for image and commit."""
    digest = evidence.image.split("sha256:")[1]
    measured = _spelled(asdict(metrics))
    for name in ("counts", "accuracy", "accuracyInterval", "baseline"):
        measured.pop(name)
    kept = {name: value for name, value in asdict(evidence).items() if name not in _FOR_PEOPLE}
    return {
        "apiVersion": "ai.devops.demo/v1",
        "kind": "ModelAccuracy",
        "metadata": {"name": f"{evidence.model_name}-{digest[:12]}-{evidence.git_commit[:8]}", "namespace": namespace},
        "spec": {
            "modelName": evidence.model_name,
            "image": evidence.image,
            "accuracy": metrics.accuracy,
            "counts": _spelled(asdict(metrics.counts)),
            "metrics": {**measured, "accuracyLowerBound": metrics.accuracy_interval[0]},
            "evidence": _spelled(kept),
        },
    }
