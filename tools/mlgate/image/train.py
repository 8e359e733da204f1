"""Running the Train cells in the model's environment."""

import shutil
from pathlib import Path

from mlgate.errors import ToolFailed
from mlgate.files import write_atomic
from mlgate.image.environment import Environment
from mlgate.notebook.extract import Extraction
from mlgate.process import Tool

LOG = "train.log"


def train(extracted: Path, extraction: Extraction, workdir: Path, environment: Environment, *, seed: int) -> Path:
    """Run Train.py in ``workdir`` and return the model it saved; what it prints goes to train.log and decides nothing.

    The environment holds no path but the work folder, and nothing of the person's. Raises ``ToolFailed``.
    """
    shutil.copyfile(extracted / "Train.py", workdir / "Train.py")
    model = workdir / extraction.model_file
    model.unlink(missing_ok=True)
    env = {
        "PATH": str(environment.python.parent),
        "HOME": str(workdir),
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(workdir / ".matplotlib"),
        "PYTHONHASHSEED": "0",
        "SEED": str(seed),
    }
    python = Tool(str(environment.python))
    done = python.run(["Train.py"], cwd=workdir, env=env, timeout_s=3600)
    write_atomic(workdir / LOG, done.stdout + done.stderr)
    if not model.is_file():
        raise ToolFailed(f"the Train cells ran but did not save {extraction.model_file}", fix=f"see {workdir / LOG}")
    return model
