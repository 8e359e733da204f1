"""The objects of sources, by kustomize's library or read from plain folders; hostile input is refused before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlgate.checks import guard
from mlgate.checks.argo import directory
from mlgate.checks.argo.source import Source
from mlgate.checks.model import Build, Object
from mlgate.errors import SettingsError
from mlgate.render.engine import Answer, Request
from mlgate.render.renderer import chosen, render_all
from mlgate.results import Result


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a source: objects, or an ``error`` with its code, or what ``guard`` found."""

    objects: tuple[Object, ...] = ()
    error: str = ""
    code: str = "MG221"
    guarded: tuple[Result, ...] = ()

    @property
    def failed(self) -> bool:
        return bool(self.error or self.guarded)


def render(root: Path, sources: Sequence[Source]) -> list[Outcome]:
    """An outcome for each source, in order. Raises ``MissingTool``."""
    guarded = [tuple(guard.check(root, each.folder)) if each.tool == "kustomize" else () for each in sources]
    asked = [
        Request(each.folder, root, _options(each))
        for each, found in zip(sources, guarded, strict=True)
        if each.tool == "kustomize" and not found
    ]
    answers = iter(render_all(asked))
    return [_outcome(root, each, found, answers) for each, found in zip(sources, guarded, strict=True)]


def _outcome(root: Path, source: Source, guarded: tuple[Result, ...], answers: Iterator[Answer]) -> Outcome:
    if guarded:
        return Outcome(guarded=guarded)
    if source.tool == "directory":
        return _plain(root, source)
    answer = next(answers)
    if chosen() == "kubectl" and _options(source):
        return Outcome(error="kubectl cannot render with an Application's kustomize options, only the engine can")
    if answer.error:
        # Notes of kubectl stand before "error: ", on the same line.
        said = answer.error.partition("error: ")[2] or answer.error
        return Outcome(error=said, code="MG226" if answer.killed else "MG221")
    return Outcome(answer.objects)


def _options(source: Source) -> dict[str, Any]:
    options = dict(source.options)
    named = options.get("components")
    if options.pop("ignoreMissingComponents", False) and isinstance(named, list):
        options["components"] = [each for each in named if (source.folder / str(each)).is_dir()]
    # Another kustomize may render something else; which one Argo CD has is not known here.
    options.pop("version", None)
    return options


def _plain(root: Path, source: Source) -> Outcome:
    files = directory.files(source.folder, source.options)
    outside = [file.name for file in files if not file.resolve().is_relative_to(root.resolve())]
    if outside:
        return Outcome(error=f"{outside[0]} is a link that leads out of the repository")
    try:
        return Outcome(tuple(directory.read(files)))
    except SettingsError as err:
        return Outcome(error=str(err))


def build(source: Source) -> Build:
    """The build that a source is."""
    if source.tool == "kustomize":
        return Build(source.folder)
    return Build(source.folder, files=directory.files(source.folder, source.options))
