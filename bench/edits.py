"""Whether a run that knows earlier runs says what one says that knows nothing, after random sequences of edits.

``python bench/edits.py [--quick | --sequences N] [--first SEED]``: the property of tests/test_checks_cache_edits.py for
so many seeds, by two processes. Exit code 1 when a sequence breaks it; its seed is printed and repeats it.
"""

import argparse
import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from functools import partial
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "bench")]

import measured  # noqa: E402 - the folders are no packages

import test_checks_cache_edits as edits  # noqa: E402
import trees  # noqa: E402


def wrong(pristine: Path, seed: int) -> str:
    """What the sequence of ``seed`` broke, in a line; empty when it broke nothing."""
    with tempfile.TemporaryDirectory(prefix="edits-") as name, redirect_stdout(StringIO()):
        tree = shutil.copytree(pristine, Path(name, "tree"))
        try:
            edits.test_warm_says_what_cold_says(tree, Path(name), seed)
        except AssertionError as err:
            return f"other words: {err}"[:200]
        except Exception as err:
            return f"{type(err).__name__}: {err}"[:200]
    return ""


def run(first: int, count: int) -> dict[int, str]:
    """What every seed broke."""
    with tempfile.TemporaryDirectory(prefix="edits-whole-") as name, ProcessPoolExecutor(2) as pool:
        with redirect_stdout(StringIO()):
            pristine = trees.whole(Path(name))
        seeds = range(first, first + count)
        return dict(zip(seeds, pool.map(partial(wrong, pristine), seeds), strict=True))


def main() -> int:
    """Print the table; 1 when a sequence broke the property."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sequences", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    start = time.monotonic()
    found = run(given.first, 2 if given.quick else given.sequences)
    bad = {seed: why for seed, why in found.items() if why}
    print("| sequences | edits | minutes | warm differs from cold |\n|---:|---:|---:|---:|")
    print(f"| {len(found)} | {len(found) * edits.EDITS} | {(time.monotonic() - start) / 60:.1f} | {len(bad)} |\n")
    print("\n".join(f"seed {seed}: {why}" for seed, why in bad.items()))
    told = f"{len(bad)} of {len(found)}"
    what = "sequences of edits after which warm differs from cold"
    number = measured.Number(what, "0 of 1000", told, "-", not bad and len(found) >= 1000)
    measured.keep("edits", measured.number([number], quick=given.quick))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
