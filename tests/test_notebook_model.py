"""The two model folders of this repository: what they promise, in the environment that they lock."""

import ast
import json
import os
import re
from pathlib import Path

import nbformat
import pytest

from mlgate.data import sources, synthetic
from mlgate.data.split import split, write
from mlgate.data.transactions import canonical
from mlgate.image import environment
from mlgate.image.train import train
from mlgate.notebook import contract
from mlgate.notebook.extract import Extraction, extract
from mlgate.process import Tool
from mlgate.results import passed
from mlgate.settings import exact

MODELS = Path(__file__).parents[1] / "model"
NAMES = ("fraud", "fraud-weak")
GOOD = ["V3", "V4", "V10", "V11", "V12", "V14", "V17"]
both = pytest.mark.parametrize("name", NAMES)

PROBE = """\
import json, math, sys
import numpy as np
from FraudDetection import FraudDetection
from seldon_core.flask_utils import SeldonMicroserviceException

wrapper = FraudDetection()
names, row = wrapper.feature_names, [0.5] * len(wrapper.feature_names)

def ask(X, given=names):
    try:
        return np.asarray(wrapper.predict(X, given)).tolist()
    except SeldonMicroserviceException as err:
        return [err.status_code, err.message]

cell = lambda value: [[value] + row[1:]]
json.dump({
    "model": list(wrapper.model.feature_names_in_),
    "names": names,
    "classes": wrapper.class_names,
    "good": {
        "list": ask([row]), "array": ask(np.array([row])), "integers": ask([[1] * len(row)]),
        "no names": ask([row], []), "names None": ask([row], None), "names as array": ask([row], np.array(names)),
    },
    "largest": len(ask([row] * 10_000)),
    "bad": {
        "narrow": ask([row[1:]]), "wide": ask([row + [1.0]]), "flat": ask(row), "cube": ask([[row]]),
        "ragged": ask([row, row[1:]]), "empty": ask([]), "empty rows": ask(np.zeros((0, len(row)))),
        "too many": ask(np.zeros((10_001, len(row)))),
        "NaN": ask(cell(math.nan)), "infinity": ask(cell(math.inf)), "minus infinity": ask(cell(-math.inf)),
        "beyond float32": ask(cell(1e300)), "None": ask(cell(None)), "text": ask([["1"] * len(row)]),
        "one text": ask(cell("1")), "booleans": ask([[True] * len(row)]), "complex": ask(cell(1j)),
        "mapping": ask({"a": 1}), "bytes": ask(b"x"), "nothing": ask(None),
        "names in another order": ask([row], names[::-1]), "names short": ask([row], names[1:]),
        "names of frame order": ask([row], sorted(names)), "names text": ask([row], "V3"),
        "names number": ask([row], 5),
    },
}, sys.stdout)
"""


@pytest.fixture(scope="session")
def ready() -> environment.Environment:
    return environment.ensure(MODELS / "fraud")


def trained(name: str, out: Path, ready: environment.Environment, source: str = "") -> tuple[Extraction, Path]:
    """Extract and train as the pipeline does; returns the folder that holds wrapper and model."""
    extraction, results = extract(MODELS / name, out)
    assert extraction is not None, results
    data = sources.load(source, seed=0) if source else canonical(synthetic.generate(seed=1, rows=8000), "small")
    write(
        split(data, holdout=exact(0.25), seed=2020),
        train_csv=out / "data" / "creditcard.csv",
        sealed=out.with_name(f"{out.name}-sealed"),
    )
    work = out / "work"
    (work / "data").mkdir(parents=True)
    (out / "data" / "creditcard.csv").rename(work / "data" / "creditcard.csv")
    model = train(out, extraction, work, ready, seed=2020)
    model.rename(out / model.name)
    return extraction, out


@pytest.fixture(scope="module", params=NAMES)
def probed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, ready: environment.Environment
) -> dict[str, object]:
    _, folder = trained(request.param, tmp_path_factory.mktemp(request.param) / "out", ready)
    (folder / "probe.py").write_text(PROBE)
    done = Tool(str(ready.python)).run(["-W", "error::RuntimeWarning", "probe.py"], cwd=folder, timeout_s=120)
    return {**json.loads(done.stdout), "folder": folder}


@both
def test_the_contract_is_kept(name: str) -> None:
    assert passed(contract.check(MODELS / name)), contract.check(MODELS / name)


@both
def test_notebooks_are_current_explained_and_without_output(name: str) -> None:
    content = json.loads((MODELS / name / "fraud-detection.ipynb").read_text())
    nbformat.validate(content)
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    assert content["cells"][0]["cell_type"] == "markdown"
    for cell in content["cells"]:
        assert cell["id"]
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)


