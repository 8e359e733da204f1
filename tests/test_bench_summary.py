"""The summary of the benches calls nothing held that was missed or not measured."""

from test_bench import load

summary = load("summary")
measured = summary.measured
GOOD = {name: [measured.Number("a", "1", "1", "-", True)] for name in summary.PROGRAMS}


def test_all_is_held_when_every_program_says_so() -> None:
    assert summary.held(GOOD)
    assert "| 11 | a | 1 | 1 | - | yes |" in summary.table(GOOD)


def test_a_missed_goal_is_not_held() -> None:
    found = GOOD | {"edits": [measured.Number("b", "0", "3", "-", False)]}
    assert not summary.held(found)
    assert "| 12 | b | 0 | 3 | - | NO |" in summary.table(found)


def test_a_program_that_told_nothing_is_not_held() -> None:
    found = GOOD | {"fuzz": []}
    assert not summary.held(found)
    assert "| 12 | fuzz | | not measured | | NO |" in summary.table(found)


def test_a_smoke_test_is_no_failure_and_no_proof() -> None:
    found = {name: measured.number(numbers, quick=True) for name, numbers in GOOD.items()}
    assert summary.held(found)
    assert not any(line.endswith("| yes |") for line in summary.table(found))
