"""What the way from rows to a judged model costs at several sizes: ``python bench/data.py [--quick] [--rows N ...]``.

Prints a table and writes build/bench/data.json. Exit code 1 when the default path holds more than three times its rows.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import data_rows
import data_ways
from data_peak import Run

FEWEST = 6
"""Lines of the smallest size, which no goal is for."""


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 rows alone")
    parser.add_argument("--rows", type=int, nargs="*", default=[data_ways.FEW, data_ways.MANY])
    given = parser.parse_args()
    base: dict[str, Run] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = list(data_ways.lines(1000, f"csv:{data_rows.few(folder)}", folder / "few", base))
        for rows in [] if given.quick else given.rows:
            kind = "csv" if rows <= data_ways.FEW else "parquet"
            source = f"{kind}:{data_rows.file(rows, kind)}"
            found += data_ways.lines(rows, source, folder / str(rows), base)
    out = data_ways.ROOT / "build" / "bench" / "data.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(data_ways.plain(found), indent=1) + "\n")
    print(data_ways.table(found), *data_ways.extrapolated(found), sep="\n")
    missed = data_ways.missed(found)
    print(
        "\n".join(f"missed: {each}" for each in missed)
        or ("every goal is met" if len(found) > FEWEST else "too few rows to judge memory by")
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
