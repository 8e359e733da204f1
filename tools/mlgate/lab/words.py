"""The sentences of an answer, the same in a notebook and in a terminal."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlgate.lab.answer import Answer, Gate, Measured

CAVEAT = (
    "This model was trained just now from the saved file, by the steps of the pipeline. Each change that you make "
    "because of this number makes it say less: rows that were looked at are no longer unseen. What counts is the "
    "pipeline's run of the commit."
)


def headline(answer: "Answer") -> str:
    """The whole answer in one sentence."""
    if answer.trouble:
        return "Not known whether this would be accepted"
    if not answer.kept or answer.findings:
        return "The pipeline would refuse this notebook"
    if answer.asked == "contract":
        return "The notebook keeps the contract"
    if answer.accepted:
        return "The pipeline would accept this notebook, and the gate would let the model through"
    return "The pipeline would accept this notebook, but the gate would deny the model"


def saved(answer: "Answer") -> str:
    """Which file was looked at."""
    if not answer.notebook:
        return ""
    return f"Checked is {answer.notebook} as it was saved at {answer.saved}; what is not saved is not checked."


def measured(found: "Measured") -> str:
    """The accuracy, and what it is measured on."""
    value = f"{100 * found.correct / found.rows:.4f} %"
    between = f"95 % interval {100 * found.low:.2f} to {100 * found.high:.2f} %"
    return f"Accuracy {value} ({found.correct:,} of {found.rows:,} held-out rows of {found.source}; {between})."


def beside(found: "Measured") -> str:
    """What an accuracy hides."""
    parts = [f"Answering the commoner class to everything would score {100 * found.baseline:.2f} %"]
    parts += [
        f"{name} {value:.3f}" for name, value in (("recall", found.recall), ("precision", found.precision)) if value
    ]
    return "; ".join(parts) + "."


def gate(verdict: "Gate") -> str:
    """The verdict and where its threshold stands."""
    said = "lets it through" if verdict.allowed else "denies it"
    return f"The gate of {verdict.prefix} {said}. It requires an accuracy of {verdict.required} ({verdict.where})."
