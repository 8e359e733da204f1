"""Runs inside the model's environment: rows in, probabilities out, one JSON document a line, until its input ends.

Started as ``python worker.py WRAPPER_CLASS`` in the folder of the packaged model. The first line that it writes is
about the wrapper, each further one answers a line that it read.
"""

import importlib
import json
import os
import sys
from typing import Any


def main() -> None:
    """Answer until the other end closes, by whatever death."""
    # What a wrapper prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - this file must not import anything of ours
    wrapper = getattr(importlib.import_module(sys.argv[1]), sys.argv[1])()
    if hasattr(wrapper, "load"):
        wrapper.load()
    names = [str(name) for name in wrapper.feature_names]
    say(answers, {"names": names, "classes": [str(name) for name in wrapper.class_names]})
    for line in sys.stdin:
        say(answers, answer(wrapper, names, json.loads(line)))


def say(answers: Any, document: Any) -> None:
    """Write one line, now."""
    answers.write(json.dumps(document) + "\n")
    answers.flush()


def answer(wrapper: Any, names: list[str], rows: Any) -> dict[str, Any]:
    """``{"probabilities": ...}``, or ``{"refused": ...}`` where the wrapper refuses as it would a client."""
    import joblib
    import numpy as np
    from seldon_core.flask_utils import SeldonMicroserviceException

    try:
        # Trees that vote in threads are added up in any order; one after another gives the same bits each time.
        with joblib.parallel_config(backend="sequential"):
            found = wrapper.predict(np.array(rows, dtype=float), names)
    except SeldonMicroserviceException as err:
        return {"refused": str(getattr(err, "message", err))}
    return {"probabilities": np.asarray(found, dtype=float).tolist()}


if __name__ == "__main__":
    main()
