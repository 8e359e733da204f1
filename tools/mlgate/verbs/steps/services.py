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


def _rest(once: bool) -> None:
    # A container beside a server that ended would be started again, for ever.
    if not once:
        stops = {signal.SIGTERM, signal.SIGINT}
        signal.pthread_sigmask(signal.SIG_BLOCK, stops)
        signal.sigwait(stops)


_once = _option("once", is_flag=True, required=False, help="End when done, instead of waiting to be stopped.")
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
    from mlgate.services import account, repository
    from mlgate.services.api import Server

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
@_once
def git_admin(git_server_url: str, git_username: str, git_password: str, setup: Path, once: bool) -> None:
    """Give the git server's administrator the password of the Secret, then wait: it runs beside the server."""
    from mlgate.services import account
    from mlgate.services.api import Server

    admin = Server(git_server_url, git_username, git_password)
    if first := account.read(setup, git_server_url):
        account.wait(first)
        account.ensure(first, admin)
        account.forget(setup)
    account.wait(admin)
    click.echo(f"{git_username} administers the git server")
    _rest(once)


@click.command(name="gogs-interceptor")
@_secret("WEBHOOK_SECRET")
@_option("port", type=click.IntRange(0, 65535), required=False, default=8080)
def gogs_interceptor(webhook_secret: str, port: int) -> None:
    """Answer Tekton's EventListener whether a push of Gogs is signed with the webhook's secret."""
    from mlgate.services import signature

    server = signature.server(webhook_secret, port)
    click.echo(f"listening on port {server.server_port}")
    server.serve_forever()


@click.command()
@_option("namespace")
@_option("keep", type=click.IntRange(min=1), help="Finished runs of each Pipeline that stay.")
def prune(namespace: str, keep: int) -> None:
    """Delete finished PipelineRuns but the newest of each Pipeline."""
    from mlgate.services import prune as pruning

    names = pruning.prune(namespace, keep)
    click.echo(f"{len(names)} runs deleted" + "".join(f"\n{name}" for name in names))


@click.command(name="nexus-proxy")
@_option("nexus-url", help="Address of Nexus.")
@_option("password-file", type=click.Path(path_type=Path), help="Where Nexus wrote its first password.")
@_once
def nexus_proxy(nexus_url: str, password_file: Path, once: bool) -> None:
    """Make the proxy of the package index in Nexus, then wait: it runs beside the server."""
    from mlgate.services import account, nexus

    account.patient(lambda: account.reachable(nexus_url))
    server = nexus.server(nexus_url, password_file)
    if server is None:
        click.echo("WARNING: somebody replaced Nexus' first password, so the repository is theirs to make")
    else:
        click.echo("repository made" if nexus.ensure(server) else "nothing to do")
    _rest(once)


@click.command(name="sonarqube-admin")
@_option("sonar-host-url", help="Address of SonarQube.")
@_secret("SONAR_ADMIN_PASSWORD")
@_option("ready-file", type=click.Path(path_type=Path), help="Written when the password is the Secret's.")
@_once
def sonarqube_admin(sonar_host_url: str, sonar_admin_password: str, ready_file: Path, once: bool) -> None:
    """Replace the password that every new SonarQube has, then wait: it runs beside the server."""
    from mlgate.services import account, sonarqube

    done = account.patient(lambda: sonarqube.ensure(sonar_host_url, sonar_admin_password))
    ready_file.write_text("")
    click.echo("password set" if done else "nothing to do")
    _rest(once)


COMMANDS = (git_server, git_admin, gogs_interceptor, prune, nexus_proxy, sonarqube_admin)
