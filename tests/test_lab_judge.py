"""What a notebook is told before it is committed, by the pipeline's own steps."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import lab_place
from checkouts import git
from lab_place import PREFIX, Place
from mlgate.cli import main
from mlgate.lab.answer import load
from mlgate.lab.data import Prepared, Wanted, chosen, prepare, wanted
from mlgate.lab.judge import Subject, judge, keeps
from mlgate.notebook.extract import extract
from mlgate.repo import Repo

pytestmark = pytest.mark.xdist_group("lab")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return lab_place.make(tmp_path_factory.mktemp("judge"), threshold="100")


@pytest.fixture(scope="module")
def split(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    made, denied = prepare(Wanted(source=f"csv:{place.csv}"), tmp_path_factory.mktemp("split") / "split")
    assert denied == []
    return made


@pytest.fixture
def edited(place: Place) -> Iterator[Path]:
    """The notebook, to be changed; as it was afterwards."""
    text = place.notebook.read_text()
    yield place.notebook
    place.notebook.write_text(text)


def change(notebook: Path, old: str, new: str) -> None:
    text = notebook.read_text()
    assert text.count(old) == 1
    notebook.write_text(text.replace(old, new))


def test_a_model_below_the_threshold_is_denied_with_the_line_that_asks_for_it(place: Place, split: Prepared) -> None:
    answer = judge(Subject(Repo(place.root), place.model, PREFIX), split)
    assert answer.kept
    assert answer.gate is not None
    assert (answer.accepted, answer.gate.allowed, answer.gate.required) == (False, False, "100 %")
    assert answer.gate.reasons
    assert answer.measured is not None
    assert answer.measured.rows == split.record().holdout_rows
    settings = f"overlays/{PREFIX}/values/settings.yaml"
    file, line = answer.gate.where.split(":")
    assert file == settings
    assert "accuracy: 1.0" in (place.root / settings).read_text().splitlines()[int(line) - 1]
    assert "the gate would deny the model" in repr(answer)
    assert load(answer.dump()) == answer


def test_training_that_fails_is_told_in_its_own_words(place: Place, split: Prepared, edited: Path) -> None:
    change(edited, "model.fit(train_x, train_y)", "model.fit(train_x, no_such_name)")
    change(edited, "SEED = int(", "no_such_name = None if 1 else 0\\nSEED = int(")
    answer = judge(Subject(Repo(place.root), place.model, PREFIX), split)
    assert not answer.accepted
    assert answer.measured is None
    assert "the Train cells ended with exit code 1" in answer.trouble


def test_a_broken_contract_is_told_by_cell_and_nothing_is_trained(place: Place, edited: Path, tmp_path: Path) -> None:
    change(edited, 'joblib.dump(model, \\"model.sav\\")', "print(model)")
    nothing = Prepared(tmp_path / "absent")  # a training would ask for it
    answer = judge(Subject(Repo(place.root), place.model, PREFIX), nothing)
    assert [finding.code for finding in answer.findings] == ["MG109"]
    assert "cell 3, 4, 5" in answer.findings[0].where
    assert answer.findings[0].fix
    assert not answer.accepted


def test_the_contract_alone_can_be_asked(place: Place, edited: Path) -> None:
    assert keeps(place.model).accepted
    change(edited, '"Wrapper"', '"Rapper"')
    assert not keeps(place.model).accepted


def test_the_cell_that_asks_is_not_extracted(place: Place, tmp_path: Path) -> None:
    assert "mlgate.lab" in place.notebook.read_text()
    extract(place.model, tmp_path)
    assert not [path for path in tmp_path.iterdir() if "mlgate" in path.read_text()]


def test_settings_say_which_data_and_how_they_are_split(place: Place) -> None:
    found = wanted(Repo(place.root), PREFIX, None)
    assert (found.source, str(found.holdout), found.seed, found.method) == ("synthetic", "0.25", 2020, "stratified")
    assert wanted(Repo(place.root), PREFIX, "csv:x").source == "csv:x"


def test_the_only_prefix_is_taken_and_another_is_refused(place: Place) -> None:
    assert chosen(Repo(place.root), None) == PREFIX
    assert main(["notebook", "judge", str(place.model), "--prefix", "absent"]) == 2


def test_data_that_the_pipeline_denies_are_not_given_out(place: Place, tmp_path: Path) -> None:
    few = tmp_path / "few.csv"
    few.write_text("".join(place.csv.read_text().splitlines(keepends=True)[:600]))
    made, denied = prepare(Wanted(source=f"csv:{few}"), tmp_path / "split")
    assert denied
    assert not made.train.exists()


def test_a_folder_without_a_notebook_is_refused_by_exit_code(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["notebook", "judge", str(tmp_path), "--contract", "--format", "json"]) == 1
    content = json.loads(capsys.readouterr().out)
    assert content["accepted"] is False
    assert content["findings"][0]["code"] == "MG101"


def test_nothing_is_left_in_the_checkout(place: Place) -> None:
    assert git(place.root, "status", "--porcelain") == ""
