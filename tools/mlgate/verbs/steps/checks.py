"""Checks by servers that an installation may have, each skipped in sight when it is not configured."""

import os
from pathlib import Path

import click

from mlgate.errors import FOUND, OK
from mlgate.pipeline import outside, workspace
from mlgate.verbs.steps import options


@click.command()
@options.source
@options.option("sysdig-url", help="Address of Sysdig Secure, by region.")
@options.option("sysdig-policies", required=False, default="", help="Policies besides those that always apply, a,b.")
def scan(source: Path, sysdig_url: str, sysdig_policies: str) -> int:
    """Scan the image, by its digest, with Sysdig; exits 1 when a policy fails. Token: SECURE_API_TOKEN."""
    from mlgate.pipeline import scan as scanning

    token = os.environ.get(scanning.TOKEN, "")
    workspace.result("scanned", "true" if token else "false")
    image = workspace.image(source)
    if not token:
        click.echo("WARNING: the image is not scanned: no Sysdig token is configured (docs/slack-and-sysdig.md)")
        return OK
    address = outside.check_address(sysdig_url, "SYSDIG_URL")
    policies = [policy.strip() for policy in sysdig_policies.split(",") if policy.strip()]
    done = scanning.scan(image, token, source / "scan", api_url=address, policies=policies)
    click.echo(f"{image} {'passed' if done.passed else 'failed'} the scan")
    for line in done.summary:
        click.echo(f"  {line}")
    return OK if done.passed else FOUND
