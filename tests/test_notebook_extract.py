"""Extraction: the cells and nothing else, equal every time, and no dotfile of the person's lost."""

import ast
import hashlib
import json
from pathlib import Path

import pytest

from mlgate.cli import main
from mlgate.errors import SettingsError, ToolFailed
from mlgate.notebook.extract import Extraction, extract, read_record
from notebook_folders import TRAIN, WRAPPER, folder, notebook


def files(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_the_cells_become_modules(tmp_path: Path) -> None:
    model_dir, out = folder(tmp_path / "m"), tmp_path / "out"
    extraction, _ = extract(model_dir, out)
    assert extraction == Extraction(
        wrapper_class="Small",
        model_file="model.sav",
        notebook="small.ipynb",
        notebook_sha256=hashlib.sha256((model_dir / "small.ipynb").read_bytes()).hexdigest(),
        wrapper_sha256=hashlib.sha256((out / "Small.py").read_bytes()).hexdigest(),
    )
    assert set(files(out)) == {"Train.py", "Small.py", ".s2iignore", "extraction.json"}
    assert (out / "Train.py").read_text() == TRAIN
    assert (out / "Small.py").read_text() == WRAPPER
    assert read_record(out) == extraction


def test_two_runs_are_equal_to_the_byte_and_a_run_over_an_old_one_too(tmp_path: Path) -> None:
    model_dir = folder(tmp_path / "m")
    for name in ("one", "two", "one"):
        extract(model_dir, tmp_path / name)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_cells_of_one_tag_are_joined_in_order(tmp_path: Path) -> None:
    model_dir = folder(tmp_path / "m")
    first, second = TRAIN.split("\n\n")
    notebook(model_dir / "small.ipynb", (first, ["Train"]), ("1 +", []), (WRAPPER, ["Wrapper"]), (second, ["Train"]))
    extract(model_dir, tmp_path / "out")
    assert ast.dump(ast.parse((tmp_path / "out" / "Train.py").read_text())) == ast.dump(ast.parse(TRAIN))


def test_nothing_is_written_when_the_contract_is_broken(tmp_path: Path) -> None:
    extraction, results = extract(folder(tmp_path / "m", train="print(1)\n"), tmp_path / "out")
    assert extraction is None
    assert [result.code for result in results][:1] == ["MG109"]
    assert not (tmp_path / "out").exists()


def test_a_renamed_class_leaves_no_module_behind(tmp_path: Path) -> None:
    extract(folder(tmp_path / "old"), tmp_path / "out")
    renamed = folder(tmp_path / "new", wrapper=WRAPPER.replace("Small", "Renamed"))
    (renamed / "deploy" / "environment").write_text("MODEL_NAME=Renamed\n")
    (tmp_path / "out" / "notes.txt").write_text("a person's file")
    extract(renamed, tmp_path / "out")
    assert set(files(tmp_path / "out")) == {"Train.py", "Renamed.py", ".s2iignore", "extraction.json", "notes.txt"}


def test_defect_3_the_persons_s2iignore_is_kept(tmp_path: Path) -> None:
    model_dir = folder(tmp_path / "m")
    (model_dir / "deploy" / ".s2iignore").write_text("*.csv\n")
    extract(model_dir, tmp_path / "out")
    assert (tmp_path / "out" / ".s2iignore").read_text() == "*.csv\n"
    assert (model_dir / "deploy" / ".s2iignore").read_text() == "*.csv\n"


def test_without_an_s2iignore_only_what_serves_is_let_in(tmp_path: Path) -> None:
    extract(folder(tmp_path / "m"), tmp_path / "out")
    lines = (tmp_path / "out" / ".s2iignore").read_text().split()
    assert lines == ["*", "!requirements.txt", "!Small.py", "!model.sav"]


def test_a_folder_that_cannot_be_written_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolFailed, match="cannot be written"):
        extract(folder(tmp_path / "m"), tmp_path / "file" / "out")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"wrapper_class": "../x"}', "null"])
def test_a_record_that_cannot_be_read_is_one_message(tmp_path: Path, text: str) -> None:
    (tmp_path / "extraction.json").write_text(text)
    with pytest.raises(SettingsError, match=r"extraction\.json: cannot be read"):
        read_record(tmp_path)


def test_the_command_lists_every_violation_and_exits_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model_dir = folder(tmp_path / "m", train="%time\n")
    (model_dir / "deploy" / "environment").unlink()
    assert main(["notebook", "extract", str(model_dir), "--out", str(tmp_path / "out")]) == 1
    printed = capsys.readouterr().out
    assert "MG105 invalid  small.ipynb cell 2: line '%time' is an IPython command" in printed
    assert "MG116" in printed
    assert main(["notebook", "check", str(model_dir)]) == 1


def test_the_command_writes_and_exits_0(tmp_path: Path) -> None:
    assert main(["notebook", "check", str(folder(tmp_path / "m"))]) == 0
    assert main(["notebook", "extract", str(tmp_path / "m"), "--out", str(tmp_path / "out")]) == 0
    assert json.loads((tmp_path / "out" / "extraction.json").read_text())["wrapper_class"] == "Small"


def test_a_folder_that_is_not_there_is_a_wrong_command_line(tmp_path: Path) -> None:
    assert main(["notebook", "check", str(tmp_path / "absent")]) == 2
