"""Whatever stands in a repository, validate answers: ``python bench/fuzz.py [--seconds N | --inputs N | --quick]``.

Each input is a run of the verb in a process of its own. A failure is a traceback, an exit code that is not documented,
more than 10 s of CPU time for the run and all that it starts, or no end within a wall time that only a hang reaches:
CPU time is what the run takes, however busy the machine is. Inputs that fail are kept in build/bench/fuzz.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "bench")]

import bounded  # noqa: E402 - the folders are no packages
import measured  # noqa: E402

import fuzz_inputs  # noqa: E402
import trees  # noqa: E402
from mlgate import cli  # noqa: E402

CPU_S, WALL_S = 10.0, 180.0
CODES = frozenset({0, 1, 2, 3})
KEPT = measured.FOLDER / "fuzz"
Files = Mapping[str, bytes]


@dataclass(slots=True)
class Count:
    """What came of the inputs of one kind."""

    codes: Counter[int] = field(default_factory=Counter)
    slowest_s: float = 0.0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    def add(self, answer: bounded.Answer, wrong: str) -> None:
        self.codes[answer.code] += 1
        self.slowest_s = max(self.slowest_s, answer.cpu_s)
        self.seconds += answer.wall_s
        if wrong:
            self.failures.append(wrong)


def wrong_with(answer: bounded.Answer) -> str:
    """What must not be, in a word or two, with the last line of a traceback; empty when all is well."""
    last = (answer.errors.strip().splitlines() or [""])[-1][:300]
    if answer.late:
        return f"no end within {WALL_S:.0f} s"
    if answer.cpu_s > CPU_S:
        return f"{answer.cpu_s:.1f} s of CPU time"
    if "Traceback (most recent call last)" in answer.said + answer.errors:
        return f"traceback: {last}"
    if answer.code not in CODES:
        return f"exit code {answer.code}: {last}"
    if answer.code in {0, 1} and not _is_json(answer.said):
        return "the report is not JSON"
    return ""


def _is_json(said: str) -> bool:
    try:
        return isinstance(json.loads(said), dict)
    except ValueError:
        return False


def foreign(files: Files) -> bounded.Answer:
    """Validate a repository of another layout that holds ``files``."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        for path, content in files.items():
            file = Path(name, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return _validated([name, "--root", f"{name}/root"])


def own(tree: Path, files: Files) -> bounded.Answer:
    """Validate a tree of this project in which ``files`` are replaced, and put back."""
    before = {name: (tree / name).read_bytes() for name in files}
    try:
        for name, content in files.items():
            (tree / name).write_bytes(content)
        return _validated([str(tree), "--no-cache", "--prefix", trees.PREFIX])
    finally:
        for name, content in before.items():
            (tree / name).write_bytes(content)


def _validated(args: list[str]) -> bounded.Answer:
    return bounded.ask(lambda: cli.main(["validate", *args, "--format", "json"]), CPU_S, WALL_S)


def batch(number: int, size: int, strategy: Any, check: Callable[[Files], None]) -> None:
    """The inputs of batch ``number``, the same in every run. Not made smaller: they are small enough to read."""

    @seed(number)
    @settings(
        max_examples=size,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=[Phase.generate],
    )
    @given(strategy)
    def run(files: Files) -> None:
        check(files)

    run()


def judged(kind: str, count: Count, ask: Callable[[Files], bounded.Answer]) -> Callable[[Files], None]:
    """A check that counts, and keeps the input of a failure."""

    def check(files: Files) -> None:
        answer = ask(files)
        wrong = wrong_with(answer)
        count.add(answer, wrong)
        if wrong:
            _keep(f"{kind}-{len(count.failures)}", files, f"{wrong}\n{answer.errors}")

    return check


def _keep(name: str, files: Files, why: str) -> None:
    folder = KEPT / name
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in {**files, "WHY.txt": why.encode()}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    print(f"failed: {name}: {why.splitlines()[0]}", flush=True)


def run(seconds: float, inputs: int, first: int) -> dict[str, Count]:
    """Inputs of both kinds in turn, until there were enough of each and the time is over."""
    with tempfile.TemporaryDirectory(prefix="fuzz-own-") as name:
        with redirect_stdout(StringIO()):
            tree = trees.whole(Path(name))
        counts = {"any repository": Count(), "this project's layout": Count()}
        kinds = list(zip(counts, ("foreign", "own"), counts.values(), strict=True))
        ways = {"foreign": (fuzz_inputs.trees(), foreign), "own": (fuzz_inputs.of_own(tree, trees.PREFIX), None)}
        ends, number = time.monotonic() + seconds, first
        while True:
            for _, kind, count in kinds:
                strategy, ask = ways[kind]
                size = min(25, inputs)
                batch(number, size, strategy, judged(kind, count, ask or (lambda files: own(tree, files))))
            number += 1
            if time.monotonic() >= ends and min(sum(each.codes.values()) for each in counts.values()) >= inputs:
                return counts


def table(counts: Mapping[str, Count]) -> list[str]:
    """A line for each kind."""
    lines = ["| inputs of | count | seconds | exit 0 | 1 | 2 | 3 | slowest CPU s | failures |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name, count in counts.items():
        codes = " | ".join(str(count.codes[code]) for code in sorted(CODES))
        total = sum(count.codes.values())
        cells = f"{total} | {count.seconds:.0f} | {codes} | {count.slowest_s:.1f} | {len(count.failures)}"
        lines.append(f"| {name} | {cells} |")
    return lines


def main() -> int:
    """Print the table; 1 when an input failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--inputs", type=int, default=0, help="so many of each kind, whatever time it takes")
    parser.add_argument("--first", type=int, default=0, help="number of the first batch")
    parser.add_argument("--quick", action="store_true")
    given_args = parser.parse_args()
    inputs = given_args.inputs or (4 if given_args.quick else 0)
    start = time.monotonic()
    counts = run(0 if inputs else given_args.seconds, inputs or 25, given_args.first)
    took = time.monotonic() - start
    print("\n" + "\n".join(table(counts)))
    failures = sum(len(each.failures) for each in counts.values())
    total = sum(sum(each.codes.values()) for each in counts.values())
    numbers = [
        measured.Number(
            "fuzz: tracebacks, hangs over 10 s, codes outside the documented set",
            "0 in an hour",
            f"{failures} of {total} inputs in {took / 60:.0f} min",
            "-",
            failures == 0 and took >= 0.98 * 3600,
        )
    ]
    measured.keep("fuzz", measured.number(numbers, quick=bool(inputs)))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
