"""The evaluation step: the packaged model by digest, the sealed hold-out, and nobody's word."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlgate.data.split import HOLDOUT_FILE, read_record
from mlgate.data.transactions import COLUMNS
from mlgate.errors import SettingsError
from mlgate.evaluate import card
from mlgate.evaluate.metrics import Metrics, measure
from mlgate.evaluate.report import Evidence, camel, metrics_json
from mlgate.evaluate.score import Scores, score
from mlgate.evaluate.statistics import describe
from mlgate.files import write_atomic
from mlgate.image.environment import Environment
from mlgate.image.store import Image
from mlgate.notebook.extract import Extraction
from mlgate.results import Result

_TOLD = ("joblib", "numpy", "pandas", "scikit-learn", "scipy", "seldon-core")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What the run knows and the image does not."""

    image_name: str
    git_commit: str
    threshold_commit: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Metrics with their evidence, and what the card draws from."""

    metrics: Metrics
    evidence: Evidence
    scores: Scores
    holdout: pd.DataFrame

    @property
    def label(self) -> npt.NDArray[np.int64]:
        return self.holdout["Class"].to_numpy(dtype=np.int64)


def evaluate(
    image: Image, environment: Environment, sealed: Path, extraction: Extraction, provenance: Provenance
) -> tuple[Evaluation | None, list[Result]]:
    """Measure an image on the hold-out in ``sealed``; findings when its answers cannot be measured.

    Raises ``SettingsError`` when the hold-out is not the one that was sealed.
    """
    holdout = _sealed_rows(sealed)
    scores, findings = score(image, environment, holdout[list(COLUMNS[:-1])])
    if scores is None:
        return None, findings
    metrics = measure(holdout["Class"].to_numpy(dtype=np.int64), scores.fraud)
    return Evaluation(metrics, _evidence(image, sealed, extraction, provenance), scores, holdout), []


def _sealed_rows(sealed: Path) -> pd.DataFrame:
    path = sealed / HOLDOUT_FILE
    try:
        # Every digit counts for the hash, and not every pandas reads all of them.
        with path.open() as file:
            header = file.readline().rstrip("\n").split(",")
            rows = np.loadtxt(file, delimiter=",", ndmin=2, dtype="<f8")
    except (OSError, ValueError) as err:
        raise SettingsError(f"{path}: cannot be read: {err}", fix="run the split step") from None
    # The canonical bytes of mlgate.data.split: rows that were changed or dropped since are no hold-out any more.
    intact = hashlib.sha256(np.ascontiguousarray(rows).data).hexdigest() == read_record(sealed).holdout_sha256
    if not intact or header != list(COLUMNS):
        raise SettingsError(f"{path} is not what the split sealed", fix="run the split step again")
    return pd.DataFrame(rows, columns=header, copy=False)


def _evidence(image: Image, sealed: Path, extraction: Extraction, provenance: Provenance) -> Evidence:
    record = read_record(sealed)
    return Evidence(
        model_name=provenance.image_name.rsplit("/", 1)[-1],
        image=f"{provenance.image_name}@{image.digest}",
        model_sha256=image.files[image.model_file],
        wrapper_sha256=image.files[f"{image.wrapper_class}.py"],
        notebook_sha256=extraction.notebook_sha256,
        dataset_sha256=record.dataset_sha256,
        holdout_sha256=record.holdout_sha256,
        data_source=record.source,
        data_split=record.method,
        data_findings=record.findings,
        duplicates_across=record.duplicates_across,
        seed=record.seed,
        git_commit=provenance.git_commit,
        threshold_commit=provenance.threshold_commit,
        libraries=tuple(package for package in image.packages if package.split("==")[0].lower() in _TOLD),
    )


def write(evaluation: Evaluation, out: Path) -> None:
    """Write metrics.json, the model card, and one known row of each class as ready questions."""
    content = metrics_json(evaluation.metrics, evaluation.evidence)
    found = describe(evaluation.metrics, evaluation.label, evaluation.scores.fraud)
    content["statistics"] = asdict(found, dict_factory=lambda pairs: {camel(name): value for name, value in pairs})
    write_atomic(out / "metrics.json", json.dumps(content, indent=2, allow_nan=False) + "\n")
    shown = card.render(evaluation.metrics, evaluation.evidence, evaluation.label, evaluation.scores.fraud)
    write_atomic(out / card.FILE, shown)
    write_atomic(out / "examples.json", json.dumps(examples(evaluation), indent=2) + "\n")


def examples(evaluation: Evaluation) -> list[dict[str, Any]]:
    """One known row of each class, the middle one by the model's score, as /predict payloads with its true class."""
    names = list(evaluation.scores.features)
    chosen = [(_middle(evaluation, value), value) for value in (1, 0) if (evaluation.label == value).any()]
    rows = []
    for row, value in chosen:
        values = evaluation.holdout[names].to_numpy(dtype=np.float64)[row].tolist()
        question = {"data": {"names": names, "tensor": {"shape": [1, len(values)], "values": values}}}
        rows.append({"row": row, "class": "fraud" if value else "legitimate", "payload": question})
    return rows


def _middle(evaluation: Evaluation, value: int) -> int:
    rows = np.flatnonzero(evaluation.label == value)
    ranked = rows[np.argsort(evaluation.scores.fraud[rows], kind="stable")]
    return int(ranked[len(ranked) // 2])
