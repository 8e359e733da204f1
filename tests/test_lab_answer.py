"""An answer is yes only when everything was asked, and shows itself safely."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from mlgate.lab import ask, magic, unsaved
from mlgate.lab.answer import Answer, Finding, Gate, Measured, load

GATE = Gate(prefix="fraud-demo", allowed=True, reasons=(), required="95 %", where="overlays/x/values/settings.yaml:21")
MEASURED = Measured(
    correct=98, rows=100, low=0.9, high=0.99, baseline=0.8, recall=0.7, precision=None, source="synthetic"
)
GOOD = Answer(notebook="a.ipynb", saved="10:00:00 on 2026-01-02", kept=True, measured=MEASURED, gate=GATE)


def test_only_an_answer_to_everything_is_a_yes() -> None:
    assert GOOD.accepted
    assert not Answer().accepted
    assert not replace(GOOD, kept=False).accepted
    assert not replace(GOOD, gate=None).accepted
    assert not replace(GOOD, gate=replace(GATE, allowed=False)).accepted
    assert not replace(GOOD, trouble="no").accepted
    assert not replace(GOOD, findings=(Finding("MG109", "a", "b", "c"),)).accepted
    assert replace(GOOD, gate=None, asked="contract").accepted


def test_an_answer_travels_as_json() -> None:
    denied = replace(GOOD, gate=replace(GATE, allowed=False, reasons=("too low",)), unsaved=("x",))
    assert load(GOOD.dump()) == GOOD
    assert load(denied.dump()) == denied


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"accepted": true}', json.dumps({**json.loads(GOOD.dump()), "x": 1})]
)
def test_what_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever kind json raises
        load(text)


def test_a_yes_that_its_parts_do_not_bear_is_refused() -> None:
    content = json.loads(GOOD.dump())
    content["kept"] = False
    with pytest.raises(ValueError, match="do not add up"):
        load(json.dumps(content))


def test_text_from_files_is_escaped_in_html() -> None:
    evil = "<script>alert(1)</script>"
    shown = replace(
        GOOD,
        notebook=evil,
        trouble=evil,
        fix=evil,
        findings=(Finding(evil, evil, evil, evil),),
        gate=replace(GATE, reasons=(evil,), where=evil),
        unsaved=(evil,),
    )._repr_html_()
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;") >= 9


def test_both_forms_say_the_same() -> None:
    for words in (
        "would let the model through",
        "98 of 100 held-out rows",
        "95 %",
        "settings.yaml:21",
        "as it was saved",
    ):
        assert words in repr(GOOD)
        assert words in GOOD._repr_html_()


def test_a_cell_that_was_run_and_is_not_saved_so_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unsaved, "_run", {})
    file = tmp_path / "a.ipynb"
    cells = [{"id": "one", "source": ["x = 1\n", "y = 2"]}, {"id": "two", "source": "z"}]
    file.write_text(json.dumps({"cells": cells}))
    unsaved.remember(SimpleNamespace(cell_id="one", raw_cell="x = 1\ny = 2\n"))
    assert unsaved.differing(file) == ()
    unsaved.remember(SimpleNamespace(cell_id="two", raw_cell="other"))
    unsaved.remember(SimpleNamespace(cell_id="new", raw_cell="fresh\nlines"))
    said = unsaved.differing(file)
    assert said[0] == "Not saved: cell 2 was run with other text than the file has"
    assert "'fresh'" in said[1]


def test_a_tooling_that_is_missing_is_an_answer_without_a_yes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ask.EXECUTABLE, str(tmp_path / "absent"))
    answer = ask.check()
    assert not answer.accepted
    assert "is not installed" in answer.trouble
    assert "Not known" in repr(answer)


@pytest.mark.parametrize("script", ["exit 0", "echo '{}'", "echo mlgate: no such thing >&2; exit 2", "kill -9 $$"])
def test_a_tooling_that_answers_wrongly_is_no_yes(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "mlgate"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    monkeypatch.setenv(ask.EXECUTABLE, str(fake))
    answer = ask.check()
    assert not answer.accepted
    assert answer.trouble


def test_the_magic_prints_its_usage_for_other_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert magic.mlgate("chekc --now") is None
    assert "%mlgate check" in capsys.readouterr().out
