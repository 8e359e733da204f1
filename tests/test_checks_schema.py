"""Every object handed to kubeconform must come back with exactly one answer that says valid."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mlgate.checks import schema
from mlgate.checks.locate import Locator
from mlgate.checks.model import Build, stage
from mlgate.checks.rules import Answer, Problem
from mlgate.repo import Repo
from mlgate.results import Status

FINE = Answer(known=True, problems=())
OBJECT = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}


def codes(
    tmp_path: Path, answers: list[dict[str, Any]], rulings: Sequence[Sequence[Answer]] = ((FINE,),)
) -> list[tuple[str, Status]]:
    document = schema._Document(OBJECT, Locator(Repo(tmp_path), Build(tmp_path)))
    return [(result.code, result.status) for result in schema.match([document], answers, rulings)]


def answer(status: str, msg: str = "", number: int = 0, **more: Any) -> dict[str, Any]:
    return {"filename": f"/x/{number:06}.json", "status": status, "msg": msg, **more}


ANSWERS = [
    pytest.param([answer("statusValid")], [("MG231", Status.VALID)], id="valid"),
    pytest.param([answer("statusInvalid", "bad")], [("MG231", Status.INVALID)], id="invalid-without-details"),
    pytest.param(
        [answer("statusInvalid", validationErrors=[{"path": "/a", "msg": "x"}, {"path": "/b", "msg": "y"}])],
        [("MG231", Status.INVALID)] * 2,
        id="invalid-twice",
    ),
    pytest.param([answer("statusError", "could not find schema for ConfigMap")], [("MG232", Status.ERROR)], id="none"),
    pytest.param([answer("statusError", "error unmarshalling")], [("MG233", Status.ERROR)], id="error"),
    pytest.param([answer("statusSkipped")], [("MG233", Status.ERROR)], id="skipped-is-no-pass"),
    pytest.param([answer("statusEmpty")], [("MG233", Status.ERROR)], id="empty-is-no-pass"),
    pytest.param([], [("MG234", Status.ERROR)], id="no-answer"),
    pytest.param([answer("statusValid", number=1)], [("MG234", Status.ERROR)], id="answer-for-another"),
    pytest.param([answer("statusValid")] * 2, [("MG234", Status.ERROR)], id="two-answers"),
]


@pytest.mark.parametrize(("answers", "expected"), ANSWERS)
def test_an_answer_becomes_a_result(
    answers: list[dict[str, Any]], expected: list[tuple[str, Status]], tmp_path: Path
) -> None:
    assert codes(tmp_path, answers) == expected


def refused(*codes: str) -> Answer:
    return Answer(known=True, problems=tuple(Problem(code, "/spec", "words") for code in codes))


VALID, INVALID = [answer("statusValid")], [answer("statusInvalid")]
RULINGS = [
    pytest.param(VALID, [refused("MG235")], [("MG235", Status.INVALID)], id="refused"),
    pytest.param(VALID, [refused("MG239")], [("MG239", Status.ERROR)], id="broken-definition"),
    pytest.param(VALID, [refused("MG231")], [("MG231", Status.INVALID)], id="only-the-rules-see-it"),
    pytest.param(INVALID, [refused("MG231")], [("MG231", Status.INVALID)], id="said-once"),
    pytest.param(INVALID, [refused("MG237")], [("MG231", Status.INVALID), ("MG237", Status.INVALID)], id="both"),
    pytest.param(VALID, [Answer(known=False, problems=())], [("MG239", Status.ERROR)], id="no-definition"),
    pytest.param(VALID, [], [("MG234", Status.ERROR)], id="no-ruling"),
    pytest.param(VALID, [FINE, FINE], [("MG234", Status.ERROR)], id="two-rulings"),
]


@pytest.mark.parametrize(("answers", "ruling", "expected"), RULINGS)
def test_a_ruling_joins_the_result(
    answers: list[dict[str, Any]], ruling: list[Answer], expected: list[tuple[str, Status]], tmp_path: Path
) -> None:
    assert codes(tmp_path, answers, [ruling]) == expected


def test_a_stage_without_anything_to_check_fails(tmp_path: Path) -> None:
    empty = stage("schema", lambda: schema.check(Repo(tmp_path), []))
    assert [(result.code, result.status) for result in empty.results] == [("MG200", Status.ERROR)]
    assert "checked nothing" in empty.results[0].message