def literal(source: str, name: str) -> object:
    """The value that a module or a class in it assigns to ``name``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"{name} is not assigned")


@both
def test_defect_8_train_and_wrapper_name_the_same_features_and_two_classes(name: str, tmp_path: Path) -> None:
    extract(MODELS / name, tmp_path)
    wrapper = (tmp_path / "FraudDetection.py").read_text()
    assert literal((tmp_path / "Train.py").read_text(), "FEATURES") == literal(wrapper, "feature_names")
    assert literal(wrapper, "class_names") == ["legitimate", "fraud"]


def test_the_good_model_has_the_features_of_the_curl_in_this_order(tmp_path: Path) -> None:
    extract(MODELS / "fraud", tmp_path)
    assert literal((tmp_path / "FraudDetection.py").read_text(), "feature_names") == GOOD


@both
def test_defect_10_the_notebook_does_not_compare_its_accuracy_with_anything(name: str, tmp_path: Path) -> None:
    extract(MODELS / name, tmp_path)
    compared = [
        node for node in ast.walk(ast.parse((tmp_path / "Train.py").read_text())) if isinstance(node, ast.Compare)
    ]
    assert not compared


@both
def test_defect_12_every_package_is_locked(name: str, ready: environment.Environment) -> None:
    lock = (MODELS / name / "deploy" / "constraints.txt").read_text().split()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+]*", line) for line in lock)
    assert set((MODELS / name / "requirements.txt").read_text().split()) <= set(lock)
    assert {line.lower() for line in ready.packages} <= {line.lower() for line in lock}


def test_defect_12_two_trainings_are_equal_to_the_byte(tmp_path: Path, ready: environment.Environment) -> None:
    _, one = trained("fraud-weak", tmp_path / "one", ready)
    _, two = trained("fraud-weak", tmp_path / "two", ready)
    assert (one / "model.sav").read_bytes() == (two / "model.sav").read_bytes()


def test_training_prints_an_accuracy_and_plots_the_confusion_matrix(probed: dict[str, object]) -> None:
    work = Path(str(probed["folder"])) / "work"
    assert re.search(r"^Model accuracy: [01]\.\d{4}$", (work / "train.log").read_text(), re.MULTILINE)
    assert (work / "confusion-matrix.png").read_bytes().startswith(b"\x89PNG")


def test_defect_8_the_model_was_fitted_on_the_wrappers_names_in_order(probed: dict[str, object]) -> None:
    assert probed["model"] == probed["names"]


def test_the_wrapper_answers_one_pair_of_probabilities_per_row(probed: dict[str, object]) -> None:
    good = probed["good"]
    assert isinstance(good, dict)
    for answer in good.values():
        assert len(answer) == 1
        assert sum(answer[0]) == pytest.approx(1)
        assert len(answer[0]) == len(["legitimate", "fraud"])
    assert probed["largest"] == 10_000


def test_the_wrapper_refuses_everything_else_with_400_and_a_reason(probed: dict[str, object]) -> None:
    bad = probed["bad"]
    assert isinstance(bad, dict)
    assert len(bad) == 25
    for case, answer in bad.items():
        status, reason = answer
        assert status == 400, case
        assert re.search("shape|equally long|rows|number|names", reason), case


SCORE = """\
import sys
import pandas as pd
from FraudDetection import FraudDetection

rows = pd.read_csv(sys.argv[1])
wrapper = FraudDetection()
fraud = wrapper.predict(rows[wrapper.feature_names].to_numpy(), wrapper.feature_names)[:, 1]
print(((fraud > 0.5) == rows["Class"]).mean(), fraud[rows["Class"] == 1].mean(), fraud[rows["Class"] == 0].mean())
"""


def scored(name: str, out: Path, ready: environment.Environment, source: str = "") -> list[float]:
    """Accuracy, and the mean of element 1 over frauds and over legitimate rows of the hold-out."""
    _, folder = trained(name, out, ready, source)
    (folder / "score.py").write_text(SCORE)
    holdout = out.with_name(f"{out.name}-sealed") / "holdout.csv"
    done = Tool(str(ready.python)).run(["score.py", str(holdout)], cwd=folder, timeout_s=120)
    return [float(word) for word in done.stdout.split()]


def test_defect_9_element_1_is_fraud(tmp_path: Path, ready: environment.Environment) -> None:
    _, frauds, legitimate = scored("fraud", tmp_path / "out", ready)
    assert frauds > 0.3
    assert legitimate < 0.05


@pytest.mark.skipif("DATA" not in os.environ, reason="DATA names no real data set; the synthetic one covers the code")
@pytest.mark.parametrize(("name", "low", "high"), [("fraud", 0.95, 0.999), ("fraud-weak", 0.8, 0.92)])
def test_on_real_transactions(
    name: str, low: float, high: float, tmp_path: Path, ready: environment.Environment
) -> None:
    accuracy, *_ = scored(name, tmp_path / "out", ready, f"csv:{Path(os.environ['DATA']).absolute()}")
    assert low <= accuracy <= high
