"""Every way to break the notebook contract is found, by its code and at its cell or file; what keeps it passes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mlgate.notebook import contract
from mlgate.results import passed
from notebook_folders import REQUIREMENTS, TEMPLATE, TRAIN, WRAPPER, Code, folder, notebook

T, W = (TRAIN, ["Train"]), (WRAPPER, ["Wrapper"])
TWO_CLASSES = WRAPPER + "\n\nclass Other:\n    pass\n"
NO_PREDICT = WRAPPER.replace("def predict", "def foresee")


def found(model_dir: Path) -> list[tuple[str, str]]:
    return [(result.code, result.subject) for result in contract.check(model_dir)]


def test_a_good_folder_is_one_valid_result(tmp_path: Path) -> None:
    results = contract.check(folder(tmp_path / "m"))
    assert [result.code for result in results] == ["MG100"]
    assert passed(results)


def saving(line: str) -> Code:
    return TRAIN.replace('joblib.dump(model, "model.sav")', line), ["Train"]


CELLS: dict[str, tuple[list[Code], list[tuple[str, str]]]] = {
    "no Train tag": ([(TRAIN, []), W], [("MG103", "small.ipynb")]),
    "no Wrapper tag": ([T, (WRAPPER, ["wrapper"])], [("MG104", "small.ipynb")]),
    "both tags on one cell": ([(TRAIN + WRAPPER, ["Train", "Wrapper"])], [("MG118", "small.ipynb cell 2")]),
    "line magic": ([("%matplotlib inline\n" + TRAIN, ["Train"]), W], [("MG105", "small.ipynb cell 2")]),
    "cell magic": ([("%%time\n" + TRAIN, ["Train"]), W], [("MG105", "small.ipynb cell 2")]),
    "shell": ([T, (WRAPPER + "!pip install x\n", ["Wrapper"])], [("MG105", "small.ipynb cell 3")]),
    "shell assigned": ([("files = !ls\n" + TRAIN, ["Train"]), W], [("MG105", "small.ipynb cell 2")]),
    "help": ([(TRAIN + "model.fit?\n", ["Train"]), W], [("MG105", "small.ipynb cell 2")]),
    "syntax error": ([T, ("x = (\n", ["Train"]), W], [("MG105", "small.ipynb cell 3")]),
    "null character": ([T, ("x = '\0'\n", ["Train"]), W], [("MG105", "small.ipynb cell 3")]),
    "await outside a function": ([(TRAIN + "await model\n", ["Train"]), W], [("MG105", "small.ipynb cell 2")]),
    "too deep": ([("(" * 5000 + ")" * 5000, ["Train"]), W], [("MG105", "small.ipynb cell 2")]),
    "future import in a later cell": (
        [T, ("from __future__ import annotations\n", ["Train"]), W],
        [("MG105", "small.ipynb cell 2, 3")],
    ),
    "get_ipython": ([(TRAIN + "get_ipython()\n", ["Train"]), W], [("MG123", "small.ipynb cell 2")]),
    "name of a cell without a tag": (
        [("LIMIT = 3\n", []), (TRAIN + "print(LIMIT)\n", ["Train"]), W],
        [("MG123", "small.ipynb cell 3")],
    ),
    "wrapper uses a name of Train": (
        [T, (WRAPPER.replace("predict_proba(X)", "predict_proba(X, model)"), ["Wrapper"])],
        [("MG123", "small.ipynb cell 3")],
    ),
    "no class": ([T, ("import joblib\n", ["Wrapper"])], [("MG106", "small.ipynb cell 3")]),
    "two classes in one cell": (
        [T, (TWO_CLASSES, ["Wrapper"])],
        [("MG107", "small.ipynb cell 3"), ("MG108", "small.ipynb cell 3")],
    ),
    "two wrappers in two cells": (
        [T, W, (WRAPPER.replace("Small", "Other"), ["Wrapper"])],
        [("MG107", "small.ipynb cell 3, 4")],
    ),
    "no predict": ([T, (NO_PREDICT, ["Wrapper"])], [("MG108", "small.ipynb cell 3")]),
    "no saved model": ([saving("print(joblib)"), W], [("MG109", "small.ipynb cell 2")]),
    "a model only read": ([saving('joblib.load(open("old.pkl", "rb"))'), W], [("MG109", "small.ipynb cell 2")]),
    "saved as text": ([saving('joblib.dump(model, "model.txt")'), W], [("MG109", "small.ipynb cell 2")]),
    "saved in a comment": ([saving('# joblib.dump(model, "model.sav")'), W], [("MG109", "small.ipynb cell 2")]),
    "two models": (
        [saving('joblib.dump(model, "a.sav"); joblib.dump(model, "b.pkl")'), W],
        [("MG110", "small.ipynb cell 2")],
    ),
    "saved in a folder": ([saving('joblib.dump(model, "out/model.sav")'), W], [("MG120", "small.ipynb cell 2")]),
    "saved absolute": ([saving('joblib.dump(model, "/model.sav")'), W], [("MG120", "small.ipynb cell 2")]),
}


@pytest.mark.parametrize(("cells", "expected"), CELLS.values(), ids=CELLS.keys())
def test_broken_cells(tmp_path: Path, cells: list[Code], expected: list[tuple[str, str]]) -> None:
    model_dir = folder(tmp_path / "m")
    notebook(model_dir / "small.ipynb", *cells)
    # What a cell that cannot be read would have imported is no finding of its own.
    ours = [item for item in found(model_dir) if item[0] != "MG113"]
    assert ours == expected


GOOD_CELLS: dict[str, list[Code]] = {
    "several Train cells": [(TRAIN.split("\n\n")[0], ["Train"]), (TRAIN.split("\n\n")[1], ["Train"]), W],
    "other tags and magics beside": [("%matplotlib inline\n!ls", ["scratch"]), T, W],
    "percent that begins a line of a formula": [(TRAIN + "rest = (7\n    % 4)\n", ["Train"]), W],
    "percent in a text": [(TRAIN + 'text = """\n%time\n!ls\n"""\n', ["Train"]), W],
    "file name in a variable": [saving('FILE = "model.sav"\njoblib.dump(model, FILE)'), W],
    "an open file": [
        ("import pickle\n" + saving('with open("m.pkl", "wb") as out:\n    pickle.dump(model, out)')[0], ["Train"]),
        W,
    ],
    "a path that is opened": [
        (
            "import pickle\nfrom pathlib import Path\n"
            + saving('with Path("m.pkl").open("wb") as out:\n    pickle.dump(model, out)')[0],
            ["Train"],
        ),
        W,
    ],
    "bytes": [
        (
            "import pickle\nfrom pathlib import Path\n" + saving('Path("m.pkl").write_bytes(pickle.dumps(model))')[0],
            ["Train"],
        ),
        W,
    ],
    "names of every kind": [
        (
            TRAIN
            + "def twice(*args, **more):\n    return [a for a in args], more, __name__\n"
            + "try:\n    print(twice(1))\nexcept ValueError as err:\n    print(err)\n"
            + "match [1, 2]:\n    case [first, *rest]:\n        print(first, rest)\n"
            + "    case {'a': one, **others}:\n        print(one, others)\n    case whole:\n        print(whole)\n",
            ["Train"],
        ),
        W,
    ],
}


@pytest.mark.parametrize("cells", GOOD_CELLS.values(), ids=GOOD_CELLS.keys())
def test_good_cells(tmp_path: Path, cells: list[Code]) -> None:
    model_dir = folder(tmp_path / "m")
    notebook(model_dir / "small.ipynb", *cells)
    results = contract.check(model_dir)
    assert passed(results), results


def write(name: str, text: str) -> Callable[[Path], object]:
    return lambda model_dir: (model_dir / name).write_text(text)


def remove(name: str) -> Callable[[Path], object]:
    return lambda model_dir: (model_dir / name).unlink()


FILES: dict[str, tuple[Callable[[Path], object], list[tuple[str, str]]]] = {
    "no notebook": (remove("small.ipynb"), [("MG101", "m")]),
    "two notebooks": (write("other.ipynb", "{}"), [("MG101", "m")]),
    "notebook is text": (write("small.ipynb", "hello"), [("MG102", "small.ipynb")]),
    "notebook is other JSON": (write("small.ipynb", "[1]"), [("MG102", "small.ipynb")]),
    "notebook without cells": (
        write("small.ipynb", '{"nbformat": 4, "nbformat_minor": 5}'),
        [("MG102", "small.ipynb")],
    ),
    "requirements missing": (remove("requirements.txt"), [("MG111", "requirements.txt")]),
    "requirements empty": (write("requirements.txt", "# none\n"), [("MG111", "requirements.txt")]),
    "not pinned": (write("requirements.txt", REQUIREMENTS + "numpy\n"), [("MG112", "requirements.txt")]),
    "pinned from below": (write("requirements.txt", REQUIREMENTS + "numpy>=1\n"), [("MG112", "requirements.txt")]),
    "wildcard": (write("requirements.txt", REQUIREMENTS + "numpy==1.*\n"), [("MG112", "requirements.txt")]),
    "a file of requirements": (write("requirements.txt", REQUIREMENTS + "-r x\n"), [("MG112", "requirements.txt")]),
    "twice": (write("requirements.txt", REQUIREMENTS + "Scikit_Learn==1.9.0\n"), [("MG112", "requirements.txt")]),
    "required, not used": (
        write("requirements.txt", REQUIREMENTS + "numpy==1.26.4\n"),
        [("MG113", "requirements.txt")],
    ),
    "used, not required": (write("requirements.txt", "joblib==1.6.0\n"), [("MG119", "requirements.txt")]),
    "for training, not used": (
        write("requirements-train.txt", "pyspark==4.3.0\n"),
        [("MG113", "requirements-train.txt")],
    ),
    "for training, not pinned": (
        write("requirements-train.txt", "pyspark>=4\n"),
        [("MG112", "requirements-train.txt")],
    ),
    "for training and for serving": (
        write("requirements-train.txt", "joblib==1.6.0\n"),
        [("MG112", "requirements-train.txt")],
    ),
    "template missing": (remove("model_deployment.yaml"), [("MG114", "model_deployment.yaml")]),
    "template twice": (write("model_deployment.json", "{}"), [("MG114", "model_deployment.yaml")]),
    "no token": (
        write("model_deployment.yaml", TEMPLATE.replace("${SELDON_IMAGE_REPLACE}", "quay.io/x:1")),
        [("MG115", "model_deployment.yaml")],
    ),
    "token in a comment only": (
        write("model_deployment.yaml", TEMPLATE.replace("- image: ", "- image: x:1 # ")),
        [("MG115", "model_deployment.yaml")],
    ),
    "template is no YAML": (write("model_deployment.yaml", "a: [1\n"), [("MG121", "model_deployment.yaml")]),
    "template is another kind": (
        write("model_deployment.yaml", TEMPLATE.replace("SeldonDeployment", "Deployment")),
        [("MG121", "model_deployment.yaml")],
    ),
    "template is empty": (write("model_deployment.yaml", ""), [("MG121", "model_deployment.yaml")]),
    "environment missing": (remove("deploy/environment"), [("MG116", "environment")]),
    "no MODEL_NAME": (write("deploy/environment", "#MODEL_NAME=Small\n"), [("MG116", "environment")]),
    "other MODEL_NAME": (write("deploy/environment", "MODEL_NAME=Smal\n"), [("MG117", "environment")]),
}


@pytest.mark.parametrize(("break_it", "expected"), FILES.values(), ids=FILES.keys())
def test_broken_files(
    tmp_path: Path,
    break_it: Callable[[Path], object],
    expected: list[tuple[str, str]],
    capfd: pytest.CaptureFixture[str],
) -> None:
    model_dir = folder(tmp_path / "m")
    break_it(model_dir)
    assert [(code, Path(subject).name) for code, subject in found(model_dir)] == expected
    assert capfd.readouterr().err == ""


def test_a_json_template_is_as_good(tmp_path: Path) -> None:
    model_dir = folder(tmp_path / "m")
    remove("model_deployment.yaml")(model_dir)
    content = {"kind": "SeldonDeployment", "spec": {"image": "${SELDON_IMAGE_REPLACE}"}}
    write("model_deployment.json", json.dumps(content))(model_dir)
    assert passed(contract.check(model_dir))


def test_a_class_named_like_the_training_file_is_refused(tmp_path: Path) -> None:
    model_dir = folder(tmp_path / "m", wrapper=WRAPPER.replace("Small", "Train"))
    write("deploy/environment", "MODEL_NAME=Train\n")(model_dir)
    assert found(model_dir) == [("MG122", "small.ipynb cell 3")]


def test_all_violations_are_named_at_once_each_with_a_fix_and_a_place(tmp_path: Path) -> None:
    model_dir = folder(tmp_path / "m", train="print(1)\n", wrapper=NO_PREDICT)
    for name in ("requirements.txt", "model_deployment.yaml", "deploy/environment"):
        remove(name)(model_dir)
    results = contract.check(model_dir)
    assert [result.code for result in results] == ["MG108", "MG109", "MG111", "MG114", "MG116"]
    assert all(result.fix and result.message and result.file for result in results)


def test_requirements_name_the_line(tmp_path: Path) -> None:
    model_dir = folder(tmp_path / "m")
    write("requirements.txt", "# locked\n\n" + REQUIREMENTS + "numpy\n")(model_dir)
    assert [result.line for result in contract.check(model_dir)] == [5]


def test_every_code_is_told_in_the_module_and_has_a_case() -> None:
    cases = [case[1] for table in (CELLS, FILES) for case in table.values()]
    tried = {code for expected in cases for code, _ in expected} | {"MG100", "MG122"}
    told = {word for word in (contract.__doc__ or "").split() if word.startswith("MG")}
    assert tried == told


SPARK = "from mlgate.training.spark import fit\n" + TRAIN


@pytest.mark.parametrize(
    ("train", "wrapper", "listed", "expected"),
    [
        (SPARK, WRAPPER, True, ["MG100"]),
        (SPARK, WRAPPER, False, ["MG119"]),
        (SPARK, "import pyspark\n" + WRAPPER, True, ["MG119"]),
        (SPARK, "import mlgate\n" + WRAPPER, True, ["MG119"]),
        ("import pyspark\n" + TRAIN, WRAPPER, True, ["MG100"]),
    ],
    ids=["for training", "not listed", "in what serves", "ours in what serves", "without ours"],
)
def test_what_only_training_needs_is_no_package_of_what_serves(
    tmp_path: Path, train: str, wrapper: str, listed: bool, expected: list[str]
) -> None:
    model_dir = folder(tmp_path / "model", train=train, wrapper=wrapper)
    if listed:
        (model_dir / "requirements-train.txt").write_text("pyspark==4.3.0\n")
    assert [each.code for each in contract.check(model_dir)] == expected
