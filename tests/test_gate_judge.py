"""The gate denies everything that it does not understand, and agrees with an independent oracle."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from gate_oracle import DIGEST, ODD, allowed, counts, pairs, report
from mlgate.errors import ToolFailed
from mlgate.gate.judge import ACCURACY_RULE, Case, judge, judge_all, judge_release
from mlgate.process import Tool

POLICY = Path(__file__).parents[1] / "policy"
GOOD = report(0.976, counts(244, 250))


def constraint(threshold: Any, **more: Any) -> dict[str, Any]:
    return {"spec": {"parameters": {"accuracyThreshold": threshold, **more}}}


def disagreements(policy: Path, number: int) -> int:
    drawn = list(pairs(2020, number))
    cases = [Case(report(a, counts(k, n)), {"accuracyThreshold": t}) for a, t, k, n in drawn]
    verdicts = judge_all(policy, ACCURACY_RULE, cases)
    expected = [allowed(*pair) for pair in drawn]
    assert any(expected)
    assert not all(expected)
    return sum(verdict.allowed != want for verdict, want in zip(verdicts, expected, strict=True))


def test_ten_thousand_pairs_agree_with_the_oracle() -> None:
    assert disagreements(POLICY, 10_000) == 0


@pytest.mark.parametrize(
    ("guard", "without"),
    [
        pytest.param("not correct * _scale >= ", "not correct * _scale > ", id="threshold-itself-is-enough"),
        pytest.param("abs((report.spec.accuracy * total) - correct) > total / _scale", "false", id="counts-decide"),
        pytest.param("_accuracy_form(report) | ", "", id="accuracy-type"),
        pytest.param("not is_number(parameters.accuracyThreshold)", "false", id="threshold-type"),
        pytest.param("not _nine_decimals(parameters.accuracyThreshold)", "false", id="nine-decimals"),
    ],
)
def test_the_oracle_sees_a_guard_that_is_gone(guard: str, without: str, tmp_path: Path) -> None:
    broken = shutil.copytree(POLICY, tmp_path / "policy")
    rule = broken / "lib" / "accuracy.rego"
    assert guard in rule.read_text()
    rule.write_text(rule.read_text().replace(guard, without))
    assert disagreements(broken, 2_000) > 0


@pytest.mark.parametrize(
    "accuracy", [*ODD, math.nan, math.inf, -math.inf, 10**400, -(10**400)], ids=lambda v: repr(v)[:20]
)
def test_an_accuracy_that_is_no_fraction_is_denied(accuracy: Any) -> None:
    assert not judge(POLICY, report(accuracy, counts(244, 250)), constraint(0.9)).allowed


@pytest.mark.parametrize("threshold", [*ODD, 0, math.nan], ids=repr)
def test_a_threshold_that_is_no_fraction_denies(threshold: Any) -> None:
    assert not judge(POLICY, report(1.0, counts(250, 250)), constraint(threshold)).allowed


@pytest.mark.parametrize("field", ["accuracy", "counts", "modelName", "image", "evidence"])
def test_a_missing_field_is_denied_by_name(field: str) -> None:
    spec = {key: value for key, value in GOOD["spec"].items() if key != field}
    verdict = judge(POLICY, {**GOOD, "spec": spec}, constraint(0.9))
    assert any(f"spec.{field}" in reason for reason in verdict.reasons)


@pytest.mark.parametrize("subject", [{}, {"spec": None}, {"spec": []}, {"spec": "good"}], ids=repr)
def test_an_object_without_a_report_is_denied(subject: dict[str, Any]) -> None:
    assert not judge(POLICY, subject, constraint(0.9)).allowed


def test_a_good_report_is_allowed() -> None:
    assert judge(POLICY, GOOD, constraint(0.976)).reasons == ()


def test_accuracy_that_rounds_up_to_100_percent_is_not_100_percent() -> None:
    nearly = report(0.99995, counts(19_999, 20_000))
    assert not judge(POLICY, nearly, constraint(1.0)).allowed
    assert judge(POLICY, nearly, constraint(0.9999)).allowed


def test_a_boast_over_bad_counts_is_denied() -> None:
    verdict = judge(POLICY, report(1.0, counts(200, 250)), constraint(1.0))
    assert verdict.reasons == (
        "MA001 ModelAccuracy fraud: spec.accuracy 1 disagrees with its counts: 200 of 250 are correct",
    )


@pytest.mark.parametrize("floor", ["recall", "precision", "averagePrecision", "accuracyLowerBound"])
def test_a_further_floor_is_held(floor: str) -> None:
    scored = report(0.976, counts(244, 250), metrics={"averagePrecision": 0.96})
    assert judge(POLICY, scored, constraint(0.9, minimums={floor: 0.9})).allowed
    assert not judge(POLICY, scored, constraint(0.9, minimums={floor: 0.999})).allowed


@pytest.mark.parametrize("fraud_is_rare", [True, False])
def test_always_saying_what_most_are_is_denied_by_any_gain(fraud_is_rare: bool) -> None:
    right, wrong = ("trueNegative", "falseNegative") if fraud_is_rare else ("truePositive", "falsePositive")
    never = dict.fromkeys(counts(0, 0), 0) | {right: 71_079, wrong: 123}
    scored = report(71_079 / 71_202, never)
    assert judge(POLICY, scored, constraint(0.998)).allowed
    assert not judge(POLICY, scored, constraint(0.998, minimums={"gain": 1e-9})).allowed


def test_a_floor_on_a_metric_that_is_missing_denies() -> None:
    assert not judge(POLICY, GOOD, constraint(0.9, minimums={"averagePrecision": 0.1})).allowed


def test_rules_that_are_not_there_are_an_error_and_no_pass(tmp_path: Path) -> None:
    (tmp_path / "other.rego").write_text("package other\n\nviolation contains 1 if false\n")
    with pytest.raises(ToolFailed):
        judge(tmp_path, GOOD, constraint(0.9))


def _deployment(image: str) -> dict[str, Any]:
    pod = {"spec": {"containers": [{"name": "model", "image": image}]}}
    return {
        "kind": "SeldonDeployment",
        "metadata": {"name": "fraud", "namespace": "demo-cicd"},
        "spec": {"predictors": [{"name": "p", "componentSpecs": [pod]}]},
    }


def test_a_deployment_needs_a_passing_report_for_its_digest() -> None:
    image = f"registry.example.com/fraud@{DIGEST}"
    other = f"registry.example.com/fraud@sha256:{'cd' * 32}"
    assert judge_release(POLICY, _deployment(image), [GOOD], constraint(0.97)).allowed
    assert not judge_release(POLICY, _deployment(image), [GOOD], constraint(0.98)).allowed
    assert not judge_release(POLICY, _deployment(image), [], constraint(0.97)).allowed
    assert not judge_release(POLICY, _deployment(other), [GOOD], constraint(0.97)).allowed
    assert not judge_release(POLICY, _deployment("registry.example.com/fraud:1"), [GOOD], constraint(0.97)).allowed


def test_the_rules_own_tests_pass_and_are_not_none() -> None:
    done = Tool("conftest").run(["verify", "--policy", str(POLICY), "--output", "json"])
    answers = json.loads(done.stdout)
    assert sum(answer.get("successes") or 0 for answer in answers) >= 18
    assert not any(answer.get("failures") for answer in answers)


def test_generated_templates_are_current() -> None:
    from mlgate.gate.template import templates

    for path, text in templates(POLICY).items():
        assert path.read_text() == text, f"{path.name} is stale; run: mlgate generate"
        assert (
            yaml.safe_load(text)["metadata"]["name"]
            == yaml.safe_load(text)["spec"]["crd"]["spec"]["names"]["kind"].lower()
        )


def test_a_constraint_that_only_warns_does_not_soften_the_gate() -> None:
    lenient = {"spec": {"enforcementAction": "dryrun", "parameters": {"accuracyThreshold": 0.99}}}
    assert not judge(POLICY, GOOD, lenient).allowed
