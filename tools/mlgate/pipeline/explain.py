"""What a person does about a denied gate: the value, the threshold, where it stands, the command that changes it."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from mlgate import settings, thresholds
from mlgate.pipeline.release import percent
from mlgate.repo import Repo


def explain(root: Path, prefix: str, report: Mapping[str, Any]) -> list[str]:
    """Lines for the person; the command appears only when the accuracy itself is what is too low."""
    file = Repo(root).settings_file(prefix)
    found = settings.load(file)
    line = settings.line_of(yaml.compose(file.read_text(), Loader=yaml.SafeLoader), ["spec", "gate", "accuracy"])
    lines = [f"required: accuracy {thresholds.spoken(found.accuracy)}, in {file.relative_to(root)}:{line}"]
    lines += [f"required: {name} {thresholds.spoken(floor)}" for name, floor in found.minimums.items()]
    try:
        reached = percent(report)
    except (KeyError, TypeError, AttributeError, ArithmeticError):
        return lines  # a report without proper counts: no threshold would let it through
    lines.insert(0, f"reached:  accuracy {reached}")
    number = reached.removesuffix(" %")
    if 0 < Decimal(number) < found.accuracy * 100:
        lines.append(f"to accept this model, if that is what you want: mlgate threshold {number}% --prefix {prefix}")
    return lines
