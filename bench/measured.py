"""What the programs of bench/ measured, kept in build/bench so that ``summary.py`` can show all of it in one table."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mlgate.files import write_atomic

FOLDER = Path(__file__).resolve().parents[1] / "build" / "bench"


@dataclass(frozen=True, slots=True)
class Number:
    """One promised number: what it is of, the goal and the measurement in words, the same of the nearest peer.

    ``met`` is None when the run was too small to say.
    """

    what: str
    goal: str
    measured: str
    peer: str
    met: bool | None


def keep(name: str, numbers: Sequence[Number], folder: Path = FOLDER) -> None:
    """Remember the numbers of the program ``name`` until it measures again."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / f"{name}.json", json.dumps([asdict(each) for each in numbers], indent=1) + "\n")


def kept(name: str, folder: Path = FOLDER) -> list[Number]:
    """The numbers of the program ``name``; none when it has not run."""
    file = folder / f"{name}.json"
    return [Number(**each) for each in json.loads(file.read_text())] if file.exists() else []


def number(numbers: Sequence[Number], *, quick: bool) -> list[Number]:
    """The same numbers, saying nothing of the goal when the run was a smoke test."""
    return [Number(each.what, each.goal, each.measured, each.peer, None) for each in numbers] if quick else [*numbers]
