"""One task on this machine: its steps in order, its results, its retries and its time-out."""

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from mlgate.pipeline import child, secrets, substitute
from mlgate.pipeline.child import Ended, Ending, Log, Stop, Watch
from mlgate.pipeline.objects import PipelineTask, Step, Task, Value
from mlgate.pipeline.record import Outcome, State, now

RESULTS_LIMIT = 4096
"""Bytes that the results of one task may have together; Tekton's limit for a termination message."""

_REMARKS, _REMARK = 5, 200
"""How many remarks of a task are kept, and characters of each."""

_SHEBANG = "#!/bin/sh\nset -e\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a run happens. ``workspaces`` maps the Pipeline's names to folders; ``env`` is all that steps inherit.

    ``secrets`` are values of Secrets by variable, each for the steps that name it; ``left_out`` names tasks that are
    skipped as if their when expressions were not met.
    """

    run: str
    folder: Path
    workspaces: Mapping[str, Path]
    env: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    left_out: frozenset[str] = frozenset()

    def log(self, task: str, step: str) -> Path:
        return self.folder / "logs" / task / f"{step}.log"

    def results(self, task: str) -> Path:
        return self.folder / "results" / task

    def scratch(self, task: str) -> Path:
        """Working folder of steps that name none, and where scripts lie."""
        return self.folder / "scratch" / task


def attempt_all(
    use: PipelineTask, params: Mapping[str, Value], place: Place, stop: Stop, tick: Callable[[], None]
) -> Outcome:
    """Run a task, again after a failure as often as ``retries`` says."""
    started, clock = now(), time.monotonic()
    outcome = Outcome(name=use.name)
    for attempt in range(1, use.retries + 2):
        outcome = replace(
            _attempt(use, params, place, Watch(time.monotonic() + use.timeout_s, stop, tick)), attempts=attempt
        )
        if outcome.state is not State.FAILED:
            break
    seconds = round(time.monotonic() - clock, 3)
    return replace(outcome, started=started, finished=now(), seconds=seconds, remarks=_remarks(use, place))


def _remarks(use: PipelineTask, place: Place) -> tuple[str, ...]:
    logs = [place.log(use.name, step.name) for step in use.task.steps]
    lines = [line for log in logs if log.is_file() for line in log.read_text(errors="replace").splitlines()]
    said = dict.fromkeys(line[:_REMARK] for line in lines if line.startswith(("WARNING: ", "NOTE: ")))
    return tuple(said)[:_REMARKS]


def _attempt(use: PipelineTask, params: Mapping[str, Value], place: Place, watch: Watch) -> Outcome:
    for folder in (place.results(use.name), place.scratch(use.name)):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    values = _values(use, params, place)
    for step in use.task.steps:
        ended = _step(use, step, values, place, watch)
        if failure := _failure(use, step, ended):
            return failure
    return _with_results(Outcome(name=use.name, state=State.SUCCEEDED), use.task, place)


def _values(use: PipelineTask, params: Mapping[str, Value], place: Place) -> dict[str, Value]:
    values: dict[str, Value] = {f"params.{name}": value for name, value in params.items()}
    values["context.pipelineRun.name"] = place.run
    values["context.taskRun.name"] = f"{place.run}-{use.name}"
    values["context.task.name"] = use.task.name
    for workspace in use.task.workspaces:
        folder = place.workspaces.get(use.workspaces.get(workspace.name, ""))
        values[f"workspaces.{workspace.name}.path"] = str(folder or "")
        values[f"workspaces.{workspace.name}.bound"] = "true" if folder else "false"
    for name in use.task.results:
        values[f"results.{name}.path"] = str(place.results(use.name) / name)
    return values


def _step(use: PipelineTask, step: Step, values: Mapping[str, Value], place: Place, watch: Watch) -> Ended:
    where = f"task {use.name}: step {step.name}"
    env = {name: substitute.text(template, values, where) for name, template in step.env.items()}
    scratch = place.scratch(use.name)
    command = _script(step, values, where, scratch) if step.script else substitute.items(step.command, values, where)
    argv = [*command, *substitute.items(step.args, values, where)]
    path = {**place.env, **env}.get("PATH")
    secret = secrets.chosen(step.secrets, place.secrets, where)
    found = argv[0] if "/" in argv[0] else shutil.which(argv[0], path=path) or argv[0]
    working = substitute.text(step.working_dir, values, where)
    return child.run(
        [found, *argv[1:]],
        cwd=scratch / working,
        env={**place.env, **env, **secret},
        log=Log(place.log(use.name, step.name), secrets.parts(secret.values())),
        watch=watch,
    )


def _script(step: Step, values: Mapping[str, Value], where: str, scratch: Path) -> tuple[str, ...]:
    text = substitute.script(step.script, values, where)
    file = scratch / f".script-{step.name}"
    file.write_text(text if text.startswith("#!") else _SHEBANG + text)
    file.chmod(0o700)
    return (str(file),)


def _failure(use: PipelineTask, step: Step, ended: Ended) -> Outcome | None:
    """The outcome when this step ends the task, else None."""
    if ended.ending is Ending.CANCELLED:
        return Outcome(name=use.name, state=State.CANCELLED, reason="stopped by the person", step=step.name)
    if ended.ending is Ending.TIMEOUT:
        reason = f"did not end within {use.timeout_s:g} s"
        return Outcome(name=use.name, state=State.FAILED, reason=reason, step=step.name, exit_code=ended.code)
    if ended.code == 0 or step.continue_on_error:
        return None
    reason = f"step {step.name} exited {ended.code}"
    return Outcome(name=use.name, state=State.FAILED, reason=reason, step=step.name, exit_code=ended.code)


def _with_results(outcome: Outcome, task: Task, place: Place) -> Outcome:
    """Read the results back; one that was not written is absent, as in Tekton."""
    hidden = secrets.parts(place.secrets.values())
    found: dict[str, str] = {}
    size = 0
    for name in task.results:
        file = place.results(outcome.name) / name
        if file.is_file():
            size += file.stat().st_size
            if size > RESULTS_LIMIT:
                reason = f"the results are larger than {RESULTS_LIMIT} bytes, beginning with {name!r}"
                return replace(outcome, state=State.FAILED, reason=reason)
            if secrets.masked(content := file.read_bytes(), hidden) != content:
                file.unlink()
                return replace(outcome, state=State.FAILED, reason=f"the result {name!r} holds the value of a Secret")
            found[name] = content.decode(errors="replace")
    return replace(outcome, results=found)
