"""From a model folder to the modules that train and serve."""

import ast
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from mlgate.errors import SettingsError, ToolFailed
from mlgate.files import write_atomic
from mlgate.notebook import contract, files
from mlgate.notebook.cells import TRAIN, WRAPPER, Notebook, notebooks, read
from mlgate.notebook.saved import saved_models
from mlgate.notebook.wrapper import classes
from mlgate.results import Result, passed

RECORD = "extraction.json"
IGNORE = ".s2iignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What came out of a notebook; the files stand beside ``extraction.json``."""

    wrapper_class: str
    model_file: str
    notebook: str
    notebook_sha256: str
    wrapper_sha256: str


def extract(model_dir: Path, out: Path) -> tuple[Extraction | None, list[Result]]:
    """Write Train.py, <Wrapper>.py, .s2iignore and extraction.json into ``out``, or return what breaks the contract.

    Raises ``ToolFailed`` when ``out`` cannot be written.
    """
    results = contract.check(model_dir)
    if not passed(results):
        return None, results
    notebook = read(notebooks(model_dir)[0])
    extraction = _extraction(notebook)
    try:
        out.mkdir(parents=True, exist_ok=True)
        _drop_earlier_wrapper(out)
    except OSError as err:
        raise ToolFailed(f"{out} cannot be written: {err.strerror}") from None
    write_atomic(out / "Train.py", notebook.part(TRAIN))
    write_atomic(out / f"{extraction.wrapper_class}.py", notebook.part(WRAPPER))
    write_atomic(out / IGNORE, files.ignore_rules(model_dir, extraction.wrapper_class, extraction.model_file))
    write_atomic(out / RECORD, json.dumps(asdict(extraction), indent=2) + "\n")
    return extraction, results


def _extraction(notebook: Notebook) -> Extraction:
    wrapper = notebook.part(WRAPPER)
    return Extraction(
        wrapper_class=classes(ast.parse(wrapper))[0].name,
        model_file=saved_models(notebook.part(TRAIN))[0],
        notebook=notebook.path.name,
        notebook_sha256=hashlib.sha256(notebook.path.read_bytes()).hexdigest(),
        wrapper_sha256=hashlib.sha256(wrapper.encode()).hexdigest(),
    )


def _drop_earlier_wrapper(out: Path) -> None:
    """A class that was renamed must not leave its old module beside the new one."""
    try:
        earlier = read_record(out).wrapper_class
    except SettingsError:
        return
    if earlier.isidentifier():
        (out / f"{earlier}.py").unlink(missing_ok=True)


def read_record(out: Path) -> Extraction:
    """The record of an earlier extraction; raises ``SettingsError``."""
    try:
        return Extraction(**json.loads((out / RECORD).read_text()))
    except (OSError, ValueError, TypeError) as err:
        raise SettingsError(f"{out / RECORD}: cannot be read: {err}", fix="run the extract step first") from None
