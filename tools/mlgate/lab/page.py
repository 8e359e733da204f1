"""An answer as HTML, for the output of a notebook's cell."""

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from mlgate.lab import words

if TYPE_CHECKING:
    from mlgate.lab.answer import Answer

_GOOD, _BAD, _UNKNOWN = "#1a7f37", "#cf222e", "#9a6700"


def html(answer: "Answer") -> str:
    """One block; everything in it that came from a file is escaped."""
    colour = _GOOD if answer.accepted else _UNKNOWN if answer.trouble else _BAD
    return (
        f'<div class="mlgate-answer" style="border-left:4px solid {colour};padding:2px 12px;line-height:1.45">'
        f'<div style="color:{colour};font-weight:600;font-size:1.1em">{escape(words.headline(answer))}</div>'
        f"{''.join(_parts(answer))}</div>"
    )


def _parts(answer: "Answer") -> Iterator[str]:
    if answer.findings:
        yield _table(answer)
    if answer.trouble:
        yield f'<pre style="white-space:pre-wrap;margin:4px 0">{escape(answer.trouble)}</pre>'
    if answer.trouble and answer.fix:
        yield _line(f"Fix: {answer.fix}")
    if answer.measured:
        yield _line(words.measured(answer.measured))
    if answer.gate:
        yield _line(words.gate(answer.gate))
        yield "".join(
            f'<pre style="white-space:pre-wrap;margin:0 0 0 1em">{escape(each)}</pre>' for each in answer.gate.reasons
        )
    if answer.measured:
        yield _small(words.beside(answer.measured))
        yield _small(words.CAVEAT)
    yield from (f'<div style="color:{_BAD};font-weight:600">{escape(each)}</div>' for each in answer.unsaved)
    if answer.notebook:
        yield _small(words.saved(answer))


def _table(answer: "Answer") -> str:
    rows = "".join(
        f'<tr style="vertical-align:top">{"".join(map(_cell, (each.code, each.where, each.message, each.fix)))}</tr>'
        for each in answer.findings
    )
    heads = "".join(f'<th style="text-align:left">{name}</th>' for name in ("Code", "Where", "What", "Fix"))
    return f'<table style="margin:4px 0"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _cell(text: str) -> str:
    return f'<td style="text-align:left">{escape(text)}</td>'


def _line(text: str) -> str:
    return f"<div>{escape(text)}</div>"


def _small(text: str) -> str:
    return f'<div style="opacity:.75;font-size:.92em">{escape(text)}</div>'
