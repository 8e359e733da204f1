"""The steps of the Tasks. Each takes its input from options or the environment and works on the workspaces.

Packages that take long to import are imported by the step that needs them: many steps make one run.
"""

import click

from mlgate.verbs.steps import checks, model, notify, release, services, source, stage


@click.group(name="step")
def command() -> None:
    """Steps of the Pipeline's Tasks; ``mlgate pipeline run`` runs them in order."""


for _step in (
    *(source.clone, source.extract, source.split),
    *(model.train, model.package, model.build, model.evaluate),
    *(release.gate, release.admit, release.promote, release.report),
    stage.promote_stage,
    *(checks.quality, checks.scan),
    notify.notify,
    *services.COMMANDS,
):
    command.add_command(_step)
