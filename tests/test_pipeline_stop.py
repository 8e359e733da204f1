"""Ctrl-C on a real process: nothing keeps running, and the record says so."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline_runs import alive

PROGRAM = """
import sys
from pathlib import Path
from pipeline_runs import Silent, inline, place, script
from mlgate.pipeline import run
from mlgate.pipeline.child import listening

folder = Path(sys.argv[1])
text = f'sleep 600 & echo $! > "{folder}/child.tmp"; mv "{folder}/child.tmp" "{folder}/child"; wait'
pipeline = inline([script("slow", text, retries=2), script("later", "true")], **{"finally": [script("end", "true")]})
with listening() as stop:
    done = run.execute(pipeline, {}, place(folder, pipeline), view=Silent(), stop=stop)
print(done.state.value)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda s: s.name)
def test_a_signal_ends_the_run_and_leaves_no_child(tmp_path: Path, number: signal.Signals) -> None:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    argv = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, text=True) as process:
        while not (tmp_path / "child").exists() and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(number)
        said, _ = process.communicate(timeout=30)
    assert said.strip() == "Cancelled"
    assert not alive(tmp_path / "child")
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["state"] == "Cancelled"
    assert [task["state"] for task in record["tasks"]] == ["Cancelled", "Pending", "Pending"]
