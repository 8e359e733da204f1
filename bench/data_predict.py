"""Runs inside the model's environment and folder: rows per second of the wrapper's predict, as JSON by batch.

Started as ``python data_predict.py WRAPPER_CLASS SECONDS BATCH ... FILE``; the file holds a list of rows.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path


def main() -> None:
    """Measure each batch for the seconds given, after one call that does not count."""
    import numpy as np

    name, seconds, *batches, file = sys.argv[1:]
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - the folder of the packaged model
    wrapper = getattr(importlib.import_module(name), name)()
    rows, found = np.array(json.loads(Path(file).read_text())), {}
    for batch in map(int, batches):
        asked = rows[:batch]
        wrapper.predict(asked, wrapper.feature_names)
        done, start = 0, time.perf_counter()
        while done == 0 or time.perf_counter() - start < float(seconds):
            wrapper.predict(asked, wrapper.feature_names)
            done += 1
        found[batch] = batch * done / (time.perf_counter() - start)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
