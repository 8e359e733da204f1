"""Training runs apart, keeps its log, and must leave exactly the model that was announced."""

import json
import os
import sys
from pathlib import Path

import pytest

from mlgate.errors import ToolFailed
from mlgate.image.environment import Environment
from mlgate.image.train import train
from mlgate.notebook.extract import Extraction
from model_images import FRAUD, Packaged, packaged

PYTHON = Environment(Path(sys.executable), ("a==1",))
EXTRACTION = Extraction(
    wrapper_class="Small", model_file="model.sav", notebook="x.ipynb", notebook_sha256="0", wrapper_sha256="0"
)
SAVE = "open('model.sav', 'w').close()\n"


def run(folder: Path, source: str) -> Path:
    (folder / "extracted").mkdir(exist_ok=True)
    (folder / "work").mkdir(exist_ok=True)
    (folder / "extracted" / "Train.py").write_text(source)
    return train(folder / "extracted", EXTRACTION, folder / "work", PYTHON, seed=7)


def test_it_returns_the_model_and_keeps_what_was_printed(tmp_path: Path) -> None:
    model = run(tmp_path, f"import sys\nprint('accuracy 1.0')\nprint('careful', file=sys.stderr)\n{SAVE}")
    assert model == tmp_path / "work" / "model.sav"
    assert (tmp_path / "work" / "train.log").read_text() == "accuracy 1.0\ncareful\n"


def test_it_knows_the_seed_and_nothing_of_the_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALED", "/sealed/holdout")
    monkeypatch.setenv("TOKEN", "secret")
    run(tmp_path, f"import json, os\njson.dump(dict(os.environ), open('env.json', 'w'))\n{SAVE}")
    seen = json.loads((tmp_path / "work" / "env.json").read_text())
    assert seen.pop("SEED") == "7"
    assert seen.pop("PYTHONHASHSEED") == "0"
    assert not {"SEALED", "TOKEN"} & set(seen)
    assert "sealed" not in json.dumps(seen)
    assert seen["HOME"] == str(tmp_path / "work") != os.environ["HOME"]


BROKEN = {
    "raises": ("print('before')\nraise ValueError('too few frauds')\n", "too few frauds"),
    "exits": ("import sys\nsys.exit(3)\n", "exit code 3"),
    "is killed": ("import os\nos.kill(os.getpid(), 9)\n", "exit code -9"),
    "saves nothing": ("print('done')\n", "saved no model, not just model.sav"),
    "saves another": ("open('other.pkl', 'w').close()\n", "saved other.pkl, not just model.sav"),
    "saves two": (f"{SAVE}open('other.sav', 'w').close()\n", "saved model.sav, other.sav, not just model.sav"),
}


@pytest.mark.parametrize(("source", "says"), BROKEN.values(), ids=BROKEN)
def test_what_does_not_leave_one_model_fails_with_the_end_of_its_log(tmp_path: Path, source: str, says: str) -> None:
    with pytest.raises(ToolFailed) as caught:
        run(tmp_path, source)
    assert says in str(caught.value)
    log = (tmp_path / "work" / "train.log").read_text()
    assert log.strip() in str(caught.value)


def test_a_model_of_an_earlier_training_is_not_taken_for_the_new_one(tmp_path: Path) -> None:
    run(tmp_path, SAVE)
    with pytest.raises(ToolFailed, match="saved no model"):
        run(tmp_path, "pass\n")


def test_two_runs_of_one_commit_are_one_image(fraud: Packaged, tmp_path: Path) -> None:
    assert packaged(FRAUD, tmp_path).image.digest == fraud.image.digest
