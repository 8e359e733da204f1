"""``mlgate predict`` against the real server, and against answers that are none."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from http_answers import answering
from mlgate.cli import main
from mlgate.errors import ToolFailed
from mlgate.evaluate.run import Evaluation, write
from mlgate.image.serve import serving
from mlgate.verbs.predict import fraud_probability, payload
from model_images import Packaged

NAMES = "V3,V4,V10,V11,V12,V14,V17"
GOOD = {"data": {"names": ["legitimate", "fraud"], "tensor": {"shape": [1, 2], "values": [0.25, 0.75]}}}


@pytest.fixture(scope="module")
def url(fraud: Packaged) -> Iterator[str]:
    with serving(fraud.image, fraud.environment) as address:
        yield address


def test_known_rows_are_told_apart(
    url: str, evaluated: Evaluation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(evaluated, tmp_path)
    assert main(["predict", "--url", url, "--examples", str(tmp_path / "examples.json")]) == 0
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in capsys.readouterr().out.splitlines()]
    told = {row[1]: (float(row[2]), row[3]) for row in rows if row}
    assert told["fraud"][0] > 0.5 > told["legitimate"][0]
    assert {known: said for known, (_, said) in told.items()} == {"fraud": "fraud", "legitimate": "legitimate"}


def test_a_row_of_ones_own_is_answered(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    values = "-8.5,5.5,-9,6,-11,-12,-16"
    assert main(["predict", "--url", url + "/", "--names", NAMES, "--values", values]) == 0
    assert "given" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("names", "values", "reason"),
    [
        (NAMES, "1,2,3", "the shape must be"),
        ("V4,V3,V10,V11,V12,V14,V17", "1,2,3,4,5,6,7", "the names must be"),
        (NAMES, "1,2,3,4,5,6,nan", "finite"),
        (NAMES, "1,2,3,4,5,6,-inf", "finite"),
    ],
)
def test_a_refusal_is_passed_on_with_its_reason(
    url: str, capsys: pytest.CaptureFixture[str], names: str, values: str, reason: str
) -> None:
    assert main(["predict", "--url", url, "--names", names, "--values", values]) == 3
    said = capsys.readouterr().err
    assert "the model refused (400)" in said
    assert reason in said


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--names", NAMES],
        ["--values", "1"],
        ["--names", NAMES, "--values", "1,x"],
        ["--names", NAMES, "--values", "1,,2"],
        ["--url", "file:///etc/passwd", "--names", "a", "--values", "1"],
        ["--examples", "not-there.json"],
    ],
    ids=" ".join,
)
def test_a_wrong_question_is_a_usage_error(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", *arguments]) == 2
    assert capsys.readouterr().err.startswith("mlgate: ")


@pytest.mark.parametrize("text", ["", "{}", "[]", "[1]", '[{"row": 1}]', "null", "[[]]"])
def test_examples_that_are_none_are_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "examples.json").write_text(text)
    assert main(["predict", "--examples", str(tmp_path / "examples.json")]) == 2
    assert "examples.json" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[", "http://127.0.0.1:999999", "http://"])
def test_a_server_that_is_not_there_says_how_to_start_one(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "--url", url, "--names", "a", "--values", "1"]) == 3
    assert "mlgate serve" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"pong", 200), (b"{}", 200), (b"[1]", 200), (b"oops", 500), (b"", 404), (b'{"status":[]}', 400)],
)
def test_a_server_of_another_kind_is_an_error_without_a_traceback(
    body: bytes, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(body, status) as url:
        assert main(["predict", "--url", url, "--names", "a", "--values", "1"]) == 3
    assert capsys.readouterr().err.startswith("mlgate: ")


def test_element_1_of_both_forms_is_fraud() -> None:
    assert fraud_probability(GOOD) == 0.75
    assert fraud_probability({"data": {"ndarray": [[0.25, 0.75]]}}) == 0.75


@pytest.mark.parametrize("fraud", [-0.1, 1.1, float("nan"), float("inf"), "x", None])
def test_what_is_no_probability_is_refused(fraud: Any) -> None:
    with pytest.raises(ToolFailed):
        fraud_probability({"data": {"ndarray": [[0.5, fraud]]}})


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["data", "tensor", "values", "ndarray"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_answer_is_a_probability_or_an_error(answer: Any) -> None:
    with contextlib.suppress(ToolFailed):
        assert 0 <= fraud_probability(answer) <= 1


def test_the_payload_is_the_known_demos() -> None:
    assert json.dumps(payload(["V3", "V4"], [0.5, -1.0])) == (
        '{"data": {"names": ["V3", "V4"], "tensor": {"shape": [1, 2], "values": [0.5, -1.0]}}}'
    )
