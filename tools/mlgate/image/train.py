"""Running the Train cells in the model's environment."""

import shutil
from pathlib import Path

from mlgate.errors import ToolFailed
from mlgate.files import write_atomic
from mlgate.image import spark
from mlgate.image.environment import Environment
from mlgate.notebook.extract import Extraction
from mlgate.process import Tool

LOG = "train.log"
_SERIALIZED = {".sav", ".pkl"}


def train(extracted: Path, extraction: Extraction, workdir: Path, environment: Environment, *, seed: int) -> Path:
    """Run Train.py in ``workdir`` and return the model it saved; what it prints goes to train.log and decides nothing.

    The environment holds no path but the work folder, and nothing of the person's. Raises ``ToolFailed``.
    """
    shutil.copyfile(extracted / "Train.py", workdir / "Train.py")
    for stale in saved(workdir):
        (workdir / stale).unlink()
    # Every exit code is an answer here, so that the log is kept of a training that failed.
    python = Tool(str(environment.python), accept=range(-64, 256))
    done = python.run(["Train.py"], cwd=workdir, env=_variables(environment, workdir, seed), timeout_s=3600)
    log = done.stdout + done.stderr
    write_atomic(workdir / LOG, log)
    if done.returncode != 0:
        raise ToolFailed(f"the Train cells ended with exit code {done.returncode}:\n{_tail(log)}", fix=f"see {LOG}")
    if saved(workdir) != [extraction.model_file]:
        found = ", ".join(saved(workdir)) or "no model"
        raise ToolFailed(f"the Train cells saved {found}, not just {extraction.model_file}:\n{_tail(log)}")
    return workdir / extraction.model_file


def saved(workdir: Path) -> list[str]:
    """Names of the serialized models in a folder, sorted."""
    return sorted(path.name for path in workdir.iterdir() if path.suffix in _SERIALIZED)


def _variables(environment: Environment, workdir: Path, seed: int) -> dict[str, str]:
    extra = spark.variables(environment, workdir) if spark.used(environment) else {}
    own = {
        "PATH": str(environment.python.parent),
        "HOME": str(workdir),
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(workdir / ".matplotlib"),
        # Sums of several threads differ in the last bit from run to run.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "SEED": str(seed),
    }
    return own | extra


def _tail(log: str) -> str:
    return log.strip()[-1500:]
