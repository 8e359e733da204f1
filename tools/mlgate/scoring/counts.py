"""What was done so far, as a line for people and as text for Prometheus."""

import time
from collections import Counter
from dataclasses import dataclass, field

_HELP = {
    "consumed": "Messages read.",
    "verdicts": "Verdicts acknowledged.",
    "dead": "Dead letters acknowledged.",
    "retries": "Waits for a broker or a model that was away.",
}


@dataclass(slots=True)
class Counts:
    """Written by one thread, read by any. ``lag`` is in messages, of this member's partitions."""

    consumed: int = 0
    verdicts: int = 0
    retries: int = 0
    lag: int = 0
    partitions: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    beat: float = field(default_factory=time.monotonic)
    started: bool = False

    @property
    def dead(self) -> int:
        """Messages that went to the dead letters."""
        return sum(self.reasons.copy().values())

    def alive(self) -> None:
        """Say that the loop goes round."""
        self.beat = time.monotonic()

    def line(self) -> str:
        """One line for people."""
        reasons = ", ".join(f"{reason} {number}" for reason, number in sorted(self.reasons.copy().items()))
        said = f"read {self.consumed}, verdicts {self.verdicts}, dead letters {self.dead}"
        return f"{said}{f' ({reasons})' if reasons else ''}, lag {self.lag}, retries {self.retries}"

    def prometheus(self) -> str:
        """Prometheus' text format, version 0.0.4."""
        lines = []
        for name, text in _HELP.items():
            metric = f"mlgate_score_{name}_total"
            lines += [f"# HELP {metric} {text}", f"# TYPE {metric} counter"]
            lines += self._dead(metric) if name == "dead" else [f"{metric} {getattr(self, name)}"]
        lines += ["# HELP mlgate_score_lag Messages not read yet.", "# TYPE mlgate_score_lag gauge"]
        lines += [f"mlgate_score_lag {self.lag}", "# TYPE mlgate_score_partitions gauge"]
        return "\n".join([*lines, f"mlgate_score_partitions {self.partitions}", ""])

    def _dead(self, metric: str) -> list[str]:
        found = sorted(self.reasons.copy().items())
        return [f'{metric}{{reason="{reason}"}} {number}' for reason, number in found] or [f"{metric} 0"]
