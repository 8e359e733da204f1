"""Command line options that several verbs share: which cluster, and how secrets are handed over."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mlgate.errors import UsageError
from mlgate.lifecycle import secrets
from mlgate.lifecycle.kubectl import Cluster
from mlgate.lifecycle.secrets import Given, Secret

Command = Callable[..., Any]
_FILE = click.Path(path_type=Path, dir_okay=False)
_PROMPT = "\0ask"
_VALUES = ("slack_webhook_url", "sysdig_secure_token")
_NAMES = ("user", "password_stdin", *_VALUES, *(f"{name}_file" for name in _VALUES))


def connection(command: Command) -> Command:
    """Add --kubeconfig and --context."""
    command = click.option("--context", "kube_context", default="", help="Context of the kubeconfig.")(command)
    return click.option("--kubeconfig", default="", help="Default: $KUBECONFIG, then kubectl's own.")(command)


def cluster(options: dict[str, Any]) -> Cluster:
    """Take the options of ``connection`` out of ``options``."""
    return Cluster(options.pop("kubeconfig"), options.pop("kube_context"))


def handed(command: Command) -> Command:
    """Add the options by which secrets are handed over."""
    added: list[Callable[[Command], Command]] = [
        click.option("--user", default="", help="Name at the git server; with a password."),
        click.option("--password-stdin", is_flag=True, help="Read that password from standard input."),
        *_value("--slack-webhook-url", "SLACK_WEBHOOK_URL"),
        *_value("--sysdig-secure-token", "SYSDIG_SECURE_TOKEN"),
    ]
    for option in reversed(added):
        command = option(command)
    return command


def _value(name: str, variable: str) -> list[Callable[[Command], Command]]:
    asked = f"Asked for when no value follows. Better: {name}-file, or ${variable}."
    return [
        click.option(name, is_flag=False, flag_value=_PROMPT, help=asked),
        click.option(f"{name}-file", type=_FILE, help="File that holds the value in one line."),
    ]


def handed_over(options: dict[str, Any]) -> bool:
    """Whether any option of ``handed`` was used."""
    return any(options[name] for name in _NAMES)


def given(options: dict[str, Any], *, wanted: bool) -> Given:
    """Take the options of ``handed`` out of ``options`` and, when ``wanted``, read them; raises ``UsageError``."""
    taken = {name: options.pop(name) for name in _NAMES}
    return _read(taken) if wanted else Given()


def _read(options: dict[str, Any]) -> Given:
    user, from_stdin = options["user"], options["password_stdin"]
    password = _stdin() if from_stdin else secrets.choose("--password", None, None, "GIT_PASSWORD", _warn)
    if bool(user) != (password is not None):
        fix = "pass --user NAME and the password by --password-stdin or $GIT_PASSWORD, or neither"
        raise UsageError("a user and a password belong together", fix=fix)
    return Given(
        user=user,
        password=password,
        slack=_chosen(options, "slack_webhook_url", "SLACK_WEBHOOK_URL"),
        sysdig=_chosen(options, "sysdig_secure_token", "SYSDIG_SECURE_TOKEN"),
    )


def _chosen(options: dict[str, Any], key: str, variable: str) -> Secret | None:
    name = "--" + key.replace("_", "-")
    literal, file = options[key], options[f"{key}_file"]
    if literal == _PROMPT and file is None:
        return secrets.checked(click.prompt(name, hide_input=True, err=True), name)
    return secrets.choose(name, file, literal, variable, _warn)


def _stdin() -> Secret:
    return secrets.checked(sys.stdin.readline(), "standard input")


def _warn(text: str) -> None:
    click.echo(f"warning: {text}", err=True)
