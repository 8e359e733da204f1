"""What runs now, on the terminal and nowhere else."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mlgate.checks.run import silent


@contextmanager
def bar() -> Iterator[Callable[[int, int, str], None]]:
    """A function for ``run.validate`` that draws a bar on standard error; it says nothing when that is no terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("validate"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    # Drawn when something is told: a thread of its own would not survive the fork of the workers.
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as shown:
        task = shown.add_task("", total=None)

        def tell(done: int, total: int, what: str) -> None:
            shown.update(task, completed=done, total=total, description=what)
            shown.refresh()

        yield tell
