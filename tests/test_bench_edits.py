"""The bench of edits tells a sequence that breaks the property, and goes on after one that cannot run."""

from collections.abc import Callable
from pathlib import Path

import pytest

from test_bench import load


def _raises(error: Exception) -> Callable[..., None]:
    def run(*_: object) -> None:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "told"), [(AssertionError("a != b"), "other words: a != b"), (OSError("gone"), "OSError: gone")]
)
def test_what_a_sequence_breaks_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    bench = load("edits")
    (tmp_path / "a.yaml").write_text("a: 1\n")
    monkeypatch.setattr(bench.edits, "test_warm_says_what_cold_says", _raises(error))
    assert bench.wrong(tmp_path, 0) == told


def test_a_sequence_that_breaks_nothing_tells_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = load("edits")
    monkeypatch.setattr(bench.edits, "test_warm_says_what_cold_says", lambda *_: None)
    assert bench.wrong(tmp_path, 0) == ""
