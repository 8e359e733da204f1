"""One table of all that the other programs of bench/ measured, beside its goal: ``python bench/summary.py``.

Exit code 1 when a number misses its goal, or a program has told nothing; a smoke test says of no goal that it is held.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import measured

PROGRAMS = {"corpus": "11", "speed": "8 to 10", "determinism": "12", "edits": "12", "fuzz": "12"}
"""Every program that has promised a number, and the goals that it is of."""
_HELD = {True: "yes", False: "NO", None: "too small a run"}


def table(found: Mapping[str, Sequence[measured.Number]]) -> list[str]:
    """A line for each number; a program without any has one that says so."""
    lines = ["| goal no. | what | goal | measured | peer | held |", "|---|---|---:|---:|---:|---|"]
    for name, goal in PROGRAMS.items():
        for each in found.get(name, ()):
            cells = (goal, each.what, each.goal, each.measured, each.peer, _HELD[each.met])
            lines.append(f"| {' | '.join(cells)} |")
        if not found.get(name):
            lines.append(f"| {goal} | {name} | | not measured | | NO |")
    return lines


def held(found: Mapping[str, Sequence[measured.Number]]) -> bool:
    """Whether every program told of something and no number misses its goal."""
    return all(found.get(name) and all(each.met is not False for each in found[name]) for name in PROGRAMS)


def main() -> int:
    """Print the table; 1 when something is missed or missing."""
    found = {name: measured.kept(name) for name in PROGRAMS}
    print("\n".join(table(found)))
    return 0 if held(found) else 1


if __name__ == "__main__":
    sys.exit(main())
