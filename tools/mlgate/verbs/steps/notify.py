"""The message at the end of a run."""

import os
from pathlib import Path

import click

from mlgate.errors import MlgateError
from mlgate.verbs.steps import options


@click.command()
@options.source
@options.prefix
@options.option("tasks-status", help="The Pipeline's $(tasks.status).")
@options.option("states", help="The tasks' states, NAME=STATE separated by spaces.")
@options.option("run", required=False, default="", help="The run's name.")
@options.option("slack-interactive", type=bool, required=False, default=False, help="With a button to promote.")
def notify(source: Path, slack_interactive: bool, **given: str) -> None:
    """Tell Slack how the run ended; never fails the run. Address of the webhook: SLACK_WEBHOOK_URL."""
    from mlgate.pipeline import message
    from mlgate.pipeline import notify as slack

    url = os.environ.get(slack.WEBHOOK, "")
    if not url:
        click.echo("NOTE: Slack not told, no webhook\n  set-up: docs/slack-and-sysdig.md")
        return
    pairs = (state.partition("=") for state in given["states"].split())
    done = message.Run(
        name=given["run"],
        prefix=given["prefix"],
        status=given["tasks_status"],
        states={name: state for name, _, state in pairs},
        source=source,
        interactive=slack_interactive,
    )
    try:
        trouble = slack.send(url, message.compose(done))
    except MlgateError as err:
        trouble = f"there is no message to send: {err}"
    click.echo(f"WARNING: Slack is not told: {trouble}" if trouble else "Slack is told")
