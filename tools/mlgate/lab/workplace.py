"""``make notebook``: which folder and which transactions, and JupyterLab on them until Ctrl-C."""

import signal
import threading
from dataclasses import dataclass
from pathlib import Path

import click

from mlgate.errors import SettingsError, ToolFailed
from mlgate.image import environment as models
from mlgate.lab import environment, server
from mlgate.lab.data import Prepared, Wanted, chosen, prepare, wanted
from mlgate.lab.session import Session, furnish, kernel, opened
from mlgate.repo import Repo
from mlgate.results import Result
from mlgate.settings import load

_DEFAULT = "model/fraud"


@dataclass(frozen=True, slots=True)
class Workplace:
    """A session, and what it is furnished with."""

    repo: Repo
    session: Session
    prefix: str | None
    wanted: Wanted


def find(repo: Repo, prefix: str | None, model_path: str | None, source: str | None) -> Workplace:
    """The workplace that the settings name, or the arguments; raises ``MlgateError`` for what is not there."""
    found = chosen(repo, prefix)
    path = model_path or (load(repo.settings_file(found)).model_path if found else _DEFAULT)
    folder = (repo.root / path).resolve()
    if not folder.is_relative_to(repo.root.resolve()) or not folder.is_dir():
        raise SettingsError(f"{path[:80]!r} is not a folder of the repository", fix=f"for example {_DEFAULT}")
    session = Session(folder, repo.build.resolve() / "notebook" / folder.name)
    return Workplace(repo, session, found, wanted(repo, found, source))


def serve(place: Workplace, port: int) -> list[Result]:
    """Serve until a signal; findings when the transactions are denied, as by the pipeline.

    Raises ``UsageError`` when the port is taken and ``ToolFailed`` when JupyterLab does not start or ends by itself.
    """
    server.require_free(port)
    stop = _signalled()
    with opened(place.session):
        prepared, denied = prepare(place.wanted, place.session.kept)
        if denied:
            return denied
        lab = environment.ensure(place.repo.root)
        kernel(place.session, lab, models.ensure(place.session.model_dir).python, place.prefix)
        furnish(place.session, prepared)
        if not stop.is_set():
            _until(stop, place, prepared, lab, port)
    return []


def _until(stop: threading.Event, place: Workplace, prepared: Prepared, lab: Path, port: int) -> None:
    with server.running(place.session, lab, port) as running:
        record = prepared.record()
        click.echo(f"JupyterLab: {running.url}   (Ctrl-C ends it)")
        click.echo(
            f"data: {record.train_rows:,} training rows of {record.source}; {record.holdout_rows:,} are held out"
        )
        while not stop.wait(0.5):
            if running.ended():
                raise ToolFailed(f"JupyterLab ended by itself with exit code {running.process.returncode}")


def _signalled() -> threading.Event:
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    return stop
