"""A small model folder that keeps the contract, for tests to break in one place."""

import json
from collections.abc import Sequence
from pathlib import Path

TRAIN = """\
import joblib
from sklearn.dummy import DummyClassifier

model = DummyClassifier().fit([[0.0], [1.0]], [0, 1])
joblib.dump(model, "model.sav")
"""
WRAPPER = """\
from pathlib import Path

import joblib


class Small:
    def __init__(self):
        self.model = joblib.load(Path(__file__).with_name("model.sav"))

    def predict(self, X, features_names, meta=None):
        return self.model.predict_proba(X)
"""
REQUIREMENTS = "joblib==1.6.0\nscikit-learn==1.9.1\n"
TEMPLATE = """\
kind: SeldonDeployment
spec:
  predictors:
  - componentSpecs:
    - spec:
        containers:
        - image: ${SELDON_IMAGE_REPLACE}
"""

Code = tuple[str, Sequence[str]]
"""Source and tags of a code cell."""


def notebook(path: Path, *cells: Code) -> None:
    """Write a notebook: a heading, then the code cells, which so count from 2."""
    made: list[dict[str, object]] = [{"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# Small"}]
    for number, (source, tags) in enumerate(cells, start=2):
        made.append(
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {"tags": list(tags)},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
        )
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}))


def folder(path: Path, *, train: str = TRAIN, wrapper: str = WRAPPER) -> Path:
    """Write the model folder and return it."""
    (path / "deploy").mkdir(parents=True)
    notebook(path / "small.ipynb", (train, ["Train"]), (wrapper, ["Wrapper"]))
    (path / "requirements.txt").write_text(REQUIREMENTS)
    (path / "model_deployment.yaml").write_text(TEMPLATE)
    (path / "deploy" / "environment").write_text("MODEL_NAME=Small\nSERVICE_TYPE=MODEL\n")
    return path
