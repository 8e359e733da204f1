"""A plain folder's YAML is refused when it hides something or grows without bound, and read otherwise."""

import pytest
import yaml

from mlgate.checks.argo import strict

BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
REFUSED = [
    pytest.param("a: 1\na: 2\n", "twice", id="key-twice"),
    pytest.param("x: {y: [{a: 1, a: 1}]}\n", "twice", id="key-twice-deep"),
    pytest.param("a: &a\n  b: *a\n", "inside its own anchor", id="alias-of-itself"),
    pytest.param(BOMB, "without bound", id="bomb"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_what_hides_or_grows_is_refused(text: str, words: str) -> None:
    with pytest.raises(yaml.YAMLError, match=words):
        list(strict.load_all(text))


def test_documents_are_read_as_safe_load_reads_them() -> None:
    text = "a: &a {b: 1}\nc: *a\n---\n- 2026-01-01\n---\n{x: {a: 1}, y: {a: 1}}\n"
    assert list(strict.load_all(text)) == list(yaml.safe_load_all(text))
