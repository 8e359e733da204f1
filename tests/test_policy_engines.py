"""Gatekeeper's two engines, the generated Rego template and the CEL twin, agree with the independent oracle."""

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gate_gator import RefusedError, cel_template, constraint, denials, rego_template
from gate_oracle import NAMES, ODD, allowed, counts, floors, pairs, reaches, report
from mlgate.gate.judge import ACCURACY_RULE, Case, judge_all

POLICY = Path(__file__).parents[1] / "policy"
GOOD = report(0.976, counts(244, 250))
Template = Callable[[], dict[str, Any]]
ENGINES = [pytest.param(rego_template, id="rego"), pytest.param(cel_template, id="cel")]


def _placed(subject: dict[str, Any], namespace: str, name: str) -> dict[str, Any]:
    return {**subject, "metadata": {"name": name, "namespace": namespace}}


@pytest.mark.parametrize("template", ENGINES)
def test_ten_thousand_pairs_agree_with_the_oracle(template: Template, tmp_path: Path) -> None:
    by_threshold: dict[str, list[tuple[Any, Any, int, int]]] = defaultdict(list)
    for pair in pairs(2021, 10_000):
        if type(pair[1]) in (int, float):  # the constraint's own schema refuses any other type, see below
            by_threshold[json.dumps(pair[1])].append(pair)
    objects: list[dict[str, Any]] = []
    expected = set()
    for index, (threshold, group) in enumerate(by_threshold.items()):
        objects.append(constraint(f"c{index}", f"n{index}", {"accuracyThreshold": json.loads(threshold)}))
        for number, (accuracy, _, correct, total) in enumerate(group):
            objects.append(_placed(report(accuracy, counts(correct, total)), f"n{index}", f"m{number}"))
            if not allowed(accuracy, json.loads(threshold), correct, total):
                expected.add((f"n{index}", f"m{number}"))
    assert expected
    assert denials(template(), objects, tmp_path).keys() == expected


def _floor_cases(number: int) -> list[tuple[dict[str, Any], dict[str, Any], bool]]:
    cases = []
    for minimums, n, metrics in floors(2022, number):
        accuracy = (n["truePositive"] + n["trueNegative"]) / sum(n.values())
        want = accuracy > 0 and all(reaches(name, floor, n, metrics) for name, floor in minimums.items())
        cases.append((report(accuracy, n, metrics=metrics), minimums, want))
    return cases


def test_every_minimum_agrees_with_the_oracle_in_conftest() -> None:
    drawn = _floor_cases(4_000)
    verdicts = judge_all(
        POLICY, ACCURACY_RULE, [Case(subject, {"accuracyThreshold": 1e-9, "minimums": m}) for subject, m, _ in drawn]
    )
    wrong = [case for case, verdict in zip(drawn, verdicts, strict=True) if verdict.allowed != case[2]]
    assert wrong == []
    seen = {(name, want) for _, minimums, want in drawn for name in minimums}
    assert seen >= {(name, want) for name in NAMES for want in (True, False)}


@pytest.mark.parametrize("template", ENGINES)
def test_every_minimum_agrees_with_the_oracle_in_gatekeeper(template: Template, tmp_path: Path) -> None:
    objects: list[dict[str, Any]] = []
    expected = set()
    for index, (subject, minimums, want) in enumerate(_floor_cases(400)):
        objects.append(constraint(f"c{index}", f"n{index}", {"accuracyThreshold": 1e-9, "minimums": minimums}))
        objects.append(_placed(subject, f"n{index}", "m"))
        if not want:
            expected.add((f"n{index}", "m"))
    assert denials(template(), objects, tmp_path).keys() == expected


def _without(path: str) -> dict[str, Any]:
    subject: dict[str, Any] = json.loads(json.dumps(GOOD))
    *parents, last = path.split(".")
    node = subject
    for key in parents:
        node = node[key]
    del node[last]
    return subject


def _with(path: str, value: Any) -> dict[str, Any]:
    subject = _without(path)
    *parents, last = path.split(".")
    node = subject
    for key in parents:
        node = node[key]
    node[last] = value
    return subject


REQUIRED = [
    *("spec", "spec.modelName", "spec.image", "spec.accuracy", "spec.counts", "spec.evidence"),
    *(f"spec.counts.{name}" for name in GOOD["spec"]["counts"]),
    *(f"spec.evidence.{name}" for name in GOOD["spec"]["evidence"]),
]
ODD_VALUES: tuple[Any, ...] = (None, True, [], {}, "", -1, 1.5, 10**10)
BROKEN = [(f"without {path}", _without(path)) for path in REQUIRED] + [
    (f"{path} is {value!r}", _with(path, value)) for path in REQUIRED for value in ODD_VALUES
]


@pytest.mark.parametrize("template", ENGINES)
def test_a_report_that_is_broken_anywhere_is_denied(template: Template, tmp_path: Path) -> None:
    objects = [_placed(subject, "n", f"m{index}") for index, (_, subject) in enumerate(BROKEN)]
    rule = constraint("c", "n", {"accuracyThreshold": 0.9})
    denied = denials(template(), [rule, _placed(GOOD, "n", "good"), *objects], tmp_path)
    assert [what for index, (what, _) in enumerate(BROKEN) if ("n", f"m{index}") not in denied] == []
    assert ("n", "good") not in denied


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        *({"accuracyThreshold": each} for each in ODD if type(each) not in (int, float)),
        {"accuracyThreshold": 0.9, "minimums": [0.9]},
        {"accuracyThreshold": 0.9, "minimums": {"recall": "0.9"}},
    ],
    ids=repr,
)
def test_gatekeeper_refuses_a_constraint_that_is_no_policy(parameters: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"accuracyThreshold|minimums"):
        denials(rego_template(), [constraint("c", "demo-cicd", parameters), GOOD], tmp_path)


@pytest.mark.parametrize("template", ENGINES)
@pytest.mark.parametrize(
    "parameters",
    [{"accuracyThreshold": each} for each in (0, -1, 80, 1.5, 0.12345678901)]
    + [{"accuracyThreshold": 0.9, "minimums": {"beauty": 0.1}}, {"accuracyThreshold": 0.9, "minimums": {"recall": 2}}],
    ids=repr,
)
def test_a_constraint_that_asks_for_nonsense_denies(
    template: Template, parameters: dict[str, Any], tmp_path: Path
) -> None:
    assert denials(template(), [constraint("c", "demo-cicd", parameters), GOOD], tmp_path)
