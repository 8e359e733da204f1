"""``mlgate generate``: rewrite generated files from their sources, or say that they drifted."""

import difflib

import click

from mlgate import repo as repos
from mlgate.checks import codes
from mlgate.errors import FOUND, OK
from mlgate.files import write_atomic
from mlgate.gate.template import templates
from mlgate.render import diagram


@click.command(name="generate")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when a generated file is stale.")
def command(check: bool) -> int:
    """Rewrite the ConstraintTemplates from the Rego beside them, docs/tree.md from the tree and docs/codes.md."""
    root = repos.find().root
    stale = 0
    docs = {root / "docs" / "tree.md": diagram.document(root), root / "docs" / "codes.md": codes.document()}
    for path, text in {**templates(root / "policy"), **docs}.items():
        old = path.read_text() if path.exists() else ""
        if old == text:
            continue
        stale += 1
        name = str(path.relative_to(root))
        if check:
            click.echo("".join(difflib.unified_diff(old.splitlines(True), text.splitlines(True), name, name)))
        else:
            write_atomic(path, text)
            click.echo(f"wrote {name}")
    if check and stale:
        click.echo("run: mlgate generate", err=True)
        return FOUND
    return OK
