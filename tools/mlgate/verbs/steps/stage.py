"""The step of the Pipeline ``model-stage``."""

import os
from pathlib import Path

import click

from mlgate.errors import FOUND, OK
from mlgate.pipeline import workspace
from mlgate.verbs.steps import options


@click.command(name="promote-stage")
@options.source
@options.prefix
@options.option("branch", help="The branch that Argo CD follows.")
@options.option("digest", help="The image; refused unless it is the one that dev releases.")
@options.option("commit", required=False, default="", help="A commit that must be one of the branch.")
def promote_stage(source: Path, prefix: str, branch: str, digest: str, commit: str) -> int:
    """Open a pull request that promotes what dev releases to stage; exits 1 when the gate denies.

    Read from the environment alone: the host's token (env var: GIT_TOKEN) and, where the address does not say them,
    the kind of host (env var: GIT_HOST_KIND) and where its API is (env var: GIT_API_URL).
    """
    from mlgate.pipeline import stage_run

    wish = stage_run.Wish(prefix=prefix, base=branch, digest=digest, commit=commit)
    outcome = stage_run.run(source / "repo", wish, os.environ)
    for line in stage_run.said(outcome):
        click.echo(line)
    workspace.result("url", outcome.opened.url if outcome.opened else "")
    return OK if outcome.prepared.verdict.allowed else FOUND
