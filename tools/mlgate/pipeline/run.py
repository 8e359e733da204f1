"""A Pipeline from the first task to the last ``finally``, with Tekton's rules for skips and failures."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from mlgate.errors import SettingsError, UsageError
from mlgate.pipeline import order, record, substitute
from mlgate.pipeline.child import Stop
from mlgate.pipeline.execute import Place, attempt_all
from mlgate.pipeline.objects import Pipeline, PipelineTask, Value
from mlgate.pipeline.record import Outcome, Record, State

WHEN = "its when expressions are not met"
_STATUS = {State.SUCCEEDED: "Succeeded", State.FAILED: "Failed"}


class View(Protocol):
    """Watches a run."""

    def update(self, record: Record) -> None:
        """A task started or ended."""

    def tick(self) -> None:
        """Time has passed."""


@dataclass(slots=True)
class _Running:
    """The only mutable state of a run."""

    pipeline: Pipeline
    params: Mapping[str, Value]
    place: Place
    view: View
    stop: Stop
    record: Record

    def set(self, outcome: Outcome) -> None:
        self.save(replace(self.record, tasks={**self.record.tasks, outcome.name: outcome}))

    def save(self, new: Record) -> None:
        self.record = new
        record.write(new, self.place.folder)
        self.view.update(new)


def given(pipeline: Pipeline, chosen: Mapping[str, Value]) -> dict[str, Value]:
    """Every parameter's value: chosen, else its default; raises ``UsageError`` for an unknown or missing one."""
    declared = {param.name: param for param in pipeline.params}
    for name, value in chosen.items():
        if name not in declared:
            known = ", ".join(sorted(declared)) or "none"
            raise UsageError(f"the Pipeline {pipeline.name} has no parameter {name!r}", fix=f"its parameters: {known}")
        if isinstance(value, tuple) != declared[name].array:
            raise UsageError(f"the parameter {name!r} is {'an array' if declared[name].array else 'a string'}")
    values = dict(chosen)
    for param in pipeline.params:
        if param.name not in values:
            if param.default is None:
                raise UsageError(f"the parameter {param.name!r} is required", fix=f"pass --param {param.name}=VALUE")
            values[param.name] = param.default
    return values


def execute(
    pipeline: Pipeline,
    params: Mapping[str, Value],
    place: Place,
    *,
    view: View,
    stop: Stop,
) -> Record:
    """Run ``pipeline`` in ``place`` and return the record, which is also in run.json at every moment.

    Raises ``SettingsError`` or ``UsageError`` before anything starts when the Pipeline or the parameters are wrong.
    """
    order.check(pipeline)
    values = given(pipeline, params)
    for workspace in pipeline.workspaces:
        if not workspace.optional and workspace.name not in place.workspaces:
            raise UsageError(f"the workspace {workspace.name!r} is required")
    in_order = order.ordered(pipeline)
    running = _Running(pipeline, values, place, view, stop, _new(pipeline, values, place, in_order))
    running.save(running.record)
    for use in in_order:
        if not stop.requested and running.record.failed() is None:
            _one(running, use, skipped=_why_skipped(running, use))
    status = {f"tasks.{u.name}.status": _STATUS.get(running.record.tasks[u.name].state, "None") for u in in_order}
    status["tasks.status"] = _aggregate(running.record)
    for use in pipeline.last:
        if not stop.requested:
            _one(running, use, skipped=_missing(running, use), extra=status)
    running.save(_finished(running))
    return running.record


def _new(pipeline: Pipeline, values: Mapping[str, Value], place: Place, in_order: tuple[PipelineTask, ...]) -> Record:
    return Record(
        run=place.run,
        pipeline=pipeline.name,
        state=State.RUNNING,
        started=record.now(),
        params=values,
        notes=tuple(pipeline.notes()),
        tasks={use.name: Outcome(name=use.name) for use in (*in_order, *pipeline.last)},
    )


def _one(running: _Running, use: PipelineTask, *, skipped: str, extra: Mapping[str, Value] | None = None) -> None:
    values = {**_scope(running), **(extra or {})}
    if not skipped and (use.name in running.place.left_out or not _wanted(use, values)):
        skipped = WHEN
    if skipped:
        running.set(Outcome(name=use.name, state=State.SKIPPED, reason=skipped))
        return
    running.set(Outcome(name=use.name, state=State.RUNNING, started=record.now()))
    try:
        params = {param.name: param.default for param in use.task.params if param.default is not None}
        params |= {name: substitute.value(value, values, f"task {use.name}") for name, value in use.params.items()}
        running.set(attempt_all(use, params, running.place, running.stop, running.view.tick))
    except (SettingsError, OSError) as err:
        # For example a result that a task declared and did not write.
        running.set(Outcome(name=use.name, state=State.FAILED, reason=str(err), exit_code=3))


def _scope(running: _Running) -> dict[str, Value]:
    values: dict[str, Value] = {f"params.{name}": value for name, value in running.params.items()}
    values["context.pipelineRun.name"] = running.place.run
    values["context.pipeline.name"] = running.pipeline.name
    for outcome in running.record.tasks.values():
        values |= {f"tasks.{outcome.name}.results.{name}": text for name, text in outcome.results.items()}
    return values


def _wanted(use: PipelineTask, values: Mapping[str, Value]) -> bool:
    where = f"task {use.name}: when"
    for when in use.when:
        found = substitute.text(when.input, values, where) in substitute.items(when.values, values, where)
        if found == when.negated:
            return False
    return True


def _why_skipped(running: _Running, use: PipelineTask) -> str:
    """Tekton's rule: a parent's when-skip stops those who need its results, not those who only wait for it."""
    for name in sorted(order.parents(use)):
        parent = running.record.tasks[name]
        if parent.state is State.SKIPPED and parent.reason != WHEN:
            return f"its parent {name} was skipped"
    for name in sorted(order.sources(use)):
        if running.record.tasks[name].state is State.SKIPPED:
            return f"it needs results of {name}, which was skipped"
    return ""


def _missing(running: _Running, use: PipelineTask) -> str:
    """Why a ``finally`` task cannot run: it needs results that are not there."""
    scope = _scope(running)
    needed = [name for template in use.templates() for name in substitute.references(template)]
    for name in needed:
        if name.startswith("tasks.") and ".results." in name and name not in scope:
            return f"there is no $({name})"
    return ""


def _aggregate(found: Record) -> str:
    """``$(tasks.status)``: Failed, Completed (something was skipped) or Succeeded."""
    states = {outcome.state for outcome in found.tasks.values()}
    if State.FAILED in states:
        return "Failed"
    return "Completed" if State.SKIPPED in states else "Succeeded"


def _finished(running: _Running) -> Record:
    state = State.SUCCEEDED
    if running.stop.requested:
        state = State.CANCELLED
    elif running.record.failed() is not None:
        state = State.FAILED
    scope = _scope(running)
    results = {
        name: substitute.text(template, scope, name)
        for name, template in running.pipeline.results.items()
        if set(substitute.references(template)) <= set(scope)
    }
    return replace(running.record, state=state, finished=record.now(), results=results)
