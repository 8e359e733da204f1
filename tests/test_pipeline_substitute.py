"""Variables: one pass, unknown ones named, arrays only where they belong."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgate.errors import SettingsError
from mlgate.pipeline import substitute
from mlgate.pipeline.substitute import Values

VALUES: Values = {"params.x": "1", "params.dotted.name": "2", "params.list": ("a", "b"), "tasks.t.results.r": "3"}


@given(st.text())
def test_any_value_arrives_as_it_is(value: str) -> None:
    assert substitute.text("<$(params.x)>", {"params.x": value}, "here") == f"<{value}>"


@given(st.text())
def test_any_text_is_resolved_or_refused(template: str) -> None:
    with contextlib.suppress(SettingsError):
        assert isinstance(substitute.text(template, VALUES, "here"), str)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("$(params.x)$(tasks.t.results.r)", "13"),
        ('$(params["x"])', "1"),
        ("$(params['dotted.name'])", "2"),
        ("plain $ $x ${x} $(", "plain $ $x ${x} $("),
    ],
)
def test_text(template: str, expected: str) -> None:
    assert substitute.text(template, VALUES, "here") == expected


@pytest.mark.parametrize(
    "template", ["$(params.y)", "$(params)", "$(HOME)", "$()", "$(params.list[0])", "$(params.x )"]
)
def test_unknown_variables_are_named(template: str) -> None:
    with pytest.raises(SettingsError, match=r"here: there is no \$\("):
        substitute.text(template, VALUES, "here")


def test_an_array_becomes_items_and_never_a_text() -> None:
    assert substitute.items(["$(params.list[*])", "c"], VALUES, "here") == ("a", "b", "c")
    with pytest.raises(SettingsError, match="is an array"):
        substitute.text("$(params.list)", VALUES, "here")
    with pytest.raises(SettingsError, match="is a string, not an array"):
        substitute.items(["$(params.x[*])"], VALUES, "here")


def test_a_script_keeps_what_is_the_shells() -> None:
    text = 'a=$(git log); b=$(params_of x); c="$(results.r.path)"'
    assert substitute.script(text, {"results.r.path": "/r"}, "here") == 'a=$(git log); b=$(params_of x); c="/r"'
