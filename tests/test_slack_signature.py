"""The signature of a request: each fault has its own answer, and only Slack's own request has none."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgate.slack import signature
from slack_requests import NOW, SECRET, body, signed

STAMP, SIGNED, BODY = signed(body())


def test_the_example_of_slacks_documentation() -> None:
    """Timestamp, body and signature that Slack publishes for checking an implementation."""
    text = (
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&"
        "channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&"
        "response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&"
        "trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert signature.sign(SECRET, "1531420618", text.encode()) == expected


def test_slacks_own_request_is_accepted() -> None:
    assert signature.check(SECRET, STAMP, SIGNED, BODY, NOW) is None


@pytest.mark.parametrize(
    ("at", "accepted"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)], ids=str
)
def test_the_window_is_five_minutes_each_way(at: int, accepted: bool) -> None:
    stamp, seal, content = signed(BODY, NOW + at)
    assert (signature.check(SECRET, stamp, seal, content, NOW) is None) is accepted


OTHER_CASE = "v0=" + SIGNED[3:].upper()


@pytest.mark.parametrize(
    ("stamp", "seal", "content", "status", "words"),
    [
        pytest.param(None, SIGNED, BODY, 401, "is not signed", id="no-timestamp"),
        pytest.param(STAMP, None, BODY, 401, "is not signed", id="no-signature"),
        pytest.param("", SIGNED, BODY, 401, "not a number", id="empty-timestamp"),
        pytest.param("soon", SIGNED, BODY, 401, "not a number", id="word"),
        pytest.param(f"{STAMP}.0", SIGNED, BODY, 401, "not a number", id="fraction"),
        pytest.param(f" {STAMP}", SIGNED, BODY, 401, "not a number", id="space"),
        pytest.param(f"-{STAMP}", SIGNED, BODY, 401, "not a number", id="negative"),
        pytest.param("9" * 400, SIGNED, BODY, 401, "not a number", id="huge"),
        pytest.param("nan", SIGNED, BODY, 401, "not a number", id="nan"),
        pytest.param("\u0661" * 10, SIGNED, BODY, 401, "not a number", id="other-digits"),
        pytest.param("0", SIGNED, BODY, 401, "too far", id="epoch"),
        pytest.param(str(NOW + 1), SIGNED, BODY, 401, "is wrong", id="other-timestamp"),
        pytest.param(STAMP, "", BODY, 401, "version v0", id="empty"),
        pytest.param(STAMP, SIGNED[3:], BODY, 401, "version v0", id="no-version"),
        pytest.param(STAMP, f"v1={SIGNED[3:]}", BODY, 401, "version v0", id="other-version"),
        pytest.param(STAMP, SIGNED[:-1], BODY, 401, "version v0", id="short"),
        pytest.param(STAMP, f"{SIGNED}\n", BODY, 401, "version v0", id="line-break"),
        pytest.param(STAMP, OTHER_CASE, BODY, 401, "version v0", id="upper-case"),
        pytest.param(STAMP, "v0=" + "é" * 64, BODY, 401, "version v0", id="not-ascii"),
        pytest.param(STAMP, "v0=" + "0" * 64, BODY, 401, "is wrong", id="zeros"),
        pytest.param(STAMP, signed(BODY, secret=b"other")[1], BODY, 401, "is wrong", id="other-secret"),
        pytest.param(STAMP, SIGNED, BODY + b"&x=1", 401, "is wrong", id="longer-body"),
        pytest.param(STAMP, SIGNED, b"", 401, "is wrong", id="empty-body"),
        pytest.param(STAMP, SIGNED, b"x" * (signature.LARGEST + 1), 413, "too large", id="large"),
    ],
)
def test_each_fault_has_its_own_answer(
    stamp: str | None, seal: str | None, content: bytes, status: int, words: str
) -> None:
    refused = signature.check(SECRET, stamp, seal, content, NOW)
    assert refused is not None
    assert refused.status == status
    assert words in refused.text


def test_an_empty_secret_signs_nothing() -> None:
    refused = signature.check(b"", *signed(BODY, secret=b""), NOW)
    assert refused is not None
    assert refused.status == 503


def test_the_comparison_takes_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []
    compare = hmac.compare_digest

    def noted(one: str, other: str) -> bool:
        asked.append((one, other))
        return compare(one, other)

    monkeypatch.setattr("mlgate.slack.signature.hmac.compare_digest", noted)
    signature.check(SECRET, STAMP, SIGNED, BODY, NOW)
    assert asked == [(SIGNED, SIGNED)]


@given(st.text() | st.none(), st.text() | st.none(), st.binary(max_size=200))
def test_nothing_else_is_accepted(stamp: str | None, seal: str | None, content: bytes) -> None:
    assert signature.check(SECRET, stamp, seal, content, NOW) is not None


def test_a_signature_is_accepted_once_and_forgotten_when_it_is_too_old_anyway() -> None:
    seen = signature.Seen()
    assert [seen.first("a", NOW), seen.first("b", NOW), seen.first("a", NOW + 600)] == [True, True, False]
    assert seen.first("c", NOW + 601)
    assert len(seen._until) == 1
