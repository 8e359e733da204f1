"""Small Pipelines for the tests of the runner."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from mlgate.pipeline import parse, run
from mlgate.pipeline.child import Stop
from mlgate.pipeline.execute import Place
from mlgate.pipeline.objects import Pipeline, Value
from mlgate.pipeline.record import Record

PIPELINES = Path(__file__).parent / "pipelines"


class Silent:
    """A view that remembers the order in which tasks started."""

    def __init__(self) -> None:
        self.started: list[str] = []

    def update(self, record: Record) -> None:
        for task in record.tasks.values():
            if task.started and task.name not in self.started:
                self.started.append(task.name)

    def tick(self) -> None:
        """Nothing to move."""


def load(name: str) -> Pipeline:
    """The Pipeline of a fixture file, with its Tasks."""
    documents = list(yaml.safe_load_all((PIPELINES / f"{name}.yaml").read_text()))
    (pipeline,) = (each for each in documents if each["kind"] == "Pipeline")
    return parse.pipeline(pipeline, [each for each in documents if each["kind"] == "Task"])


def inline(tasks: list[dict[str, Any]], **spec: Any) -> Pipeline:
    """A Pipeline of embedded tasks."""
    content = {"apiVersion": "tekton.dev/v1", "kind": "Pipeline", "metadata": {"name": "inline"}}
    return parse.pipeline({**content, "spec": {"tasks": tasks, **spec}}, [])


def script(name: str, text: str, **use: Any) -> dict[str, Any]:
    """A task of one step."""
    return {"name": name, "taskSpec": {"steps": [{"name": "go", "script": text}]}, **use}


def place(folder: Path, pipeline: Pipeline) -> Place:
    """A place for a run, with a folder for each workspace that is not optional."""
    spaces = {w.name: folder / "workspaces" / w.name for w in pipeline.workspaces if not w.optional}
    for space in spaces.values():
        space.mkdir(parents=True)
    return Place(run="run-1", folder=folder, workspaces=spaces, env={"PATH": os.environ["PATH"]})


def execute(
    pipeline: Pipeline, folder: Path, params: Mapping[str, Value] | None = None, view: run.View | None = None
) -> Record:
    """Run to the end."""
    return run.execute(pipeline, params or {}, place(folder, pipeline), view=view or Silent(), stop=Stop())


def alive(pid_file: Path) -> bool:
    """Is the process of this file running? One that ended and waits to be collected is not."""
    try:
        stat = Path("/proc", pid_file.read_text().strip(), "stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
