"""Runs a verb in this checkout's environment, whichever Python started the script."""

import os
import sys
from pathlib import Path

ENVIRONMENT = Path(__file__).resolve().parents[1] / ".venv"


def run(verb):  # type: ignore[no-untyped-def] # must parse on any Python 3
    """Run ``mlgate VERB`` with the script's arguments and exit with its code."""
    python = ENVIRONMENT / "bin" / "python"
    if python.exists() and Path(sys.prefix).resolve() != ENVIRONMENT.resolve():
        os.execv(str(python), [str(python), *sys.argv])  # noqa: S606 - a fixed program, no shell
    try:
        from mlgate.cli import main
    except (ImportError, SyntaxError, TypeError):
        sys.stderr.write("mlgate: the environment is not there yet; run: make setup\n")
        sys.exit(3)
    sys.exit(main([verb, *sys.argv[1:]]))
