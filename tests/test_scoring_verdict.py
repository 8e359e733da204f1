"""Equal verdicts are equal bytes, and a dead letter says where it comes from."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgate.scoring.transaction import Poison, Reason, Transaction
from mlgate.scoring.verdict import Origin, Record, dead_letter, verdict

DIGEST = "sha256:" + "a" * 64
ROW = Transaction("t1", (0.5,))


def said(fraud: float, threshold: float = 0.5, event_ms: int = 1_700_000_000_123) -> Record:
    return verdict(ROW, fraud, model=DIGEST, threshold=threshold, event_ms=event_ms)


def test_it_holds_what_is_promised() -> None:
    record = said(0.75)
    assert record.key == b"t1"
    assert json.loads(record.value or b"") == {
        "id": "t1",
        "probability": 0.75,
        "verdict": "fraud",
        "model": DIGEST,
        "eventTime": "2023-11-14T22:13:20.123Z",
    }


@pytest.mark.parametrize(
    ("fraud", "word"), [(0.5, "legitimate"), (0.500001, "fraud"), (0.0, "legitimate"), (1.0, "fraud")]
)
def test_fraud_is_above_the_threshold(fraud: float, word: str) -> None:
    assert json.loads(said(fraud).value or b"")["verdict"] == word


def test_the_last_bits_of_a_sum_make_no_other_verdict() -> None:
    assert said(0.1 + 0.2) == said(0.3)


@given(st.floats(0, 1), st.integers(-1, 2**62))
def test_equal_arguments_give_equal_bytes_for_any_time(fraud: float, event_ms: int) -> None:
    assert said(fraud, event_ms=event_ms) == said(fraud, event_ms=event_ms)
    assert json.loads(said(fraud, event_ms=event_ms).value or b"")["probability"] == round(fraud, 9)


def test_a_dead_letter_is_the_message_with_its_reason_and_place() -> None:
    record = dead_letter(b"k", b"{", Poison(Reason.NOT_JSON, "why"), Origin("transactions", 2, 41, 0), 10)
    assert (record.key, record.value) == (b"k", b"{")
    assert dict(record.headers) == {
        "mlgate.reason": b"not-json",
        "mlgate.detail": b"why",
        "mlgate.origin.topic": b"transactions",
        "mlgate.origin.partition": b"2",
        "mlgate.origin.offset": b"41",
        "mlgate.truncated": b"false",
    }


@pytest.mark.parametrize(("key", "value"), [(b"k" * 5000, b"v"), (None, b"v" * 11)], ids=["key", "value"])
def test_what_is_too_large_is_cut_and_says_so(key: bytes | None, value: bytes) -> None:
    record = dead_letter(key, value, Poison(Reason.TOO_LARGE, ""), Origin("t", 0, 0, 0), 10)
    assert dict(record.headers)["mlgate.truncated"] == b"true"
    assert len(record.key or b"") <= 1024
    assert len(record.value or b"") <= 10
