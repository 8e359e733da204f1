"""What may be a prefix, and what is proposed instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgate import prefixes
from mlgate.errors import UsageError


@pytest.mark.parametrize("prefix", ["a", "fraud-demo", "a1", "a--b", "x" * prefixes.MAX_LENGTH, "kubernetes", "cicd"])
def test_accepted(prefix: str) -> None:
    assert prefixes.check(prefix) == prefix


@pytest.mark.parametrize(
    ("prefix", "reason", "proposal"),
    [
        pytest.param("", "is empty", "fraud-demo", id="empty"),
        pytest.param("Fraud", "has uppercase letters", "fraud", id="uppercase"),
        pytest.param("my_team", "not a DNS label", "my-team", id="underscore"),
        pytest.param("7team", "not a DNS label", "team", id="digit-first"),
        pytest.param("team-", "not a DNS label", "team", id="hyphen-last"),
        pytest.param("team\n", "not a DNS label", "team", id="line-break"),
        pytest.param("../../etc", "not a DNS label", "etc", id="path"),
        pytest.param("bücher", "not a DNS label", "b-cher", id="umlaut"),
        pytest.param("٣", "not a DNS label", "fraud-demo", id="arabic-digit"),
        pytest.param("x" * 49, "would have 64 characters, the limit is 63", "x" * 48, id="one-too-long"),
        pytest.param("kube-x", "belongs to the platform", "my-kube-x", id="kube"),
        pytest.param("openshift", "belongs to the platform", "my-openshift", id="openshift"),
        pytest.param("default", "belongs to the platform", "my-default", id="default"),
    ],
)
def test_refused_with_reason_and_proposal(prefix: str, reason: str, proposal: str) -> None:
    with pytest.raises(UsageError, match=reason) as caught:
        prefixes.check(prefix)
    assert caught.value.fix == f"for example: --prefix {proposal}"


@given(st.text(max_size=300))
def test_a_proposal_can_be_used(text: str) -> None:
    assert prefixes.check(prefixes.suggestion(text))


@pytest.mark.parametrize(
    ("prefix", "others", "expected"),
    [
        pytest.param("team", ["team-dev"], "team-dev", id="owns-the-other"),
        pytest.param("team-cicd", ["team"], "team", id="is-owned"),
        pytest.param("team-stage", ["a", "team"], "team", id="not-the-first"),
        pytest.param("team", ["team2", "team-x", "team-dev-x"], "", id="alike"),
        pytest.param("team", [], "", id="alone"),
    ],
)
def test_clash(prefix: str, others: list[str], expected: str) -> None:
    assert prefixes.clash(prefix, others) == expected
