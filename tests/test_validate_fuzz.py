"""Whatever stands in a repository, validate answers: no traceback, no endless run, an exit code that is documented.

A few inputs here; ``python bench/fuzz.py`` goes on for an hour.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "bench"))

import bounded
import fuzz

import fuzz_inputs


def raised() -> int:
    raise ValueError("a defect")


def busy() -> int:
    while True:
        pass


def busy_child() -> int:
    return subprocess.run([sys.executable, "-c", "while True: pass"], check=False).returncode


def asleep() -> int:
    time.sleep(600)
    return 0


def said() -> int:
    print("{}")
    return 0


def test_the_tree_that_is_broken_is_sound_before() -> None:
    answer = fuzz.foreign({name: seed.encode() for name, seed in fuzz_inputs.SEEDS.items()})
    assert answer.code in {0, 1}
    assert "Deployment/app/web" in answer.said, "the seeds no longer render"
    assert "Pipeline/plain/pipeline" in answer.said


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (raised, "traceback: ValueError: a defect"),
        (busy, "exit code -"),
        (lambda: 5, "exit code 5"),
        (lambda: 0, "JSON"),
    ],
    ids=["traceback", "busy", "code", "report"],
)
def test_what_must_not_be_is_seen(call: Callable[[], int], words: str) -> None:
    assert words in fuzz.wrong_with(bounded.ask(call, 1, 60))


def test_a_run_that_only_waits_is_ended() -> None:
    answer = bounded.ask(asleep, 1, 1)
    assert answer.late
    assert "no end" in fuzz.wrong_with(answer)


def test_the_time_of_what_a_run_starts_counts() -> None:
    assert bounded.ask(busy_child, 1, 60).cpu_s > 1


def test_a_sound_answer_is_no_failure() -> None:
    assert not fuzz.wrong_with(bounded.ask(said, 5, 60))


def test_no_repository_breaks_validate() -> None:
    counts = fuzz.run(0, 2, 0)
    assert {name: count.failures for name, count in counts.items() if count.failures} == {}
    assert all(sum(count.codes.values()) for count in counts.values())
