"""What is said about a notebook, as it travels from the tooling into a kernel, and how it is shown there."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from mlgate.lab import page, plain


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation of the contract, or one answer of the model that cannot be measured."""

    code: str
    where: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Accuracy on rows that training never saw, from counts; ``low`` and ``high`` bound it at 95 %."""

    correct: int
    rows: int
    low: float
    high: float
    baseline: float
    recall: float | None
    precision: float | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The verdict by the rule and the threshold of the checkout; ``where`` is file and line of the threshold."""

    prefix: str
    allowed: bool
    reasons: tuple[str, ...]
    required: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Everything that is known of one saved notebook. A notebook shows it as a page, a terminal as text."""

    notebook: str = ""
    saved: str = ""
    findings: tuple[Finding, ...] = ()
    kept: bool = False
    """Whether the contract was checked and holds."""
    measured: Measured | None = None
    gate: Gate | None = None
    trouble: str = ""
    fix: str = ""
    """Why nothing further could be said, and what to do."""
    asked: str = "all"
    """``contract``, or ``all``: the gate too."""
    unsaved: tuple[str, ...] = ()
    """What the kernel knows to be newer than the file."""

    @property
    def accepted(self) -> bool:
        """True only when all that was asked was answered, with yes."""
        if not self.kept or self.findings or self.trouble:
            return False
        return self.asked == "contract" or (self.gate is not None and self.gate.allowed)

    def dump(self) -> str:
        """As JSON, for ``load``."""
        return json.dumps({**asdict(self), "accepted": self.accepted}, indent=2, allow_nan=False)

    def __repr__(self) -> str:
        return plain.text(self)

    def _repr_html_(self) -> str:
        return page.html(self)


def load(text: str) -> Answer:
    """The answer that ``dump`` wrote; raises ``ValueError`` when it is none."""
    try:
        content: dict[str, Any] = json.loads(text)
        accepted = content.pop("accepted")
        content["findings"] = tuple(Finding(**each) for each in content["findings"])
        content["unsaved"] = tuple(content["unsaved"])
        if content["measured"] is not None:
            content["measured"] = Measured(**content["measured"])
        if content["gate"] is not None:
            content["gate"] = Gate(**content["gate"] | {"reasons": tuple(content["gate"]["reasons"])})
        found = Answer(**content)
    except (KeyError, TypeError, AttributeError) as err:
        raise ValueError(f"is no answer: {err}") from None
    if found.accepted is not accepted:
        raise ValueError("is no answer: its parts do not add up to what it says")
    return found
