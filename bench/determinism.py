"""Whether reports are the same bytes however the work is shared out and in whatever order a folder lists its files.

``python bench/determinism.py [--quick | --runs N]``. Each run is a process of its own, over a tree that was written
anew, its files in another order, whose folders are listed in another order still; runs have 1, 2 and 8 workers in turn.
Exit code 1 when a format has more than one text.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "bench")]

import bounded  # noqa: E402 - the folders are no packages
import measured  # noqa: E402

import trees  # noqa: E402
from mlgate.checks import run, workers  # noqa: E402
from mlgate.repo import Repo  # noqa: E402
from mlgate.report import FORMATS  # noqa: E402

COUNTS = (1, 2, 8)
CPU_S, WALL_S = 600.0, 1200.0
Texts = Mapping[str, str]
"""The digest of the report by its format."""


def broken(folder: Path) -> Path:
    """A tree of three prefixes with findings of several stages, so that there is something to put in order."""
    folder.mkdir(parents=True)
    trees.whole(folder)
    for prefix in ("beta", "gamma"):
        trees.bootstrap(folder, prefix)
    shutil.rmtree(folder / "overlays/gamma/dev")
    _swap(folder / "overlays/beta/values/settings.yaml", "accuracy: 0.95", "accuracy: 1.5")
    _swap(folder / "overlays/alpha/values/settings.yaml", "accuracy: 0.95", "accuracy: 0.99")
    _swap(folder / "base/cicd/pvc-source.yaml", "accessModes", "accessMode")
    for name in ("base/cicd", "base/dev", "apps", "overlays/alpha/stage", "overlays/beta/cicd"):
        for number in range(3):
            (folder / name / f"orphan{number}.yaml").write_text("a: 1\n")
    return folder


def _swap(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    if old not in text:
        raise LookupError(f"{file} has no {old!r}")
    file.write_text(text.replace(old, new))


def written(source: Path, target: Path, draw: random.Random) -> None:
    """The same tree at ``target``, its files made in an order of their own, which a file system may keep."""
    shutil.rmtree(target, ignore_errors=True)
    files = sorted(path for path in source.rglob("*") if path.is_file())
    draw.shuffle(files)
    for file in files:
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


def shuffle(draw: random.Random) -> None:
    """From now on every folder is listed in a random order, in this process and in those forked from it."""
    listdir, scandir = os.listdir, os.scandir

    def any_order(found: list[Any]) -> list[Any]:
        draw.shuffle(found)
        return found

    class Scanned:
        """What ``os.scandir`` gives: entries one by one, and a context."""

        def __init__(self, path: Any = ".") -> None:
            with scandir(path) as entries:
                self._left = iter(any_order(sorted(entries, key=lambda entry: entry.name)))

        def __enter__(self) -> "Scanned":
            return self

        def __exit__(self, *_why: object) -> None:
            pass

        def __iter__(self) -> "Scanned":
            return self

        def __next__(self) -> Any:
            return next(self._left)

        def close(self) -> None:
            """Nothing is open any more."""

    os.scandir = Scanned  # type: ignore[assignment]
    os.listdir = lambda path=".": any_order(sorted(listdir(path)))


def tell(tree: Path, count: int, number: int) -> int:
    """Print the digests of the reports of one run."""
    shuffle(random.Random(number))  # noqa: S311 - repeatable
    workers._SMALLEST = 1  # else so few prefixes are one batch
    report = run.validate(Repo(tree), workers=count)
    texts = {name: dump(report) for name, dump in FORMATS.items()}
    texts["findings"] = str(len(report.findings))
    print(json.dumps({name: text if name == "findings" else _digest(text) for name, text in texts.items()}))
    return 0


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def asked(call: Callable[[], int]) -> Texts:
    """What a run in a process of its own printed."""
    answer = bounded.ask(call, CPU_S, WALL_S)
    if answer.code != 0:
        raise SystemExit(f"a run failed: {answer.errors}")
    found: dict[str, str] = json.loads(answer.said.splitlines()[-1])
    return found


def runs(count: int) -> list[Texts]:
    """The digests of ``count`` runs."""
    found = []
    with tempfile.TemporaryDirectory(prefix="determinism-") as name:
        with redirect_stdout(StringIO()):
            source = broken(Path(name, "source"))
        for number in range(count):
            tree = Path(name, "tree")
            written(source, tree, random.Random(number))  # noqa: S311 - repeatable
            found.append(asked(partial(tell, tree, COUNTS[number % len(COUNTS)], number)))
    return found


def table(found: list[Texts]) -> list[str]:
    """A line for each format: how many texts it had at each number of workers, and at all."""
    heads = [f"{count} workers" if count > 1 else "1 worker" for count in COUNTS]
    lines = [f"| format | {' | '.join(heads)} | different texts |", f"|---|{'---:|' * (len(COUNTS) + 1)}"]
    for name in FORMATS:
        each = [len({one[name] for one in found[start :: len(COUNTS)]}) for start in range(len(COUNTS))]
        lines.append(f"| {name} | {' | '.join(map(str, each))} | {len({one[name] for one in found})} |")
    return [*lines, "", f"{len(found)} runs, {found[0]['findings']} findings in each report"]


def main() -> int:
    """Print the table; 1 when a format has two texts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    found = runs(max(len(COUNTS), 0 if given.quick else given.runs))
    print("\n".join(table(found)))
    most = max(len({one[name] for one in found}) for name in FORMATS)
    what = "reports at 1, 2, 8 workers and any order of files: texts of one format"
    number = measured.Number(
        what, "1 in 100 runs", f"{most} in {len(found)} runs", "-", most == 1 and len(found) >= 100
    )
    measured.keep("determinism", measured.number([number], quick=given.quick))
    return 1 if most > 1 else 0


if __name__ == "__main__":
    sys.exit(main())
