"""A constraint or twin that is rendered and denies, and yet leaves something unjudged, is found."""

import copy
from typing import Any

import pytest
import yaml

import checkouts
from mlgate.checks import narrowed
from mlgate.gate.template import RULES

ACCURACY, RELEASE = RULES
FILES = {ACCURACY.kind: "model-accuracy", RELEASE.kind: "model-release"}


def spec(rule: Any) -> dict[str, Any]:
    text = (checkouts.ROOT / "base" / "policy" / f"{FILES[rule.kind]}.yaml").read_text()
    found: dict[str, Any] = yaml.safe_load(text.replace("PREFIX", "alpha"))["spec"]
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_the_constraints_of_this_repository_judge_everything(rule: Any) -> None:
    assert narrowed.constraint(spec(rule), rule, "alpha") == ""
    wider = spec(rule)
    wider["match"]["namespaces"].append("another")
    assert narrowed.constraint(wider, rule, "alpha") == ""
    del wider["match"]["namespaces"]
    assert narrowed.constraint(wider, rule, "alpha") == ""
    assert narrowed.constraint({}, rule, "alpha") == ""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_a_namespace_or_kind_that_is_left_out_is_named(rule: Any) -> None:
    less = spec(rule)
    less["match"]["namespaces"].remove("alpha-dev")
    assert "alpha-dev" in narrowed.constraint(less, rule, "alpha")
    less = spec(rule)
    del less["match"]["kinds"][0]
    assert rule.judged[-1] in narrowed.constraint(less, rule, "alpha")


@pytest.mark.parametrize("key", ["excludedNamespaces", "labelSelector", "namespaceSelector", "name", "scope", "source"])
def test_any_further_condition_is_refused(key: str) -> None:
    more = copy.deepcopy(spec(ACCURACY))
    more["match"][key] = ["*"]
    assert key in narrowed.constraint(more, ACCURACY, "alpha")


def test_a_twin_that_admits_is_found() -> None:
    policy = {"kind": "ValidatingAdmissionPolicy", "spec": {"failurePolicy": "Fail"}}
    binding = {
        "kind": "ValidatingAdmissionPolicyBinding",
        "spec": {"validationActions": ["Deny"], "paramRef": {"parameterNotFoundAction": "Deny"}},
    }
    assert narrowed.twin(policy) == narrowed.twin(binding) == narrowed.twin({"kind": "ConfigMap"}) == ""
    assert "Ignore" in narrowed.twin({**policy, "spec": {"failurePolicy": "Ignore"}})
    assert "validationActions" in narrowed.twin({**binding, "spec": {"validationActions": ["Audit"]}})
    assert "parameterNotFoundAction" in narrowed.twin(
        {**binding, "spec": {"validationActions": ["Deny"], "paramRef": {"parameterNotFoundAction": "Allow"}}}
    )
