"""Load, split, train and evaluate, stage by stage and way by way, at several sizes."""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from data_peak import Run, measured

ROOT = Path(__file__).resolve().parents[1]
STAGE = str(ROOT / "bench" / "data_stage.py")
FEW, MANY = 284_807, 10_000_000
GOAL = 3.0
"""Memory of the default path over that of its rows, 31 numbers of 8 bytes each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One stage of one way; ``ratio`` is the memory above that of 1,000 rows, as a multiple of the rows themselves."""

    rows: int
    way: str
    stage: str
    run: Run
    ratio: float | None = None
    said: str = ""


def learners(rows: int) -> tuple[str, ...]:
    """What is trained: at the largest size the whole forest would take hours, so a few of its trees stand for it."""
    if rows > 1_000_000:
        return "forest of 4 trees", "forest, 200,000 rows a tree", "histogram"
    return ("forest", "forest, 200,000 rows a tree", "histogram") if rows > FEW // 2 else ("forest", "histogram")


def lines(rows: int, source: str, folder: Path, base: dict[str, Run]) -> Iterator[Line]:
    """Every stage of every way over ``source``; ``base`` is filled by the smallest size and compared with by others."""
    folder.mkdir(parents=True)
    yield _line(rows, "all", "load", measured([sys.executable, STAGE, "load", source], cwd=ROOT), base)
    args = ["--source", str(folder), "--sealed", str(folder / "sealed"), "--holdout", "0.25", "--seed", "2020"]
    step = [sys.executable, "-m", "mlgate.cli", "step", "split", *args, "--data-source", source]
    yield _line(rows, "all", "load, check and split", measured(step, cwd=ROOT), base)
    for learner in learners(rows):
        done = measured([sys.executable, STAGE, "train", str(folder), learner], cwd=ROOT)
        yield _line(rows, learner, "train", done, base, f"{int(done.out) / 2**20:.1f} MB model")
        done = measured([sys.executable, STAGE, "evaluate", str(folder)], cwd=ROOT)
        yield _line(rows, learner, "evaluate", done, base, _said(json.loads(done.out)))
    shutil.rmtree(folder)


def _said(metrics: dict[str, float | None]) -> str:
    return f"average precision {metrics['average_precision'] or 0:.3f}"


def _line(rows: int, way: str, stage: str, run: Run, base: dict[str, Run], said: str = "") -> Line:  # noqa: PLR0913, PLR0917
    known = base.setdefault(stage, run)
    ratio = None if known is run else run.over(known).megabytes / (rows * 31 * 8 / 2**20)
    return Line(rows=rows, way=way, stage=stage, run=run, ratio=ratio, said=said)


def extrapolated(found: list[Line]) -> list[str]:
    """What the whole forest would take, from the few trees that were grown."""
    few = [each for each in found if each.way == "forest of 4 trees" and each.stage == "train"]
    some = [each for each in found if each.way == "forest, 200,000 rows a tree" and each.stage == "train"]
    return [
        f"{one.rows:,} rows: the notebook's 200 trees, EXTRAPOLATED from 4: at most {one.run.seconds * 50 / 60:.0f} min"
        f" ({one.run.seconds * 50 / other.run.seconds:.0f} times the forest of 200,000 rows a tree)"
        for one, other in zip(few, some, strict=True)
    ]


def missed(found: list[Line]) -> list[str]:
    """Stages of the default path that hold more memory than the goal allows."""
    default = ("all", "forest", "forest of 4 trees")
    return [
        f"{each.stage} of {each.rows:,} rows: {each.ratio:.1f} times the data, goal {GOAL:.0f}"
        for each in found
        if each.way in default and each.ratio is not None and each.ratio > GOAL and each.rows >= FEW
    ]


def table(found: list[Line]) -> str:
    """Markdown."""
    rows = [
        f"| {each.rows:,} | {each.way} | {each.stage} | {each.run.seconds:.1f} | {each.run.cpu_s:.1f} "
        f"| {each.run.megabytes:.0f} | {'' if each.ratio is None else f'{each.ratio:.2f}'} | {each.said} |"
        for each in found
    ]
    head = "| rows | way | stage | s | CPU s | peak MB | x data, above 1,000 rows | |"
    return "\n".join([head, "|---:|---|---|---:|---:|---:|---:|---|", *rows])


def plain(found: list[Line]) -> list[dict[str, object]]:
    """For JSON."""
    return [asdict(each) | {"run": asdict(each.run) | {"out": ""}} for each in found]
