"""The bench of the data runs on its smallest size, with a whole table."""

import re
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[1] / "bench"


def test_every_stage_has_its_line() -> None:
    done = subprocess.run(
        [sys.executable, str(BENCH / "data.py"), "--quick"], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for line in ("| all | load |", "| forest | train |", "| forest | evaluate |", "| histogram | train |"):
        assert line in done.stdout
    assert re.search(r"^Measured on: .+ cores, \d+ GB, Python .+scikit-learn", done.stdout)
    for way in ("in process", "REST, bare seldon-core", "REST, ours"):
        for batch in ("1", "100", "10,000"):
            assert f"| {way} | {batch} |" in done.stdout
    assert "too few rows to judge memory by" in done.stdout
