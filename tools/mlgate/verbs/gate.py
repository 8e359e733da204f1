"""``mlgate gate``: judge one report by the committed rule and the prefix's own constraint."""

from pathlib import Path
from typing import Any

import click
import yaml

from mlgate import repo as repos
from mlgate.errors import FOUND, OK, SettingsError
from mlgate.gate import judge as judging
from mlgate.gate.explain import explain, said
from mlgate.pipeline import constraints

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(name="gate")
@click.option("--prefix", required=True)
@click.option("--report", type=_FILE, required=True, help="A ModelAccuracy, as evaluation writes it.")
@click.option(
    "--constraint", type=_FILE, help="Judge by this constraint; default: what overlays/PREFIX/policy renders."
)
@click.option("--repo", "root", type=click.Path(path_type=Path), help="Clone to work in; default: here.")
def command(prefix: str, report: Path, constraint: Path | None, root: Path | None) -> int:
    """Judge a ModelAccuracy; exits 1 when it is denied."""
    repo = repos.find(root)
    repo.require(prefix)
    subject = _read(report)
    if constraint is None:
        verdict = constraints.accuracy(repo.root, prefix, subject)
    else:
        verdict = judging.judge(repo.root / "policy", subject, _read(constraint))
    click.echo(said(verdict))
    if not verdict.allowed and constraint is None:
        click.echo(explain(repo.root, prefix))
    return OK if verdict.allowed else FOUND


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text())
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as err:
        raise SettingsError(f"{path}: cannot be read: {' '.join(str(err).split())[:200]}") from None
    if not isinstance(content, dict):
        raise SettingsError(f"{path}: is not one YAML object")
    return content
