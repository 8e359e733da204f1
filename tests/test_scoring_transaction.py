"""Any bytes are a transaction or poison with a reason."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kafka_messages import GOOD
from mlgate.scoring.transaction import ID_LIMIT, Poison, Reason, Transaction, parse

NAMES = ("V14", "Amount")
LIMIT = 10_000


def read(value: object, key: bytes | None = None) -> Transaction | Poison:
    return parse(json.dumps(value).encode(), key, NAMES, LIMIT)


def test_values_stand_in_the_models_order() -> None:
    assert read({**GOOD, "V14": 1, "Amount": -2.5}) == Transaction("good", (1.0, -2.5))


@pytest.mark.parametrize(
    ("given_id", "key", "found"),
    [("a", b"k", "a"), (7, None, "7"), (-7, None, "-7"), (None, b"k", "k"), (None, "ü".encode(), "ü")],
)
def test_the_id_is_the_field_or_else_the_key(given_id: object, key: bytes | None, found: str) -> None:
    read_one = read({**GOOD, "id": given_id}, key)
    assert isinstance(read_one, Transaction)
    assert read_one.id == found


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": ""}, Reason.NO_ID),
        ({"id": None}, Reason.NO_ID),
        ({"id": True}, Reason.NO_ID),
        ({"id": 1.5}, Reason.NO_ID),
        ({"id": 2**63}, Reason.NO_ID),
        ({"id": "a\nb"}, Reason.NO_ID),
        ({"id": "\ud800"}, Reason.NO_ID),
        ({"id": "x" * (ID_LIMIT + 1)}, Reason.NO_ID),
        ({"V14": None}, Reason.NOT_A_NUMBER),
        ({"V14": True}, Reason.NOT_A_NUMBER),
        ({"V14": "1"}, Reason.NOT_A_NUMBER),
        ({"V14": [1]}, Reason.NOT_A_NUMBER),
        ({"V14": math.nan}, Reason.NOT_FINITE),
        ({"V14": math.inf}, Reason.NOT_FINITE),
        ({"V14": -(10**400)}, Reason.NOT_FINITE),
        ({"V14": 1e39}, Reason.NOT_FINITE),
        ({"note": "x" * LIMIT}, Reason.TOO_LARGE),
    ],
    ids=lambda each: str(each)[:40],
)
def test_one_wrong_field_is_named_by_its_reason(change: dict[str, object], reason: Reason) -> None:
    found = read({**GOOD, **change})
    assert isinstance(found, Poison)
    assert found.reason is reason


def test_a_number_of_thousands_of_digits_is_no_json_that_anyone_reads() -> None:
    text = json.dumps(GOOD).replace('"V14": 0.5', '"V14": 1' + "0" * 6000)
    assert isinstance(parse(text.encode(), None, NAMES, LIMIT), Poison)


def test_a_field_that_stands_twice_is_refused() -> None:
    text = json.dumps(GOOD)[:-1] + ', "V14": 3}'
    assert parse(text.encode(), None, NAMES, LIMIT) == Poison(Reason.NOT_JSON, "a field stands twice")


def test_a_key_that_is_no_text_is_no_id() -> None:
    found = read({**GOOD, "id": None}, b"\xff")
    assert isinstance(found, Poison)
    assert found.reason is Reason.NO_ID


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", *NAMES, "x"]), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(
    st.none() | st.binary(max_size=60) | VALUES.map(lambda value: json.dumps(value).encode()), st.none() | st.binary()
)
def test_any_bytes_have_an_answer(value: bytes | None, key: bytes | None) -> None:
    found = parse(value, key, NAMES, LIMIT)
    if isinstance(found, Transaction):
        assert all(map(math.isfinite, found.values))
        assert 0 < len(found.id.encode()) <= 4 * ID_LIMIT
    else:
        assert "\n" not in found.detail
        assert len(found.detail) <= 200
