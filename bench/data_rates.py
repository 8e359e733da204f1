"""Rows that one packaged model scores in a second: in process, by REST, by Kafka."""

import http.client
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from data_book import ROOT, Book, Rate

from mlgate.data import synthetic
from mlgate.image import environment as environments
from mlgate.image import serve, store
from mlgate.image.environment import Environment
from mlgate.image.store import Image

NAMES = ["V3", "V4", "V10", "V11", "V12", "V14", "V17"]
BATCHES = (1, 100, 10_000)
BARE = "REST, bare seldon-core"
ROUNDS = 3
"""Rounds of the two servers, one after the other each time, so that both have the same machine; the median counts."""


def rates(book: Book, folder: Path, *, quick: bool) -> None:
    """Into ``book``, by the forest that the ways left in ``folder``."""
    if time.monotonic() > book.ends or not (folder / "forest").is_file():
        book.left.append("scoring: not begun, for want of time or of a forest")
        return
    print(f"{time.strftime('%H:%M:%S')} scoring", file=sys.stderr, flush=True)
    image = store.load(folder / "images", (folder / "forest").read_text())
    environment, seconds = environments.of(image), 0.2 if quick else 1.5
    direct, served = _in_process(image, environment, seconds), list(_by_rest(image, environment, seconds))
    bare = {each.batch: each.per_second for each in served if each.way == BARE}
    book.rates += [replace(each, ratio=each.per_second / bare[each.batch]) for each in direct] + served
    if not quick:
        import data_kafka

        book.rates.append(Rate(way="Kafka, in process", batch=500, per_second=data_kafka.rate(image)))
    book.keep()


def _in_process(image: Image, environment: Environment, seconds: float) -> list[Rate]:
    argv = [str(environment.python), str(ROOT / "bench" / "data_predict.py"), image.wrapper_class, str(seconds)]
    argv += map(str, BATCHES)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as rows:
        json.dump(_rows(max(BATCHES)), rows)
        rows.flush()
        done = subprocess.run(
            [*argv, rows.name],
            cwd=image.app,
            env={"PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    return [
        Rate(way="in process", batch=int(batch), per_second=each) for batch, each in json.loads(done.stdout).items()
    ]


def _by_rest(image: Image, environment: Environment, seconds: float) -> Iterator[Rate]:
    with serve.running(image, environment) as ours, _bare(image, environment) as bare:
        for batch in BATCHES:
            body = json.dumps({"data": {"names": NAMES, "ndarray": _rows(batch)}}).encode()
            found = [
                (_asked(ours.url, body, batch, seconds), _asked(bare, body, batch, seconds)) for _ in range(ROUNDS)
            ]
            mine, its = (statistics.median(each) for each in zip(*found, strict=True))
            ratio = statistics.median(one / other for one, other in found)
            yield Rate(way=BARE, batch=batch, per_second=its, ratio=1.0)
            yield Rate(way="REST, ours", batch=batch, per_second=mine, ratio=ratio)


@contextmanager
def _bare(image: Image, environment: Environment) -> Iterator[str]:
    """seldon-core's microservice as it is, but that it listens on loopback."""
    kept = serve.LAUNCHER
    serve.LAUNCHER = ROOT / "bench" / "data_bare.py"
    try:
        with serve.running(image, environment) as server:
            yield server.url
    finally:
        serve.LAUNCHER = kept


def _asked(url: str, body: bytes, batch: int, seconds: float) -> float:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    connection.connect()
    # Otherwise the second packet of a request waits for the first one's acknowledgement.
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask() -> None:
        connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            sys.exit(f"{url} answered {answer.status}: {said[:300]!r}")

    try:
        return batch * _times(ask, seconds)
    finally:
        connection.close()


def _times(call: Callable[[], None], seconds: float) -> float:
    call()
    done, start = 0, time.perf_counter()
    while done == 0 or time.perf_counter() - start < seconds:
        call()
        done += 1
    return done / (time.perf_counter() - start)


def _rows(number: int) -> list[list[float]]:
    rows: list[list[float]] = synthetic.generate(seed=2021, rows=max(number, 100))[NAMES].to_numpy().tolist()
    return rows[:number]
