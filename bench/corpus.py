"""How many breakages of tests/corpus mlgate finds, beside others, and how often each raises a false alarm.

``python bench/corpus.py [--quick] [NAME ...]``: the rows that have a NAME in name or family, else all;
with --quick every thirtieth, and no rival is installed that is not there.
A rival counts as having caught a breakage when it complains of something that it did not complain of before; mlgate
only when it gives a code that the row expects. Exit code 1 when mlgate finds under 95 % or raises a false alarm.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "bench")]

import measured  # noqa: E402 - the folder is no package
import rivals  # noqa: E402

from corpus import judge, trees_of_corpus  # noqa: E402
from corpus.model import Row  # noqa: E402
from corpus.tables import BREAKAGES, VARIANTS  # noqa: E402

AIM = 95
MLGATE = "mlgate"


@dataclass(frozen=True, slots=True)
class Scored:
    """Who complained of a row, rightly or wrongly, and what mlgate gave instead when it missed."""

    name: str
    complained: frozenset[str]
    said: str

    @property
    def row(self) -> Row:
        """Its row; an edit is a function and does not travel between processes."""
        return row_of(self.name)


def row_of(name: str) -> Row:
    """The row of that name."""
    return next(row for row in [*BREAKAGES, *VARIANTS] if row.name == name)


def score(base: Path, clean: dict[tuple[str, str], rivals.Complaints], name: str) -> Scored:
    """Ask mlgate, and every rival that is there, of the row of that name."""
    row = row_of(name)
    trees = {name: base / name for name in ("own", "foreign")}
    answer = judge.ask(row, trees, base / "mlgate")
    found = answer.caught(row) if row.codes else bool(answer.codes or answer.refused)
    complained = {MLGATE} if found else set()
    for rival in rivals.RIVALS:
        if (row.tree, rival.name) in clean:
            with judge.tree_of(row, trees, base / "rival") as tree, tempfile.TemporaryDirectory() as out:
                if rival.complain(tree, Path(out)) - clean[row.tree, rival.name]:
                    complained.add(rival.name)
    return Scored(name, frozenset(complained), answer.refused or " ".join(sorted(answer.codes)) or "nothing")


def chosen(words: Sequence[str], *, quick: bool) -> list[Row]:
    """The rows that are asked for."""
    rows = [*BREAKAGES, *VARIANTS]
    if words:
        return [row for row in rows if any(word in row.name or word in row.family for word in words)]
    return rows[::30] if quick else rows


def run(rows: Sequence[Row]) -> list[Scored]:
    """Score the rows on two processes."""
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        trees = trees_of_corpus.make(base)
        clean = {
            (tree, rival.name): rival.complain(folder, base / "clean" / tree / str(number))
            for tree, folder in trees.items()
            for number, rival in enumerate(rivals.RIVALS)
            if rival.there
        }
        with ProcessPoolExecutor(2) as pool:
            return list(pool.map(partial(score, base, clean), [row.name for row in rows]))


def table(scored: Sequence[Scored]) -> list[str]:
    """Caught of total by family and overall, then false alarms, a column for each program."""
    names = [MLGATE, *(rival.name for rival in rivals.RIVALS if rival.there)]
    broken = [one for one in scored if one.row.codes]
    valid = [one for one in scored if not one.row.codes]
    totals = Counter(one.row.family for one in broken)
    lines = [f"| family | rows | {' | '.join(names)} |", f"|---|---:|{'---:|' * len(names)}"]
    for family, total in totals.items():
        counts = [sum(name in one.complained for one in broken if one.row.family == family) for name in names]
        lines.append(f"| {family} | {total} | {' | '.join(map(str, counts))} |")
    found = [sum(name in one.complained for one in broken) for name in names]
    shares = [f"{count} ({100 * count / max(len(broken), 1):.1f} %)" for count in found]
    alarms = [str(sum(name in one.complained for one in valid)) for name in names]
    lines.append(f"| **caught** | {len(broken)} | {' | '.join(shares)} |")
    return [*lines, f"| **false alarms** | {len(valid)} | {' | '.join(alarms)} |"]


def misses(scored: Sequence[Scored]) -> list[str]:
    """What mlgate did not find, and what it wrongly found."""
    wrong = [one for one in scored if (MLGATE in one.complained) != bool(one.row.codes)]
    return [f"{'missed' if one.row.codes else 'false alarm'}: {one.row.name}: gave {one.said[:200]}" for one in wrong]


def main() -> int:
    """Print the tables; 1 when the aim is missed."""
    words = [word for word in sys.argv[1:] if word != "--quick"]
    if "--quick" not in sys.argv:
        rivals.install()
    scored = run(chosen(words, quick="--quick" in sys.argv))
    print("\n".join([*table(scored), "", *misses(scored), ""]))
    for name, reason in rivals.ABSENT.items():
        print(f"not in the table: {name}: {reason}")
    told = numbers(scored)
    if not words:  # a few rows by name are no measurement
        measured.keep("corpus", measured.number(told, quick="--quick" in sys.argv))
    return 0 if all(each.met for each in told) else 1


def numbers(scored: Sequence[Scored]) -> list[measured.Number]:
    """How many breakages are caught and how many false alarms raised, beside the best rival in each."""
    broken = [one for one in scored if one.row.codes]
    valid = [one for one in scored if not one.row.codes]
    others = [rival.name for rival in rivals.RIVALS if rival.there]

    def count(rows: Sequence[Scored], name: str) -> int:
        return sum(name in one.complained for one in rows)

    caught, alarms = count(broken, MLGATE), count(valid, MLGATE)
    best = max((f"{count(broken, name):4} {name}" for name in others), default="-").strip()
    least = min((f"{count(valid, name):4} {name}" for name in others), default="-").strip()
    share = f"{caught} of {len(broken)}"
    return [
        measured.Number("breakages caught", f"{AIM} %", share, best, 100 * caught >= AIM * len(broken)),
        measured.Number("false alarms", "0", f"{alarms} of {len(valid)}", least, alarms == 0),
    ]


if __name__ == "__main__":
    sys.exit(main())
