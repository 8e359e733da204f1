"""Load, split, train and evaluate, stage by stage and way by way, at several sizes."""

import json
import shutil
import sys
from pathlib import Path

from data_book import ROOT, Book
from data_peak import Run

STAGE = str(ROOT / "bench" / "data_stage.py")
SPARK = str(ROOT / "bench" / "data_spark.py")
FEW, MANY = 284_807, 10_000_000
BIG = 1_000_000
"""Above it the whole forests would take hours: a few trees stand for them."""
WORKERS = (1, 2)


def learners(rows: int) -> tuple[str, ...]:
    """What is trained; the default way first."""
    if rows > BIG:
        return "histogram", "forest of 4 trees", "forest, 200,000 rows a tree"
    return ("forest", "forest, 200,000 rows a tree", "histogram") if rows > FEW // 2 else ("forest", "histogram")


def lines(book: Book, rows: int, source: str, folder: Path, only: set[str]) -> None:
    """Every stage of every way over ``source`` into ``book``; the last forest's image stays in ``folder``."""
    folder.mkdir(parents=True)
    if "rows" in only and book.run([sys.executable, STAGE, "load", source], rows=rows, way="all", stage="load"):
        book.keep()
    args = ["--source", str(folder), "--sealed", str(folder / "sealed"), "--holdout", "0.25", "--seed", "2020"]
    step = [sys.executable, "-m", "mlgate.cli", "step", "split", *args, "--data-source", source]
    if not book.run(step, rows=rows, way="all", stage="load, check and split"):
        return
    chosen = learners(rows) if "rows" in only else learners(rows)[:1] if "scoring" in only else ()
    for learner in chosen:
        _learner(book, rows, learner, folder)
    for workers in WORKERS if "spark" in only else ():
        _spark(book, rows, workers, folder)
    shutil.rmtree(folder / "train")


def _learner(book: Book, rows: int, learner: str, folder: Path) -> None:
    done = book.run([sys.executable, STAGE, "train", str(folder), learner], rows=rows, way=learner, stage="train")
    if done:
        book.told(f"{int(done.out) / 2**20:.1f} MB model")
        if learner == "forest":
            shutil.copy(folder / "digest", folder / "forest")
        _judged(
            book, book.run([sys.executable, STAGE, "evaluate", str(folder)], rows=rows, way=learner, stage="evaluate")
        )


def _spark(book: Book, rows: int, workers: int, folder: Path) -> None:
    trees = 4 if rows > BIG else 50
    way = f"Spark, {workers} worker{'s' * (workers > 1)}, {trees} trees"
    argv = [sys.executable, SPARK, "train", str(folder), str(workers), str(trees)]
    if done := book.run(argv, rows=rows, way=way, stage="train", base=f"spark {workers}"):
        said = json.loads(done.out.splitlines()[-1])
        book.told(f"{said['seconds']:.1f} s without the cluster's start")
        argv = [sys.executable, SPARK, "evaluate", str(folder)]
        _judged(book, book.run(argv, rows=rows, way=way, stage="evaluate", base="evaluate by arrays"))


def _judged(book: Book, done: Run | None) -> None:
    if done:
        book.told(f"average precision {json.loads(done.out.splitlines()[-1])['average_precision'] or 0:.3f}")
