"""From a model folder to the modules that train and serve."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from mlgate.errors import SettingsError
from mlgate.files import write_atomic
from mlgate.notebook import contract
from mlgate.notebook.cells import TRAIN, WRAPPER, notebooks, read
from mlgate.results import Result, passed

RECORD = "extraction.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What came out of a notebook; the files stand beside ``extraction.json``."""

    wrapper_class: str
    model_file: str
    notebook: str
    notebook_sha256: str
    wrapper_sha256: str


def extract(model_dir: Path, out: Path) -> tuple[Extraction | None, list[Result]]:
    """Write Train.py, <Wrapper>.py and extraction.json into ``out``, or return what breaks the contract."""
    results = contract.check(model_dir)
    if not passed(results):
        return None, results
    notebook = read(notebooks(model_dir)[0])
    wrapper = notebook.part(WRAPPER)
    extraction = Extraction(
        wrapper_class=contract.classes(wrapper)[0].name,
        model_file=Path(contract.saved_models(notebook)[0]).name,
        notebook=notebook.path.name,
        notebook_sha256=hashlib.sha256(notebook.path.read_bytes()).hexdigest(),
        wrapper_sha256=hashlib.sha256(wrapper.encode()).hexdigest(),
    )
    out.mkdir(parents=True, exist_ok=True)
    write_atomic(out / "Train.py", notebook.part(TRAIN))
    write_atomic(out / f"{extraction.wrapper_class}.py", wrapper)
    write_atomic(out / RECORD, json.dumps(asdict(extraction), indent=2) + "\n")
    return extraction, results


def read_record(out: Path) -> Extraction:
    """The record of an earlier extraction."""
    try:
        return Extraction(**json.loads((out / RECORD).read_text()))
    except (OSError, ValueError, TypeError) as err:
        raise SettingsError(f"{out / RECORD}: cannot be read: {err}", fix="run the extract step first") from None
