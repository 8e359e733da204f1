"""An answer as text."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlgate.lab import words

if TYPE_CHECKING:
    from mlgate.lab.answer import Answer


def text(answer: "Answer") -> str:
    """Lines for a terminal, or for a notebook that shows no HTML."""
    return "\n".join(_lines(answer))


def _lines(answer: "Answer") -> Iterator[str]:
    yield words.headline(answer)
    for finding in answer.findings:
        yield f"  {finding.code} {finding.where}: {finding.message}"
        if finding.fix:
            yield f"        fix: {finding.fix}"
    if answer.trouble:
        yield f"  {answer.trouble}"
        if answer.fix:
            yield f"  fix: {answer.fix}"
    yield from _judged(answer)
    yield from (f"  {each}" for each in answer.unsaved)
    if answer.notebook:
        yield f"  {words.saved(answer)}"


def _judged(answer: "Answer") -> Iterator[str]:
    if answer.measured:
        yield f"  {words.measured(answer.measured)}"
        yield f"  {words.beside(answer.measured)}"
    if answer.gate:
        yield f"  {words.gate(answer.gate)}"
        yield from (f"    {reason}" for reason in answer.gate.reasons)
    if answer.measured:
        yield f"  {words.CAVEAT}"
