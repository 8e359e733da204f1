"""What the API server would refuse is refused, at the field that is wrong, and nothing else is."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rule_cases
from mlgate.checks import catalogue, rules
from mlgate.checks.rules import Answer
from mlgate.errors import ToolFailed
from mlgate.process import Done, Tool
from rule_cases import Case

CASES = list(rule_cases.cases())


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The catalogue, and before it the definitions of the cases."""
    own = tmp_path_factory.mktemp("own")
    catalogue.locations(rule_cases.crds(), own)
    return catalogue.folders(own)


@pytest.fixture(scope="module")
def answers(folders: list[Path]) -> dict[str, list[Answer]]:
    found = rules.judge([case.obj for case in CASES], folders)
    return dict(zip([case.name for case in CASES], found, strict=True))


@pytest.mark.parametrize("case", CASES, ids=[case.name[:40] for case in CASES])
def test_an_object_is_judged_as_by_the_api_server(case: Case, answers: dict[str, list[Answer]]) -> None:
    [answer] = answers[case.name]
    assert answer.known
    assert [(each.code, each.path) for each in answer.problems][:1] == ([(case.code, case.path)] if case.code else [])


def test_a_rule_says_its_own_words(answers: dict[str, list[Answer]]) -> None:
    words = [answers[name][0].problems[0].message for name in ("cel-above-the-default", "cel-items")]
    assert "minimum must not be above maximum" in words[0]
    assert "big" in words[1]


def one(obj: Any, folders: list[Path]) -> Answer:
    [[answer]] = rules.judge([obj], folders)
    return answer


def test_a_kind_without_a_definition_is_not_known(folders: list[Path]) -> None:
    assert not one({"apiVersion": "example.com/v1", "kind": "Nothing", "metadata": {"name": "a"}}, folders).known


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": {"type": "object", "properties": {"spec": {"properties": {}}}}}, "does not compile"),
        ({"schema": 7}, "is malformed"),
        ({"stub": "its schema takes any field below spec"}, "takes any field below spec"),
    ],
    ids=["not-structural", "no-schema", "stub"],
)
def test_a_definition_that_proves_nothing_is_an_error(change: dict[str, Any], words: str, tmp_path: Path) -> None:
    file = tmp_path / ".definitions/rules.example.com/widget_v1.json"
    file.parent.mkdir(parents=True)
    content = {"namespaced": True, "custom": True, "status": False, "schema": {"type": "object"}, "stub": ""}
    file.write_text(json.dumps(content | change))
    [problem] = one(rule_cases.widget("a"), [tmp_path]).problems
    assert problem.code == "MG239"
    assert words in problem.message


def test_a_rule_that_does_not_compile_is_an_error_even_where_no_object_sets_the_field(tmp_path: Path) -> None:
    spec = {"type": "object", "properties": {"size": {"type": "integer", "x-kubernetes-validations": [{"rule": "1"}]}}}
    crd = rule_cases.broken(
        lambda root: root["spec"]["versions"][0]["schema"]["openAPIV3Schema"].update(properties={"spec": spec})
    )
    catalogue.locations([crd], tmp_path)
    obj = rule_cases.built_in("rules.example.com/v1", "Gadget", "a", spec={})
    assert [each.code for each in one(obj, [tmp_path]).problems] == ["MG239"]


def test_a_path_out_of_the_catalogue_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "x_v1.json").write_text(json.dumps({"namespaced": True, "custom": False, "schema": None}))
    obj = {"apiVersion": "../v1", "kind": "x", "metadata": {"name": "a"}}
    assert not one(obj, [tmp_path / "inner"]).known


@pytest.mark.parametrize("said", ["", "no json", '{"number": 7}', "[]"], ids=repr)
def test_answers_that_cannot_be_read_are_no_pass(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tool, "run", lambda *_args, **_options: Done(0, said, ""))
    if said:
        with pytest.raises(ToolFailed, match="gave no answers"):
            rules.judge([{}], [])
    else:
        assert rules.judge([{}], []) == [[]]


@pytest.mark.parametrize("odd", ["\x85", "\u2028", "\x1c", "\x0c"], ids=ascii)
def test_an_odd_end_of_line_in_a_text_ends_no_answer(odd: str, folders: list[Path]) -> None:
    [problem] = one(rule_cases.meta("odd", labels={"a": f"b{odd}c"}), folders).problems
    assert problem.code == "MG237"


def test_answers_come_in_the_order_of_the_objects(folders: list[Path]) -> None:
    objects = [rule_cases.meta("good") if i % 3 else rule_cases.meta("Bad") for i in range(300)]
    found = rules.judge(objects, folders)
    assert [bool(answer.problems) for [answer] in found] == [i % 3 == 0 for i in range(300)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.lists(JSON, min_size=1, max_size=20))
def test_whatever_an_object_holds_there_is_one_answer_each(content: list[Any], folders: list[Path]) -> None:
    shapes = [
        shape
        for each in content
        for shape in ({"metadata": each}, {"metadata": {"name": "a"}, "spec": each}, {"metadata": {"labels": each}})
    ]
    kinds = [
        ("apps/v1", "Deployment"),
        ("rules.example.com/v1", "Widget"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ]
    objects = [{"apiVersion": version, "kind": kind, **shape} for version, kind in kinds for shape in shapes]
    assert [len(each) for each in rules.judge(objects, folders)] == [1] * len(objects)
