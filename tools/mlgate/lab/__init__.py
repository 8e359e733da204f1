"""JupyterLab on this machine, and what a notebook can ask in it: would the pipeline accept me, what would the gate say?

In a notebook: ``from mlgate.lab import check``, then ``check()``; or ``%load_ext mlgate.lab``, then ``%mlgate check``.
What a kernel imports of this package needs nothing beside Python and IPython: it runs in the model's environment.
"""

from typing import Any

from mlgate.lab.answer import Answer
from mlgate.lab.ask import check

__all__ = ["Answer", "check", "load_ipython_extension"]


def load_ipython_extension(shell: Any) -> None:
    """Give a kernel ``%mlgate``; IPython calls this for ``%load_ext mlgate.lab``."""
    from mlgate.lab import magic

    magic.register(shell)
