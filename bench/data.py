"""What the way from rows to a judged model costs at several sizes, and how fast that model scores.

Prints tables and writes build/bench/data.json; ``--write-docs`` puts the last tables into docs/data.md and measures
nothing. Exit code 1 when the default path holds more than three times its rows.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import data_book
import data_rates
import data_rows
import data_tables
import data_ways
from data_book import Book

PARTS = ("rows", "spark", "scoring")


def main() -> int:
    """Measure, print, keep."""
    given = _arguments()
    if given.write_docs:
        data_tables.write(data_book.kept())
        return 0
    book = Book(ends=time.monotonic() + given.minutes * 60, machine=data_tables.machine())
    print(f"Measured on: {book.machine}.", flush=True)
    with tempfile.TemporaryDirectory() as name:
        measure(book, given, Path(name))
    print(data_tables.tables(book))
    missed = data_tables.missed(book)
    verdict = "every goal is met" if data_tables.judged(book) else "too few rows to judge memory by"
    print("\n".join(f"missed: {each}" for each in missed) or verdict)
    return 1 if missed else 0


def measure(book: Book, given: argparse.Namespace, folder: Path) -> None:
    """The smallest size first, for all others are compared with it; scoring as soon as there is a whole forest."""
    only = {given.only} if given.only else {"rows", "scoring"} if given.quick else set(PARTS)
    image = folder / "few"
    data_ways.lines(book, 1000, f"csv:{data_rows.few(folder)}", image, only)
    for rows in [] if given.quick or only == {"scoring"} else sorted(given.rows):
        if rows > data_ways.BIG:
            _score(book, image, only, given)
        if time.monotonic() > book.ends:
            book.left.append(f"{rows:,} rows: not begun, for want of time")
            continue
        kind = "csv" if rows <= data_ways.FEW else "parquet"
        data_ways.lines(book, rows, f"{kind}:{data_rows.file(rows, kind)}", folder / str(rows), only)
        image = folder / str(rows) if (folder / str(rows) / "forest").is_file() else image
    _score(book, image, only, given)
    book.keep()


def _score(book: Book, image: Path, only: set[str], given: argparse.Namespace) -> None:
    if "scoring" in only and not book.rates:
        data_rates.rates(book, image, quick=given.quick)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 rows, no Spark, no Kafka: a smoke test")
    parser.add_argument("--rows", type=int, nargs="*", default=[data_ways.FEW, data_ways.MANY], help="sizes")
    parser.add_argument("--only", choices=PARTS, help="one part alone")
    parser.add_argument("--minutes", type=float, default=15, help="begin nothing after them; say what was left out")
    parser.add_argument("--write-docs", action="store_true", help="the last tables into docs/data.md, nothing else")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
