"""Runs inside the model's environment: features in, probabilities out. It never sees a label.

Started as ``python scorer.py WRAPPER_CLASS MODEL_FILE FEATURES.csv OUT.json`` in the folder of the packaged model.
"""

import csv
import importlib
import itertools
import json
import os
import sys
from typing import Any

ROWS_AT_ONCE = 5_000


def main() -> None:
    """Predict every row through the wrapper, as a client would, and write what came back."""
    import joblib

    wrapper_class, model_file, features_csv, out = sys.argv[1:5]
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - this file must not import anything of ours
    wrapper = getattr(importlib.import_module(wrapper_class), wrapper_class)()
    if hasattr(wrapper, "load"):
        wrapper.load()
    # From the file, not from the wrapper: what was fitted is asked, not who wraps it.
    fitted = _texts(_fitted(joblib.load(model_file)))
    names = _texts(getattr(wrapper, "feature_names", None))
    answer = {
        "wrapperFeatures": names,
        "modelFeatures": fitted,
        "classNames": _texts(getattr(wrapper, "class_names", None)),
        "probabilities": _probabilities(wrapper, names, features_csv) if fitted in (None, names) else None,
    }
    with open(out, "w") as file:  # noqa: PTH123
        json.dump(answer, file)


def _fitted(model: Any) -> Any:
    """The names that the model was fitted on; one of plain arrays has them beside these."""
    return model.get("feature_names_in_") if isinstance(model, dict) else getattr(model, "feature_names_in_", None)


def _texts(names: Any) -> list[str] | None:
    return None if names is None else [str(name) for name in names]


def _probabilities(wrapper: Any, names: list[str] | None, features_csv: str) -> list[Any] | None:
    import numpy as np

    found: list[Any] = []
    with open(features_csv, newline="") as file:  # noqa: PTH123
        reader = csv.reader(file)
        header = next(reader)
        if names is None or not set(names) <= set(header):
            return None
        chosen = [header.index(name) for name in names]
        while part := list(itertools.islice(reader, ROWS_AT_ONCE)):
            rows = np.array([[float(row[place]) for place in chosen] for row in part])
            found += np.asarray(wrapper.predict(rows, names), dtype=float).tolist()
    return found


if __name__ == "__main__":
    main()
