"""Whatever a detector finds in a file, the look at its text lets through; and it lets little else through."""

import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlgate.checks import secret_hints, secrets
from test_checks_secrets import PLANTED, word

FRAMES = (
    "{}\n",
    "value: {}\n",
    'value: "{}"\n',
    "list:\n- {}\n",
    "a: [b, '{}']\n",
    "{{a: {}, b: c}}\n",
    "script: |\n  run {}\n  end\n",
    "text: >-\n  run\n  {}\n",
    "a: b  # {}\n",
    "[section]\nkey = {}\n",
    "secrets: plain\nvalue: {}\n",
    "a: 'one\n  secrets: plain\n  {}'\n",
)
TIME = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@cache
def detectors() -> dict[str, list[re.Pattern[str]]]:
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    classes: Any = get_mapping_from_secret_type_to_class().values()
    return {each.__name__: list(getattr(each, "denylist", ())) for each in classes}


def formats() -> Iterator[tuple[str, re.Pattern[str]]]:
    for name in secrets._FORMATS:
        yield from ((name, pattern) for pattern in detectors()[f"{name}Detector"])


def said(tmp: Path, text: str, suffix: str) -> tuple[tuple[str, int, str | None], ...]:
    """What the detectors say of a file, without any look before."""
    file = tmp / f"a{suffix}"
    file.write_text(text)
    key = (suffix, text.encode())
    secrets._SEEN.pop(key, None)
    secrets._look({key: file})
    return secrets._SEEN.pop(key)


def passes(text: str, suffix: str) -> bool:
    return secret_hints.may_hold(text.encode(), is_yaml=suffix in (".yaml", ".yml"))


@pytest.mark.parametrize("suffix", [".yaml", ".env", ".json"])
@pytest.mark.parametrize("number", range(len(FRAMES)))
@TIME
@given(data=st.data())
def test_what_a_detector_finds_is_let_through(
    tmp_path_factory: pytest.TempPathFactory, number: int, suffix: str, data: st.DataObject
) -> None:
    _, pattern = data.draw(st.sampled_from(list(formats())))
    text = FRAMES[number].format(data.draw(st.from_regex(pattern)))
    if not passes(text, suffix):
        assert said(tmp_path_factory.getbasetemp(), text, suffix) == (), text


def test_the_least_irregular_text_that_counts_is_let_through(tmp_path: Path) -> None:
    text = f"value: {string.ascii_lowercase[:23]}\n"
    assert said(tmp_path, text, ".yaml")
    assert passes(text, ".yaml")


KEYS = ("api_key", "dbpass", "password", "passwd", "pwd", "secret", "secretName", "secrets", "contrasena", "token")
GLUE = (": ", ":", " = ", "='", ': "', "\n  ", "\n", '"', "'", " ", "- ", "{", "}", ", ", "  # ", "|\n  ", ">\n  ", "[")
PIECE = st.one_of(
    st.sampled_from((*KEYS, *GLUE, "plain", "external-name", *PLANTED.values())),
    st.text(string.ascii_letters + string.digits + "+/_-=.", min_size=1, max_size=40),
)


@pytest.mark.parametrize("suffix", [".yaml", ".ini"])
@settings(TIME, max_examples=500)
@given(pieces=st.lists(PIECE, max_size=14))
def test_lines_of_every_shape(tmp_path_factory: pytest.TempPathFactory, suffix: str, pieces: list[str]) -> None:
    text = "".join(pieces)
    if not passes(text, suffix):
        assert said(tmp_path_factory.getbasetemp(), text, suffix) == (), text


@pytest.mark.parametrize("kind", PLANTED)
def test_the_planted_ones_are_let_through(kind: str) -> None:
    assert passes(f"value: {PLANTED[kind]}\n", ".yaml")


@pytest.mark.parametrize(
    "text",
    [
        f"value: {word(40)}\n",
        "password: hunter\n",
        "value: b\N{LATIN SMALL LETTER E WITH ACUTE}\n",
        'a: "\\x61"\n',
        "a: !!binary YWJj\n",
        "a: |\n  secrets: plain\n",
    ],
)
def test_what_is_not_plain_is_let_through(text: str) -> None:
    assert passes(text, ".yaml")


@pytest.mark.parametrize("text", ["secrets: plain  # or external\n", "- secretName: webhook\n", "a: b\n", ""])
def test_what_only_names_a_secret_need_not_be_looked_at(text: str) -> None:
    assert not passes(text, ".yaml")
    assert passes(text, ".txt") == ("secret" in text)


def test_every_detector_that_is_used_is_held_against_the_look() -> None:
    found = {name for name, _ in formats()}
    assert found == set(secrets._FORMATS) - {"Keyword"}
