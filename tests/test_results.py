"""Only a run that checked something and found nothing passes."""

import pytest

from mlgate.results import Result, Status, passed


def _results(*statuses: Status) -> list[Result]:
    return [Result(code="MG000", check="t", subject="s", status=status) for status in statuses]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        pytest.param([Status.VALID], True, id="one-valid"),
        pytest.param([], False, id="nothing-checked"),
        pytest.param([Status.SKIPPED], False, id="everything-skipped"),
        pytest.param([Status.VALID, Status.SUPPRESSED], True, id="a-suppressed-finding-is-accepted"),
        pytest.param([Status.VALID, Status.SKIPPED], False, id="a-skip-is-no-pass"),
        pytest.param([Status.VALID, Status.INVALID], False, id="a-finding"),
        pytest.param([Status.VALID, Status.ERROR], False, id="a-check-that-broke"),
    ],
)
def test_passed(statuses: list[Status], expected: bool) -> None:
    assert passed(_results(*statuses)) is expected
