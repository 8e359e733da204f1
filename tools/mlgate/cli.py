"""The command line: wiring and the one error boundary."""

import importlib
import sys
from collections.abc import Sequence

import click

from mlgate import __version__
from mlgate.errors import MlgateError

VERBS = (
    "bootstrap",
    "cleanup",
    "cluster",
    "demo",
    "doctor",
    "explain",
    "gate",
    "generate",
    "notebook",
    "pipeline",
    "predict",
    "promote",
    "recreate-pvc",
    "schemas",
    "score",
    "serve",
    "slack",
    "step",
    "threshold",
    "uninstall",
    "validate",
)


class LazyGroup(click.Group):
    """Import a verb's module only when it is used, so that ``--help`` and light verbs start at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command = importlib.import_module(f"mlgate.verbs.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a wrong verb module is our own bug
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="mlgate")
def mlgate() -> None:
    """A model reaches production only if it passes a policy.

    Exit codes: 0 ok, 1 findings or a denied gate, 2 usage or settings, 3 a tool is missing or failed.
    """


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; never a traceback for bad input."""
    try:
        code = mlgate.main(args=None if argv is None else list(argv), standalone_mode=False, prog_name="mlgate")
    except MlgateError as err:
        click.echo(f"mlgate: {err}", err=True)
        if err.fix:
            click.echo(f"   fix: {err.fix}", err=True)
        return err.exit_code
    except click.ClickException as err:
        err.show()
        return err.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("mlgate: stopped", err=True)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 3
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    sys.exit(main())
