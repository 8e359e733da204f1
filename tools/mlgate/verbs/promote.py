"""``mlgate promote``: ask for what dev releases to be deployed to stage."""

import os
import tempfile
from pathlib import Path

import click

from mlgate import repo as repos
from mlgate import settings
from mlgate.errors import FOUND, OK
from mlgate.pipeline import checkout, stage_run
from mlgate.pipeline.stage_run import Wish
from mlgate.repo import Repo, git


@click.command(name="promote")
@click.option("--prefix", required=True, help="Promote what this prefix releases in dev.")
@click.option("--digest", default="", help="Refuse unless dev releases this image.")
@click.option("--base", help="Branch to promote into; default: spec.revision of settings.yaml.")
@click.option("--branch-only", is_flag=True, help="Push the branch and open no pull request.")
@click.option("--repo", "root", type=click.Path(path_type=Path), help="Clone to work in; default: here.")
def command(prefix: str, digest: str, base: str | None, branch_only: bool, root: Path | None) -> int:
    """Open a pull request that promotes to stage, judged by the gate; exits 1 when it is denied.

    Works on a clone of the remote origin, never on this working tree. The host's token is read from GIT_TOKEN;
    GIT_HOST_KIND (github, gitlab, gitea, gogs) and GIT_API_URL overrule what the repository's address says.
    """
    repo = repos.find(root)
    repo.require(prefix)
    into = base or settings.load(repo.settings_file(prefix)).revision
    with tempfile.TemporaryDirectory(prefix="mlgate-promote-") as folder:
        clone = Path(folder) / "repo"
        checkout.clone(_origin(repo), into, clone)
        outcome = stage_run.run(
            clone, Wish(prefix=prefix, base=into, digest=digest), None if branch_only else os.environ
        )
    for line in stage_run.said(outcome):
        click.echo(line)
    return OK if outcome.prepared.verdict.allowed else FOUND


def _origin(repo: Repo) -> str:
    """The address of the remote ``origin``; without one, the repository itself."""
    remotes = git(repo.root, "remote").stdout.split()
    return git(repo.root, "remote", "get-url", "origin").stdout.strip() if "origin" in remotes else str(repo.root)
