"""Steps that Jobs, Deployments and CronJobs of the cicd namespace start, not Tasks: no run of the Pipeline has them."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def _option(name: str, **attrs: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    variable = name.upper().replace("-", "_")
    return click.option(f"--{name}", envvar=variable, show_envvar=True, **{"required": True, **attrs})


def _secret(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A value from the environment alone: as an option it would stand in the list of processes."""

    def read(context: click.Context, _: click.Parameter, value: str) -> str:
        if value and context.get_parameter_source(name.lower()) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{name} is read from the environment only")
        return value

    return click.option(
        f"--{name.lower().replace('_', '-')}", envvar=name, default="", hidden=True, callback=read, expose_value=True
    )


_url = _option("git-server-url", help="Address of the server, http:// or https://.")
_username = _option("git-username", help="Its administrator.")


@click.command(name="git-server")
@_url
@_username
@_secret("GIT_PASSWORD")
@_secret("WEBHOOK_SECRET")
@_option("git-server-kind", type=click.Choice(["gitea", "gogs"]))
@_option("source-url", help="The repository that the server's is filled from, once.")
@_option("branch")
@_option("hook-url", required=False, default="", help="Address of the EventListener.")
def git_server(**given: str) -> None:
    """Make the repository on the git server, push the branch, and install the webhook; may be repeated."""
    from mlgate.gitserver import account, repository
    from mlgate.gitserver.api import Server

    server = Server(given["git_server_url"], given["git_username"], given["git_password"])
    account.wait(server)
    wish = repository.Wish(
        kind=given["git_server_kind"],
        source=given["source_url"],
        branch=given["branch"],
        hook_url=given["hook_url"],
        hook_secret=given["webhook_secret"],
    )
    for line in repository.ensure(server, wish) or ["nothing to do"]:
        click.echo(line)


@click.command(name="git-admin")
@_url
@_username
@_secret("GIT_PASSWORD")
@_option("setup", type=click.Path(path_type=Path, file_okay=False), help="Folder of the short-lived account.")
@_option("once", is_flag=True, required=False, help="End when done, instead of waiting to be stopped.")
def git_admin(git_server_url: str, git_username: str, git_password: str, setup: Path, once: bool) -> None:
    """Give the git server's administrator the password of the Secret, then wait: it runs beside the server."""
    from mlgate.gitserver import account
    from mlgate.gitserver.api import Server

    admin = Server(git_server_url, git_username, git_password)
    if first := account.read(setup, git_server_url):
        account.wait(first)
        account.ensure(first, admin)
        account.forget(setup)
    account.wait(admin)
    click.echo(f"{git_username} administers the git server")
    if not once:
        stops = {signal.SIGTERM, signal.SIGINT}
        signal.pthread_sigmask(signal.SIG_BLOCK, stops)
        signal.sigwait(stops)


@click.command(name="gogs-interceptor")
@_secret("WEBHOOK_SECRET")
@_option("port", type=click.IntRange(0, 65535), required=False, default=8080)
def gogs_interceptor(webhook_secret: str, port: int) -> None:
    """Answer Tekton's EventListener whether a push of Gogs is signed with the webhook's secret."""
    from mlgate.gitserver import signature

    server = signature.server(webhook_secret, port)
    click.echo(f"listening on port {server.server_port}")
    server.serve_forever()


@click.command()
@_option("namespace")
@_option("keep", type=click.IntRange(min=1), help="Finished runs of each Pipeline that stay.")
def prune(namespace: str, keep: int) -> None:
    """Delete finished PipelineRuns but the newest of each Pipeline."""
    from mlgate.pipeline import prune as pruning

    names = pruning.prune(namespace, keep)
    click.echo(f"{len(names)} runs deleted" + "".join(f"\n{name}" for name in names))


COMMANDS = (git_server, git_admin, gogs_interceptor, prune)
