"""Probabilities of a packaged model, and whether model and wrapper mean the same columns."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlgate.data import csvfile
from mlgate.errors import ToolFailed
from mlgate.image import environment as environments
from mlgate.image.environment import Environment
from mlgate.image.store import Image
from mlgate.process import Tool
from mlgate.results import Result, Status

SCORER = Path(__file__).with_name("scorer.py")


@dataclass(frozen=True, slots=True)
class Scores:
    """Fraud probability of each row, shape (n,), and the feature names in the wrapper's order."""

    fraud: npt.NDArray[np.float64]
    features: tuple[str, ...]


def score(image: Image, environment: Environment, rows: pd.DataFrame) -> tuple[Scores | None, list[Result]]:
    """Score ``rows`` (features only) through the image's wrapper; findings instead of scores when they mean nothing.

    Raises ``ToolFailed`` when the wrapper fails, or when the environment is not the one that the image locks.
    """
    environments.check(image, environment)
    with tempfile.TemporaryDirectory(prefix="mlgate-score-") as folder:
        features, out = Path(folder) / "features.csv", Path(folder) / "scores.json"
        csvfile.write(rows, features)
        env = {
            "PATH": str(environment.python.parent),
            "HOME": folder,
            "LANG": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        args = [str(SCORER), image.wrapper_class, image.model_file, str(features), str(out)]
        Tool(str(environment.python)).run(args, cwd=image.app, env=env, timeout_s=1800)
        try:
            answer = json.loads(out.read_text())
        except (OSError, ValueError) as err:
            raise ToolFailed(f"the packaged model gave no scores: {err}") from None
    findings = check(answer, len(rows))
    if findings:
        return None, findings
    return Scores(np.array(answer["probabilities"])[:, 1], tuple(answer["wrapperFeatures"])), []


def check(answer: dict[str, Any], rows: int) -> list[Result]:
    """What is wrong with a scorer's answer about ``rows`` rows; empty when it can be measured."""
    found = []
    model, wrapper = answer["modelFeatures"], answer["wrapperFeatures"]
    if model is None:
        found.append(_bad("MG301", "the model does not know its feature names: fit it on a DataFrame"))
    if wrapper is None or model not in (None, wrapper):
        found.append(_bad("MG302", f"the model was fitted on {model}, the wrapper's feature_names are {wrapper}"))
    if answer["classNames"] != ["legitimate", "fraud"]:
        found.append(_bad("MG303", f"class_names is {answer['classNames']}, not ['legitimate', 'fraud']"))
    if answer["probabilities"] is not None:
        return found + _improbable(answer["probabilities"], rows)
    if wrapper is not None and model in (None, wrapper):
        found.append(_bad("MG306", f"the data lack some of the wrapper's feature_names {wrapper}"))
    return found


def _improbable(probabilities: object, rows: int) -> list[Result]:
    try:
        matrix = np.array(probabilities, dtype=float)
    except (ValueError, TypeError):
        return [_bad("MG304", "predict returned rows of different lengths")]
    if matrix.shape != (rows, 2):
        return [_bad("MG304", f"predict returned the shape {matrix.shape}, not ({rows}, 2)")]
    # `all` of a comparison, so that NaN, which compares to nothing, fails it.
    if not ((matrix >= 0).all() and np.allclose(matrix.sum(axis=1), 1, rtol=0, atol=1e-6)):
        return [_bad("MG305", "predict returned rows that are no probabilities: finite, not negative, with the sum 1")]
    return []


def _bad(code: str, message: str) -> Result:
    fix = "correct the notebook"
    return Result(
        code=code, check="evaluate", subject="packaged model", status=Status.INVALID, message=message, fix=fix
    )
