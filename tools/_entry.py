"""Runs a verb in this checkout's environment, whichever Python started the script."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def run(verb):  # type: ignore[no-untyped-def] # must parse on any Python 3
    """Run ``mlgate VERB`` with the script's arguments and exit with its code."""
    python = ROOT / ".venv" / "bin" / "python"
    if Path(sys.prefix).resolve() != (ROOT / ".venv").resolve():
        if not python.exists():
            sys.exit("mlgate: the environment is not there yet; run: make setup")
        os.execv(python, [str(python), *sys.argv])  # noqa: S606 - a fixed program, no shell
    from mlgate.cli import main

    sys.exit(main([verb, *sys.argv[1:]]))
