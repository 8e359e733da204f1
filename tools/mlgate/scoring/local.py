"""A packaged model on this machine, in a process with the environment that its digest stands for."""

import contextlib
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlgate.errors import ToolFailed, UsageError
from mlgate.image import environment as environments
from mlgate.image import store
from mlgate.image.environment import Environment
from mlgate.image.store import Image
from mlgate.notebook.files import environment as variables
from mlgate.scoring.model import Away, Refused, Row, Scores, probabilities

WORKER = Path(__file__).with_name("worker.py")
_ANSWER_S = 120.0
_CLASSES = ["legitimate", "fraud"]


def find(reference: str, images: Path) -> tuple[Image, Environment]:
    """The image of a digest in the store ``images``, or of a folder ``.../sha256/<hex>``, and its environment.

    Raises ``UsageError`` when there is none and ``ToolFailed`` when it is not what was packaged.
    """
    folder = Path(reference).absolute()
    if folder.is_dir():
        if folder.parent.name != "sha256":
            raise UsageError(f"--model {reference}: not the folder of a packaged model", fix="pass .../sha256/<hex>")
        images, reference = folder.parent.parent, f"sha256:{folder.name}"
    image = store.load(images, reference)
    return image, environments.of(image)


class LocalModel:
    """Starts at once, and again when its process has died. Raises ``ToolFailed`` with its words when it cannot."""

    def __init__(self, image: Image, environment: Environment) -> None:
        environments.check(image, environment)
        self._image, self._environment = image, environment
        self._home = tempfile.TemporaryDirectory(prefix="mlgate-model-")
        self._process = self._start()
        self.names = self._greeting()

    def score(self, rows: Sequence[Row]) -> Scores:
        if self._process.poll() is not None:
            self._process = self._start()
            self._greeting()
        answer = self._asked(json.dumps([list(row) for row in rows]))
        if "refused" in answer:
            raise Refused(str(answer["refused"]))
        return Scores(probabilities(answer.get("probabilities"), len(rows)), self._image.digest)

    def close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._home.cleanup()

    def _start(self) -> "subprocess.Popen[str]":
        python, image = self._environment.python, self._image
        env = variables(image.app / "deploy" / "environment") | {
            "PATH": f"{python.parent}{os.pathsep}{os.defpath}",
            "HOME": self._home.name,
            "LANG": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
            # The image must stay what its digest says; a compiled module would be one file more.
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        with self._log.open("wb") as log:
            return subprocess.Popen(
                [str(python), str(WORKER), image.wrapper_class],
                cwd=image.app,
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                # Ctrl-C is for the one that asks: it ends this process by closing its input.
                start_new_session=True,
            )

    @property
    def _log(self) -> Path:
        return Path(self._home.name) / "log"

    def _greeting(self) -> tuple[str, ...]:
        try:
            said = self._line()
        except Away as err:
            raise ToolFailed(f"the packaged model does not start: {err}") from None
        if said.get("classes") != _CLASSES:
            raise ToolFailed(f"class_names is {said.get('classes')}, not {_CLASSES}")
        return tuple(said["names"])

    def _asked(self, question: str) -> dict[str, Any]:
        assert self._process.stdin  # noqa: S101 - a pipe since the start
        try:
            self._process.stdin.write(question + "\n")
            self._process.stdin.flush()
        except OSError:
            raise Away(f"its process ended: {self._words()}") from None
        return self._line()

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout  # noqa: S101 - a pipe since the start
        # A model that hangs is one that died.
        end = threading.Timer(_ANSWER_S, self._process.kill)
        end.start()
        try:
            said = json.loads(self._process.stdout.readline())
        except ValueError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
            raise Away(f"its process ended: {self._words()}") from None
        finally:
            end.cancel()
        return dict(said)

    def _words(self) -> str:
        lines = self._log.read_text(errors="replace").split("\n")
        # Of a traceback the last line says what is wrong.
        return next((line[:400] for line in reversed(lines) if line.strip()), f"exit code {self._process.returncode}")
