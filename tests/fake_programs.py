"""Small programs on PATH in place of ones that cannot be installed here."""

import os
import sys
from pathlib import Path

import pytest


def install(folder: Path, name: str, body: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a Python program ``name`` on PATH; it appends its argv to the file returned, then runs ``body``."""
    programs, calls = folder / "programs", folder / f"{name}.calls"
    programs.mkdir(exist_ok=True)
    start = f"#!{sys.executable}\nimport json, os, sys\nfrom pathlib import Path\n"
    note = f"with open({str(calls)!r}, 'a') as calls:\n    calls.write(json.dumps(sys.argv[1:]) + '\\n')\n"
    program = programs / name
    program.write_text(start + note + body)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(programs), os.environ["PATH"]]))
    return calls
