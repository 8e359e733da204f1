"""Options that steps share, and how steps speak."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from mlgate.results import Result


def option(name: str, **attrs: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option that is required unless it says otherwise, also read from the variable of the same name."""
    variable = name.upper().replace("-", "_")
    return click.option(f"--{name}", envvar=variable, show_envvar=True, **{"required": True, **attrs})


def folder(name: str, **attrs: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option for a folder."""
    return option(name, type=click.Path(path_type=Path, file_okay=False), **attrs)


source = folder("source", help="The workspace that the tasks share.")
sealed = folder("sealed", help="The workspace of the hold-out.")
store = folder("image-store", required=False, help="The folder of images; default: images in the workspace.")
prefix = option("prefix")
model_path = option("model-path", help="The model folder, relative to the repository.")
image = option("image", help="The image's repository, without tag or digest.")
seed = option("seed", type=click.IntRange(0, 2**32 - 1))


def say(results: Iterable[Result]) -> None:
    """Print findings, one a line."""
    for found in results:
        click.echo(f"{found.code} {found.subject}: {found.message}" + (f"  (fix: {found.fix})" if found.fix else ""))
