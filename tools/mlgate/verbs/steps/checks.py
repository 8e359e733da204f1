"""Checks by servers that an installation may have, each skipped in sight when it is not configured."""

import os
from pathlib import Path

import click

from mlgate.errors import FOUND, OK
from mlgate.pipeline import outside, workspace
from mlgate.verbs.steps import options

_HOW = "  set-up: docs/slack-and-sysdig.md"


@click.command()
@options.source
@options.option("sysdig-url", help="Address of Sysdig Secure, by region.")
@options.option("sysdig-policies", required=False, default="", help="Policies besides those that always apply, a,b.")
def scan(source: Path, sysdig_url: str, sysdig_policies: str) -> int:
    """Scan the image, by its digest, with Sysdig; exits 1 when a policy fails. Token: SECURE_API_TOKEN."""
    from mlgate.image import registry
    from mlgate.pipeline import scan as scanning

    token = os.environ.get(scanning.TOKEN, "")
    workspace.result("scanned", "true" if token else "false")
    workspace.check(source, "scan", done=bool(token))
    image = workspace.image(source)
    if not token:
        click.echo(f"WARNING: not scanned, no Sysdig token\n{_HOW}")
        return OK
    policies = [policy.strip() for policy in sysdig_policies.split(",") if policy.strip()]
    sysdig = scanning.Sysdig(outside.check_address(sysdig_url, "SYSDIG_URL"), token, policies)
    login = registry.login(os.environ.get("REGISTRY_CREDENTIALS", ""), image)
    done = scanning.scan(image, login, sysdig, source / "scan")
    click.echo(f"{image} {'passed' if done.passed else 'failed'} the scan")
    for line in done.summary:
        click.echo(f"  {line}")
    return OK if done.passed else FOUND


@click.command()
@options.source
@options.option("prefix", help="The prefix; also the key of SonarQube's project.")
@options.option("sonar-host-url", required=False, default="", help="Address of SonarQube; without it nothing is done.")
@options.option("sonar-timeout", type=click.IntRange(0, 3600), help="Seconds to wait for the server's analysis.")
def quality(source: Path, prefix: str, sonar_host_url: str, sonar_timeout: int) -> int:
    """Analyse the clone with SonarQube; exits 1 when its quality gate fails. Token: SONAR_TOKEN."""
    from mlgate.pipeline import quality as sonar

    token = os.environ.get("SONAR_TOKEN", "")
    configured = bool(token and sonar_host_url)
    workspace.result("checked", "true" if configured else "false")
    workspace.check(source, "quality", done=configured)
    if not configured:
        missing = "address" if token else "token"
        click.echo(f"WARNING: not checked, no SonarQube {missing}\n{_HOW}")
        return OK
    server = sonar.Server(outside.check_address(sonar_host_url, "SONAR_HOST_URL"), token)
    done = sonar.check(source / "repo", prefix, server, source / "quality", sonar.Patience(sonar_timeout))
    click.echo(f"the quality gate {'passed' if done.passed else 'failed'}")
    for line in done.failed:
        click.echo(f"  {line}")
    return OK if done.passed else FOUND
