"""kustomize's own library in worker processes: many builds without a process for each."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from mlgate.errors import MissingTool, ToolFailed
from mlgate.process import Tool, Worker

WORKERS = 2
LIMIT_S = 10.0
_ENGINE = Tool("mlgate-engine")
# Nothing of the person takes part, and no git is found: a build depends on its files alone.
_ENV = {"HOME": os.devnull, "PATH": os.devnull, "GOMAXPROCS": "2"}


@dataclass(frozen=True, slots=True)
class Request:
    """One build. ``options`` are those of an Argo CD Application, ``spec.source.kustomize``.

    With ``probe`` the answer says which patches and replacements match an object, instead of the objects.
    """

    folder: Path
    root: Path
    options: Mapping[str, Any] = field(default_factory=dict)
    probe: bool = False

    def line(self, number: int = 0) -> str:
        """The request as the engine reads it; those of one ``number``, not 0, see the disk as it is for the first."""
        where = {"folder": str(self.folder.absolute()), "root": str(self.root.absolute())}
        return json.dumps(
            {"id": "", **where, "options": dict(self.options) or None, "probe": self.probe, "number": number}
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a build: ``error`` is empty when it succeeded, ``killed`` set when a limit ended the worker.

    ``files`` are all that were read, relative to the root with symbolic links followed. ``reached`` and ``matched``
    are ``FILE#patches/INDEX`` or ``FILE#replacements/INDEX[/INDEX]/targets/INDEX``.
    """

    objects: tuple[dict[str, Any], ...] = ()
    error: str = ""
    killed: bool = False
    files: tuple[str, ...] = ()
    reached: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()


class EnginePool:
    """Workers, started when first needed and kept; no thread of it lives longer than a call.

    A build that takes longer than ``limit_s`` or more memory than a worker may have ends its worker, which is
    replaced, and is answered with ``killed``.
    """

    def __init__(self, workers: int = WORKERS, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._workers = workers
        self._number = 0
        self._idle: SimpleQueue[Worker | None] = SimpleQueue()
        for _number in range(workers):
            self._idle.put(None)

    def __enter__(self) -> "EnginePool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all workers; the next call starts new ones."""
        for _number in range(self._workers):
            if worker := self._idle.get():
                worker.close()
            self._idle.put(None)

    def render(self, requests: Iterable[Request]) -> Sequence[Answer]:
        """The answers in the order of the requests. Raises ``MissingTool``."""
        self._number += 1
        with ThreadPoolExecutor(self._workers) as threads:
            return list(threads.map(partial(self._one, self._number), requests))

    def _one(self, number: int, request: Request) -> Answer:
        worker = self._idle.get()
        try:
            worker = worker or _ENGINE.worker(["render"], cwd=Path("/"), env=_ENV)
            return _answer(json.loads(worker.ask(request.line(number), self._limit_s)))
        except MissingTool:
            raise
        except (ToolFailed, ValueError, RecursionError) as err:
            if worker is not None:
                worker.close()
            worker = None
            return Answer(error=" ".join(str(err).split()), killed=True)
        finally:
            self._idle.put(worker)


def _answer(said: Mapping[str, Any]) -> Answer:
    return Answer(
        objects=tuple(said["objects"]),
        error=said["error"],
        files=tuple(said["files"]),
        reached=tuple(said.get("reached") or ()),
        matched=tuple(said.get("matched") or ()),
    )
