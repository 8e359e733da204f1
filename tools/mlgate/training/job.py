"""What a SparkApplication runs, by spark-submit: train on rows that its executors see, and save the arrays.

``job.py ROWS OUT --features NAME,NAME --seed N``; OUT is a .npz file of ``mlgate.training.forest``'s arrays.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mlgate.errors import MlgateError
from mlgate.files import replacing
from mlgate.training import forest, spark


def main(argv: Sequence[str]) -> int:
    """Returns the error's exit code after saying what and why; 0 when OUT is written."""
    given = _arguments().parse_args(argv)
    try:
        arrays = spark.fit(given.rows, given.features.split(","), seed=given.seed, weights="balanced")
    except MlgateError as err:
        sys.stderr.write(f"{err}\n")
        return err.exit_code
    with replacing(given.out) as out:
        np.savez(out, **arrays)
    sys.stdout.write(f"sha256 of the forest: {forest.digest(arrays)}\n")
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="job.py")
    parser.add_argument("rows")
    parser.add_argument("out", type=Path)
    parser.add_argument("--features", required=True)
    parser.add_argument("--seed", type=int, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
