"""What a Pipeline's tasks wait for, the order that follows, and references that lead nowhere."""

from collections.abc import Iterable

from mlgate.errors import SettingsError
from mlgate.pipeline import substitute
from mlgate.pipeline.objects import Pipeline, PipelineTask, Task

CONTEXT = ("context.pipelineRun.name", "context.taskRun.name", "context.pipeline.name", "context.task.name")


def sources(use: PipelineTask) -> set[str]:
    """Tasks whose results ``use`` consumes."""
    names = (name for template in use.templates() for name in substitute.references(template))
    return {
        parts[1] for parts in (name.split(".") for name in names) if parts[0] == "tasks" and parts[2:3] == ["results"]
    }


def parents(use: PipelineTask) -> set[str]:
    """Tasks that end before ``use`` starts: by runAfter, or because it consumes their results."""
    return {*use.run_after, *sources(use)}


def ordered(pipeline: Pipeline) -> tuple[PipelineTask, ...]:
    """The tasks without ``finally``, each after its parents, otherwise as in the file; raises on a cycle."""
    waiting = list(pipeline.tasks)
    placed: dict[str, PipelineTask] = {}
    while waiting:
        ready = next((use for use in waiting if parents(use) <= set(placed)), None)
        if ready is None:
            names = ", ".join(use.name for use in waiting)
            raise SettingsError(f"Pipeline {pipeline.name}: these tasks wait for each other in a cycle: {names}")
        waiting.remove(ready)
        placed[ready.name] = ready
    return tuple(placed.values())


def check(pipeline: Pipeline) -> None:
    """Raise ``SettingsError`` naming the first reference, binding or parameter that leads nowhere."""
    results = {f"tasks.{use.name}.results.{name}" for use in pipeline.tasks for name in use.task.results}
    scope = {f"params.{param.name}" for param in pipeline.params} | {*CONTEXT} | results
    states = {f"tasks.{use.name}.status" for use in pipeline.tasks} | {"tasks.status"}
    for use in pipeline.tasks:
        _check_use(pipeline, use, scope)
    for use in pipeline.last:
        _check_use(pipeline, use, scope | states)
    for name, template in pipeline.results.items():
        substitute.check(template, results, f"Pipeline {pipeline.name}: results: {name}")
    ordered(pipeline)


def _check_use(pipeline: Pipeline, use: PipelineTask, scope: set[str]) -> None:
    where = f"Pipeline {pipeline.name}: task {use.name}"
    for template in use.templates():
        substitute.check(template, scope, where)
    _all_known(use.run_after, {other.name for other in pipeline.tasks}, f"{where}: runAfter: there is no task")
    _all_known(use.params, {p.name for p in use.task.params}, f"{where}: Task {use.task.name} has no parameter")
    for param in use.task.params:
        if param.default is None and param.name not in use.params:
            raise SettingsError(f"{where}: the parameter {param.name!r} is required")
    _check_workspaces(pipeline, use, where)
    _check_task(use.task)


def _check_workspaces(pipeline: Pipeline, use: PipelineTask, where: str) -> None:
    declared = {workspace.name: workspace for workspace in use.task.workspaces}
    _all_known(use.workspaces, declared, f"{where}: Task {use.task.name} has no workspace")
    known = {workspace.name for workspace in pipeline.workspaces}
    _all_known(use.workspaces.values(), known, f"{where}: the Pipeline has no workspace")
    for workspace in declared.values():
        if not workspace.optional and workspace.name not in use.workspaces:
            raise SettingsError(f"{where}: the workspace {workspace.name!r} is required")


def _check_task(task: Task) -> None:
    scope = {f"params.{param.name}" for param in task.params} | {*CONTEXT}
    scope |= {f"results.{name}.path" for name in task.results}
    scope |= {f"workspaces.{workspace.name}.{part}" for workspace in task.workspaces for part in ("path", "bound")}
    for step in task.steps:
        where = f"Task {task.name}: step {step.name}"
        for template in (*step.command, *step.args, *step.env.values(), step.working_dir):
            substitute.check(template, scope, where)
        substitute.check_script(step.script, scope, f"{where}: script")


def _all_known(names: Iterable[str], known: Iterable[str], complaint: str) -> None:
    for name in names:
        if name not in set(known):
            raise SettingsError(f"{complaint} {name!r}")
