"""What the runner understands of Tekton's Pipeline and Task, frozen.

Templates (``$(params.x)``) stand unresolved in these objects; ``mlgate.pipeline.substitute`` resolves them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Value = str | tuple[str, ...]
"""A parameter's value: a string, or an array of strings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A declared parameter; ``default`` None means that a value is required."""

    name: str
    array: bool
    default: Value | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A declared workspace; an optional one may stay unbound."""

    name: str
    optional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRef:
    """A key of a Secret of the cluster; an optional one may be absent."""

    name: str
    key: str
    optional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One process. Exactly one of ``command`` and ``script`` is set.

    ``env`` and ``secrets``, by variable, include the Task's stepTemplate; ``noted`` names fields that have a meaning
    in a cluster only.
    """

    name: str
    command: tuple[str, ...]
    args: tuple[str, ...]
    script: str
    env: Mapping[str, str]
    secrets: Mapping[str, SecretRef]
    working_dir: str
    continue_on_error: bool
    noted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A Task's spec."""

    name: str
    params: tuple[Param, ...]
    workspaces: tuple[Workspace, ...]
    results: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A guard: ``input`` must (``negated``: must not) be one of ``values``."""

    input: str
    negated: bool
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineTask:
    """A Task's use in a Pipeline. ``workspaces`` maps the Task's name to the Pipeline's; ``timeout_s`` is seconds."""

    name: str
    task: Task
    params: Mapping[str, Value]
    workspaces: Mapping[str, str]
    run_after: tuple[str, ...]
    when: tuple[When, ...]
    retries: int
    timeout_s: float

    def templates(self) -> Sequence[str]:
        """Every text of the use that may refer to parameters, results or states."""
        texts: list[str] = []
        for value in self.params.values():
            texts += [value] if isinstance(value, str) else value
        for when in self.when:
            texts += [when.input, *when.values]
        return texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A Pipeline with its Tasks resolved; ``tasks`` in the order of the file."""

    name: str
    params: tuple[Param, ...]
    workspaces: tuple[Workspace, ...]
    tasks: tuple[PipelineTask, ...]
    last: tuple[PipelineTask, ...]
    results: Mapping[str, str]

    def notes(self) -> list[str]:
        """Fields that are known and do nothing on this machine, each once."""
        used = [use.task for use in (*self.tasks, *self.last)]
        return sorted({f"{field} has no effect on this machine" for t in used for s in t.steps for field in s.noted})
