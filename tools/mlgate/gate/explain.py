"""A denial as a person needs it: where the threshold stands, and the command that would change it."""

from pathlib import Path

from mlgate import thresholds
from mlgate.gate.judge import Verdict
from mlgate.repo import Repo
from mlgate.settings import find_line, load


def said(verdict: Verdict) -> str:
    """A verdict in lines: ``allowed``, or ``denied:`` and every reason."""
    return "allowed" if verdict.allowed else "\n".join(["denied:", *(f"  {reason}" for reason in verdict.reasons)])


def explain(root: Path, prefix: str) -> str:
    """Name file and line of the threshold of ``prefix`` in the checkout ``root``, and how to change it."""
    path = Repo(root).settings_file(prefix)
    required = load(path).accuracy
    line = find_line(path, "spec", "gate", "accuracy")
    return (
        f"The required accuracy is {thresholds.spoken(required)}: {path.relative_to(root)}:{line}\n"
        f"A reviewed commit can change it:  mlgate threshold PERCENT --prefix {prefix}"
    )
