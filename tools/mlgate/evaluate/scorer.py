"""Runs inside the model's environment: features in, probabilities out. It never sees a label.

Started as ``python scorer.py WRAPPER_CLASS FEATURES.csv OUT.json`` in the folder of the packaged model.
"""

import csv
import importlib
import json
import os
import sys

ROWS_AT_ONCE = 5_000


def main() -> None:
    """Predict every row through the wrapper, as a client would, and write what came back."""
    import numpy as np

    wrapper_class, features_csv, out = sys.argv[1:4]
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - this file must not import anything of ours
    with open(features_csv, newline="") as file:  # noqa: PTH123
        reader = csv.reader(file)
        header = next(reader)
        table = np.array([[float(value) for value in row] for row in reader])
    wrapper = getattr(importlib.import_module(wrapper_class), wrapper_class)()
    if hasattr(wrapper, "load"):
        wrapper.load()
    names = [str(name) for name in wrapper.feature_names]
    rows = table[:, [header.index(name) for name in names]]
    parts = [wrapper.predict(rows[i : i + ROWS_AT_ONCE], names) for i in range(0, len(rows), ROWS_AT_ONCE)]
    model = getattr(wrapper, "model", None)
    fitted = getattr(model, "feature_names_in_", None)
    answer = {
        "probabilities": np.concatenate([np.asarray(part, dtype=float) for part in parts]).tolist(),
        "wrapperFeatures": names,
        "modelFeatures": None if fitted is None else [str(name) for name in fitted],
        "classNames": [str(name) for name in wrapper.class_names],
    }
    with open(out, "w") as file:  # noqa: PTH123
        json.dump(answer, file)


if __name__ == "__main__":
    main()
