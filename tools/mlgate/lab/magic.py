"""``%mlgate check`` and ``%mlgate contract``, in a kernel."""

from typing import Any

from mlgate.lab import unsaved
from mlgate.lab.answer import Answer
from mlgate.lab.ask import check

_USAGE = (
    "%mlgate check     asks the pipeline and the gate (trains a model)\n%mlgate contract  asks for the contract alone"
)


def register(shell: Any) -> None:
    """Define the magic, and note from now on what is run."""
    shell.register_magic_function(mlgate, magic_kind="line", magic_name="mlgate")
    shell.events.register("pre_run_cell", unsaved.remember)


def mlgate(line: str) -> Answer | None:
    """Answer about the notebook as it is saved; other words print the usage."""
    asked = line.split()
    if asked in (["check"], ["contract"]):
        return check(contract=asked == ["contract"])
    print(_USAGE)
    return None
