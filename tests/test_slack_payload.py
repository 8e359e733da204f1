"""What a click says: three checked values and nothing else."""

import json
import urllib.parse
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_oracle import DIGEST
from mlgate.slack.answer import Answer
from mlgate.slack.payload import Click, parse
from slack_requests import VALUE, body, payload

GOOD = Click(prefix="demo", digest=DIGEST, commit="0f" * 20)


def form(**fields: str) -> bytes:
    return urllib.parse.urlencode(fields).encode()


def value(**changed: Any) -> bytes:
    return body(payload(json.dumps({**VALUE, **changed})))


def action(**changed: Any) -> bytes:
    return body(payload(actions=[{**payload()["actions"][0], **changed}]))


def test_a_click_is_three_values() -> None:
    assert parse(body()) == GOOD


@pytest.mark.parametrize("name", ["repo-url", "template", "response_url", "namespace", "pipeline", "image"])
def test_whatever_else_the_payload_names_is_not_used(name: str) -> None:
    """The known demo's defect 7: the callback named the address of the template to deploy."""
    assert parse(body(payload(**{name: "https://attacker.example.com"}))) == GOOD


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "not one payload", id="empty"),
        pytest.param(b"\xff=1", "not a form", id="bytes"),
        pytest.param(b"payload", "not a form", id="no-value"),
        pytest.param(b"&".join([b"a=1"] * 9), "not a form", id="many-fields"),
        pytest.param(form(other="{}"), "not one payload", id="other-field"),
        pytest.param(form(payload="{}", more="1"), "not one payload", id="two-fields"),
        pytest.param(form(payload="{}") + b"&payload=%7B%7D", "not one payload", id="twice"),
        pytest.param(form(payload=""), "not one JSON object", id="empty-payload"),
        pytest.param(form(payload="[]"), "not one JSON object", id="list"),
        pytest.param(form(payload="[" * 10_000), "not one JSON object", id="deep"),
        pytest.param(form(payload='{"type": NaN}'), "not one JSON object", id="nan"),
        pytest.param(form(payload='{"type": 1, "type": 2}'), "not one JSON object", id="key-twice"),
        pytest.param(body(payload(type="view_submission")), "not one block action", id="other-type"),
        pytest.param(body(payload(actions=[])), "not one block action", id="no-action"),
        pytest.param(body(payload(actions={})), "not one block action", id="no-list"),
        pytest.param(body(payload(actions=payload()["actions"] * 2)), "not one block action", id="two-actions"),
        pytest.param(body(payload(actions=["x"])), "not promote-to-stage", id="no-object"),
        pytest.param(action(action_id="promote-to-production"), "not promote-to-stage", id="other-action"),
        pytest.param(action(value=VALUE), "not prefix, digest and commit", id="value-object"),
        pytest.param(action(value="x" * 2001), "not prefix, digest and commit", id="value-long"),
        pytest.param(action(value="{}"), "not prefix, digest and commit", id="value-empty"),
        pytest.param(value(template="https://x"), "not prefix, digest and commit", id="fourth-key"),
        pytest.param(value(commit=1), "not prefix, digest and commit", id="number"),
        pytest.param(value(prefix="Demo"), "prefix is none", id="prefix-case"),
        pytest.param(value(prefix="../x"), "prefix is none", id="prefix-path"),
        pytest.param(value(prefix="kube-system"), "prefix is none", id="prefix-reserved"),
        pytest.param(value(prefix="a" * 100), "prefix is none", id="prefix-long"),
        pytest.param(value(digest="latest"), "digest is none", id="digest-tag"),
        pytest.param(value(digest=DIGEST + "\n"), "digest is none", id="digest-line-break"),
        pytest.param(value(digest="sha256:" + "AB" * 32), "digest is none", id="digest-case"),
        pytest.param(value(commit=""), "commit is none", id="commit-empty"),
        pytest.param(value(commit="main"), "commit is none", id="commit-branch"),
        pytest.param(value(commit="--upload-pack=x"), "commit is none", id="commit-option"),
        pytest.param(value(commit="0f" * 20 + ";"), "commit is none", id="commit-more"),
    ],
)
def test_each_fault_has_its_own_answer(content: bytes, words: str) -> None:
    found = parse(content)
    assert isinstance(found, Answer)
    assert found.status == 400
    assert words in found.text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    max_leaves=8,
)


@given(
    st.binary(max_size=300)
    | JSON.map(lambda x: body([x]))
    | JSON.map(lambda x: action(value=x))
    | JSON.map(lambda x: value(commit=x))
)
def test_it_is_total(content: bytes) -> None:
    found = parse(content)
    assert isinstance(found, Answer)
    assert found.status == 400
