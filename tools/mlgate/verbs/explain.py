"""``mlgate explain``: a finding's code in plain words."""

import click

from mlgate.checks import explain
from mlgate.checks.explain import Entry
from mlgate.errors import UsageError


@click.command(name="explain")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Explain CODE, as findings and the policy give it; without CODE, list them all."""
    known = explain.entries()
    if code is None:
        click.echo("\n".join(f"{entry.code}  {entry.title}" for entry in known.values()))
        return
    entry = known.get(code.upper())
    if entry is None:
        raise UsageError(f"{code[:80]!r} is no code", fix="list them: mlgate explain")
    click.echo(_page(entry))


def _page(entry: Entry) -> str:
    fields = ("severity", "wrong", "why", "fix", "example", "test")
    rows = {field: str(getattr(entry, field)) for field in fields}
    told = [f"{label + ':':<10}{words.rstrip()}" for label, words in rows.items()]
    return "\n".join([f"{entry.code} {entry.title}", *told])
