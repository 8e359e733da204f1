"""What the bench of the data has measured so far, kept in build/bench/data.json after every line of it."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from data_peak import Run, measured

from mlgate.files import write_atomic

ROOT = Path(__file__).resolve().parents[1]
FEWEST = 1000
"""The size that the others are compared with."""
FILE = ROOT / "build" / "bench" / "data.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One stage of one way; ``ratio`` is the memory above that of 1,000 rows, as a multiple of the rows themselves."""

    rows: int
    way: str
    stage: str
    run: Run
    ratio: float | None = None
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Rows scored in a second, ``batch`` rows at once; ``ratio`` is that to the bare server."""

    way: str
    batch: int
    per_second: float
    ratio: float | None = None


@dataclass(slots=True, kw_only=True)
class Book:
    """``ends`` is when nothing more is begun, by ``time.monotonic``; ``left`` is what was left out for it."""

    ends: float
    machine: str
    file: Path = FILE
    lines: list[Line] = field(default_factory=list)
    rates: list[Rate] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    base: dict[str, Run] = field(default_factory=dict)

    def run(self, args: Sequence[str], *, rows: int, way: str, stage: str, base: str = "") -> Run | None:
        """Measure one stage; None when there was no time for it. ``base`` is what its first, smallest run is for."""
        name = f"{stage} of {rows:,} rows ({way})"
        print(f"{time.strftime('%H:%M:%S')} {name}", file=sys.stderr, flush=True)
        try:
            if (left := self.ends - time.monotonic()) <= 0:
                raise TimeoutError("not begun")
            run = measured(args, cwd=ROOT, within_s=left)
        except TimeoutError as err:
            self.left.append(f"{name}: {err}, for want of time")
            return None
        known = self.base.setdefault(base or stage, run)
        ratio = None if rows <= FEWEST else run.over(known).megabytes / (rows * 31 * 8 / 2**20)
        self.lines.append(Line(rows=rows, way=way, stage=stage, run=run, ratio=ratio))
        return run

    def told(self, said: str) -> None:
        """Add ``said`` to the last line, and keep all of them."""
        last = asdict(self.lines[-1]) | {"said": said, "run": self.lines[-1].run}
        self.lines[-1] = Line(**last)
        self.keep()

    def keep(self) -> None:
        """Write what there is."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        lines = [asdict(each) | {"run": asdict(each.run) | {"out": ""}} for each in self.lines]
        content = {"machine": self.machine, "lines": lines, "rates": list(map(asdict, self.rates)), "left": self.left}
        write_atomic(self.file, json.dumps(content, indent=1) + "\n")


def kept(file: Path = FILE) -> Book:
    """What was kept last."""
    found = json.loads(file.read_text())
    lines = [Line(**{**each, "run": Run(**each["run"])}) for each in found["lines"]]
    rates = [Rate(**each) for each in found["rates"]]
    return Book(ends=0, machine=found["machine"], file=file, lines=lines, rates=rates, left=found["left"])
