"""A checkout with one prefix and the good notebook, and JupyterLab started in it as a person starts it."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import checkouts
from mlgate.data import synthetic
from mlgate.image import ports
from mlgate.lab.environment import LOCK

PREFIX = "fraud-demo"
MLGATE = Path(sys.executable).with_name("mlgate")
_IGNORED = shutil.ignore_patterns("data", "*.sav", "*.png", ".ipynb_checkpoints")


@dataclass(frozen=True, slots=True)
class Place:
    """A checkout and a file of transactions beside it."""

    root: Path
    csv: Path

    @property
    def model(self) -> Path:
        return self.root / "model" / "fraud"

    @property
    def notebook(self) -> Path:
        return self.model / "fraud-detection.ipynb"

    @property
    def settings(self) -> Path:
        """JupyterLab's settings of a person."""
        return self.root / "build" / "notebook" / "fraud" / "jupyter" / "settings"


def make(folder: Path, threshold: str = "95") -> Place:
    """A committed checkout whose gate asks for ``threshold`` percent, and some 3,800 transactions."""
    root = folder / "checkout"
    shutil.copytree(checkouts.ROOT / "model" / "fraud", root / "model" / "fraud", ignore=_IGNORED)
    shutil.copy(checkouts.ROOT / LOCK, root)
    checkouts.make_git(root)
    made = ["bootstrap", "--prefix", PREFIX, "--threshold", threshold, "--commit"]
    assert checkouts.mlgate(root, *made, "--repo-url", "https://git.example.com/team/mlops.git") == 0
    csv = folder / "transactions.csv"
    rows = synthetic.generate(seed=1, rows=30_000)
    # Few rows train fast, and the frauds are kept: the checks of the data want some on either side.
    rows[(rows["Class"] == 1) | (rows.index % 8 == 0)].to_csv(csv, index=False)
    return Place(root, csv)


def command(place: Place, port: int) -> list[str]:
    """The command line that ``make notebook`` starts."""
    return [str(MLGATE), "notebook", "lab", "--repo", str(place.root), "--port", str(port), f"--data={place.csv}"]


def environment() -> dict[str, str]:
    """The person's environment without what would choose another place."""
    chosen = ("PREFIX", "PORT", "DATA", "MODEL_PATH", "MLGATE_PREPARED")
    return {name: value for name, value in os.environ.items() if name not in chosen}


@dataclass(frozen=True, slots=True)
class Running:
    """A JupyterLab that is served; ``url`` has the token."""

    url: str
    port: int
    process: "subprocess.Popen[str]"

    def interrupt(self) -> int:
        """What Ctrl-C does; returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


@contextlib.contextmanager
def running(place: Place) -> Iterator[Running]:
    """Start it, wait for its address, and end it whatever happens."""
    port = ports.free(1)[0]
    with subprocess.Popen(command(place, port), stdout=subprocess.PIPE, text=True, env=environment()) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.startswith("JupyterLab: http://127.0.0.1:"), said
            yield Running(said.split()[1], port, process)
        finally:
            process.terminate()
            process.wait(60)
