"""Asking from inside a kernel: the tooling answers in a process and an environment of its own."""

import os
from dataclasses import replace
from pathlib import Path

from mlgate.errors import MlgateError
from mlgate.lab import unsaved
from mlgate.lab.answer import Answer, load
from mlgate.process import Tool

EXECUTABLE = "MLGATE"
"""Variable: the path of the command line. The kernel's own environment is the model's."""
_HINT = "start it by: make notebook"
_TIMEOUT_S = 3600


def check(*, contract: bool = False) -> Answer:
    """Would the pipeline accept this notebook as it is saved, and what would the gate say?

    ``contract=True`` asks for the notebook contract alone, which takes a second; else a model is trained and measured.
    Shows itself; never raises for a notebook that is wrong.
    """
    asked = "contract" if contract else "all"
    folder = unsaved.folder()
    try:
        done = _tool().run(_args(folder, asked), cwd=folder, env=_environment(), timeout_s=_TIMEOUT_S)
        if done.returncode not in (0, 1):
            return _refused(done.stderr, asked)
        found = load(done.stdout)
    except (MlgateError, ValueError) as err:
        return Answer(trouble=str(err), fix=getattr(err, "fix", ""), asked=asked)
    return replace(found, unsaved=unsaved.differing(folder / found.notebook))


def _tool() -> Tool:
    return Tool(os.environ.get(EXECUTABLE, "mlgate"), hint=_HINT, accept=range(-64, 256))


def _args(folder: Path, asked: str) -> list[str]:
    return ["notebook", "judge", str(folder), "--format", "json", *(["--contract"] if asked == "contract" else [])]


def _environment() -> dict[str, str]:
    # The kernel's packages are the model's; the tooling has its own.
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME", "MPLBACKEND")}


def _refused(said: str, asked: str) -> Answer:
    lines = said.strip() or "the command line ended without a word"
    reason, _, fix = lines.partition("\n   fix: ")
    return Answer(trouble=reason.removeprefix("mlgate: ")[-3000:], fix=fix.partition("\n")[0], asked=asked)
