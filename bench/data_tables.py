"""The tables of what the bench of the data measured, and their place in docs/data.md."""

import os
import platform
import re
from pathlib import Path

from data_book import ROOT, Book
from data_ways import BIG, FEW

from mlgate.files import write_atomic
from mlgate.image.environment import ensure

GOAL = 3.0
"""Memory of the default path over that of its rows, 31 numbers of 8 bytes each."""
DOCUMENT = ROOT / "docs" / "data.md"
_BLOCK = re.compile(r"(<!-- bench-data -->\n).*?(<!-- /bench-data -->)", re.DOTALL)
_PACKAGES = ("numpy", "pandas", "scikit-learn", "seldon-core")


def machine() -> str:
    """CPU model, cores, memory and versions."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = [each.replace("==", " ") for each in ensure(ROOT / "model" / "fraud").packages]
    versions = [each for each in packages if each.split()[0] in _PACKAGES]
    cpu = model[1] if model else platform.machine()
    parts = [cpu, f"{os.cpu_count()} cores", f"{memory:.0f} GB", f"Python {platform.python_version()}", *versions]
    return ", ".join([*parts, _spark()])


def _spark() -> str:
    try:
        import pyspark
    except ImportError:
        return "no Spark"
    return f"Spark {pyspark.__version__}"


def tables(book: Book) -> str:
    """Markdown: the machine, the stages, the rates, and what was left out."""
    parts = [f"Measured on: {book.machine}.", _stages(book), *extrapolated(book), _rates(book)]
    return "\n\n".join(part for part in [*parts, *(f"Left out: {each}." for each in book.left)] if part)


def _stages(book: Book) -> str:
    rows = [
        f"| {each.rows:,} | {each.way} | {each.stage} | {each.run.seconds:.1f} | {each.run.cpu_s:.1f} "
        f"| {each.run.megabytes:.0f} | {'' if each.ratio is None else f'{each.ratio:.2f}'} | {each.said} |"
        for each in book.lines
    ]
    head = "| rows | way | stage | s | CPU s | peak MB | x data, above 1,000 rows | |"
    return "\n".join([head, "|---:|---|---|---:|---:|---:|---:|---|", *rows])


def _rates(book: Book) -> str:
    rows = [
        f"| {each.way} | {each.batch:,} | {each.per_second:,.0f} "
        f"| {'' if each.ratio is None else f'{each.ratio:.2f}'} |"
        for each in book.rates
    ]
    head = ["| scoring | rows at once | rows per second | to bare seldon-core |", "|---|---:|---:|---:|"]
    return "\n".join([*head, *rows]) if rows else ""


def extrapolated(book: Book) -> list[str]:
    """What the notebook's 200 trees would take where only 4 were grown."""
    return [
        f"EXTRAPOLATED: the notebook's 200 trees on {each.rows:,} rows: at most {each.run.seconds * 50 / 60:.0f} min, "
        "50 times the run of 4 trees, of which reading the rows is a part."
        for each in book.lines
        if each.way == "forest of 4 trees" and each.stage == "train"
    ]


def missed(book: Book) -> list[str]:
    """Stages of the default path that hold more memory than the goal allows."""
    return [
        f"{each.stage} of {each.rows:,} rows: {each.ratio:.1f} times the data, goal {GOAL:.0f}"
        for each in book.lines
        if each.way in {"all", "forest", "forest of 4 trees"} and each.ratio and each.ratio > GOAL and each.rows >= FEW
    ]


def judged(book: Book) -> bool:
    """Whether anything was large enough to judge memory by."""
    return any(each.rows >= min(FEW, BIG) and each.ratio is not None for each in book.lines)


def write(book: Book, document: Path = DOCUMENT) -> None:
    """Put the tables between the two markers of the document."""
    text, times = _BLOCK.subn(lambda found: f"{found[1]}\n{tables(book)}\n\n{found[2]}", document.read_text())
    if times != 1:
        raise SystemExit(f"{document} has not one block <!-- bench-data --> ... <!-- /bench-data -->")
    write_atomic(document, text)
