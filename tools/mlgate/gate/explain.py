"""A denial as a person needs it: where the threshold stands, and the command that would change it."""

from pathlib import Path

import yaml

from mlgate import thresholds
from mlgate.settings import line_of, load


def explain(root: Path, prefix: str) -> str:
    """Name file and line of the threshold of ``prefix`` in the checkout ``root``, and how to change it."""
    path = root / "overlays" / prefix / "values" / "settings.yaml"
    required = load(path).accuracy
    line = line_of(yaml.compose(path.read_text(), Loader=yaml.SafeLoader), ["spec", "gate", "accuracy"])
    return (
        f"The required accuracy is {thresholds.spoken(required)}: {path.relative_to(root)}:{line}\n"
        f"A reviewed commit can change it:  mlgate threshold PERCENT --prefix {prefix}"
    )
