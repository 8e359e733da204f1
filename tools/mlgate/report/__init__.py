"""One module per output format; each turns a Report into text and nothing else."""

from collections.abc import Callable

from mlgate.checks.model import Report
from mlgate.report import github, jsonfmt, junit, markdown, sarif, text

FORMATS: dict[str, Callable[[Report], str]] = {
    "text": text.plain,
    "json": jsonfmt.dump,
    "junit": junit.dump,
    "sarif": sarif.dump,
    "github": github.dump,
    "markdown": markdown.dump,
}
"""Format name to function; each returns the whole document, with a newline at its end."""
