"""Values of Secrets on this machine: from the person's environment into the step that names them, and nowhere else."""

from collections.abc import Iterable, Mapping

from mlgate.errors import SettingsError
from mlgate.pipeline.objects import Pipeline, SecretRef

MASK = b"***"
_SHORTEST = 4
"""A shorter value cannot be told from ordinary text, and masking it would make a log unreadable."""


def named(pipeline: Pipeline, environment: Mapping[str, str]) -> dict[str, str]:
    """Variable to value, for every variable that some step takes from a Secret and that ``environment`` sets."""
    steps = [step for use in (*pipeline.tasks, *pipeline.last) for step in use.task.steps]
    wanted = {variable for step in steps for variable in step.secrets}
    return {variable: environment[variable] for variable in sorted(wanted) if environment.get(variable)}


def chosen(wanted: Mapping[str, SecretRef], values: Mapping[str, str], where: str) -> dict[str, str]:
    """What one step gets; raises ``SettingsError`` when a Secret that is not optional has no value."""
    for variable, ref in wanted.items():
        if variable not in values and not ref.optional:
            raise SettingsError(f"{where}: the Secret {ref.name} ({ref.key}) is required: set {variable}")
    return {variable: values[variable] for variable in wanted if variable in values}


def parts(values: Iterable[str]) -> tuple[bytes, ...]:
    """What must not be seen, longest first: the lines of each value, as a program may print them one by one."""
    lines = {line.strip() for value in values for line in value.splitlines()}
    return tuple(sorted((line.encode() for line in lines if len(line) >= _SHORTEST), key=len, reverse=True))


def masked(text: bytes, hidden: Iterable[bytes]) -> bytes:
    """``text`` with every part of ``hidden`` replaced."""
    for part in hidden:
        text = text.replace(part, MASK)
    return text
