"""``mlgate slack``: the button that asks for a promotion to stage."""

import json
import os
import signal
import threading
from typing import Any

import click

from mlgate import prefixes
from mlgate.errors import UsageError
from mlgate.slack import server, start
from mlgate.slack.app import App

_SECRET = "SLACK_SIGNING_SECRET"  # noqa: S105 - the name of a variable


@click.group(name="slack")
def command() -> None:
    """The button in Slack that asks for a promotion to stage."""


@command.command()
@click.option("--prefix", required=True, envvar="PREFIX", show_envvar=True, help="Promote for this prefix alone.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--dry-run", is_flag=True, help="Print the PipelineRun instead of creating it.")
def serve(prefix: str, port: int, host: str, dry_run: bool) -> None:
    """Answer Slack's signed interactions until Ctrl-C; each creates one PipelineRun of model-stage.

    The app's signing secret is read from SLACK_SIGNING_SECRET alone.
    """
    app = App(prefix=prefixes.check(prefix), secret=_secret(), create=_print if dry_run else start.create, log=_warn)
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    with server.Server(app, host, port, click.echo) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        click.echo(f"listening on http://{host}:{port}{server.PATH}   (Ctrl-C ends it)")
        stop.wait()
        listening.shutdown()


def _secret() -> bytes:
    secret = os.environ.get(_SECRET, "")
    if not secret or secret.split() != [secret]:
        raise UsageError(f"{_SECRET} is empty or has a space or line break", fix="the signing secret of the Slack app")
    return secret.encode()


def _print(run: dict[str, Any]) -> None:
    click.echo(json.dumps(run, indent=2))


def _warn(text: str) -> None:
    click.echo(text, err=True)
