"""Messages for a real broker, and everything that stands in a topic."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition

from kafka_broker import Broker
from mlgate.data.transactions import FEATURES
from mlgate.process import cache_dir
from model_images import Packaged

GOOD: dict[str, object] = {"id": "good", **dict.fromkeys(("Time", *FEATURES, "Amount"), 0.5)}


@dataclass(frozen=True, slots=True)
class Topics:
    """Three topics of one test, on ``broker``."""

    broker: Broker
    name: str

    @classmethod
    def made(cls, broker: Broker) -> "Topics":
        found = cls(broker, uuid.uuid4().hex[:8])
        broker.topics(found.transactions, found.verdicts, f"{found.transactions}.dead")
        return found

    @property
    def transactions(self) -> str:
        return f"transactions-{self.name}"

    @property
    def verdicts(self) -> str:
        return f"verdicts-{self.name}"

    @property
    def arguments(self) -> list[str]:
        """What ``mlgate score`` is told of them."""
        base = f"kafka://{self.broker.address}/"
        return ["--from", base + self.transactions, "--to", base + self.verdicts, "--group", f"group-{self.name}"]

    def send(self, messages: Sequence[tuple[bytes | None, bytes | None]]) -> None:
        """Write transactions and wait until they are acknowledged, however long the broker is away."""
        producer = Producer({"bootstrap.servers": self.broker.address, "enable.idempotence": True, "log_level": 0})
        failed: list[object] = []
        for key, value in messages:
            producer.produce(
                self.transactions, value, key, on_delivery=lambda err, _: failed.append(err) if err else None
            )
            producer.poll(0)
        assert producer.flush(120) == 0
        assert failed == []

    def written(self) -> int:
        """How many verdicts there are, copies too."""
        consumer = Consumer({"bootstrap.servers": self.broker.address, "group.id": "counter", "log_level": 0})
        with contextlib.closing(consumer):
            return sum(self._end(consumer, partition) for partition in range(3))

    def _end(self, consumer: Consumer, partition: int) -> int:
        for _ in range(100):
            try:
                return int(consumer.get_watermark_offsets(TopicPartition(self.verdicts, partition), 10)[1])
            except KafkaException:
                time.sleep(0.1)  # a broker that has just started leads its partitions a little later
        raise AssertionError(f"partition {partition} of {self.verdicts} has no leader")

    def said(self) -> list[tuple[str, bytes]]:
        """Key and value of every verdict there is."""
        return [(str(each.key), each.value) for each in self.all(self.verdicts)]

    def dead(self) -> "list[Read]":
        return self.all(f"{self.transactions}.dead")

    def all(self, topic: str) -> "list[Read]":
        """Every message of a topic, up to its end as it is now."""
        consumer = Consumer({"bootstrap.servers": self.broker.address, "group.id": "reader", "log_level": 0})
        with contextlib.closing(consumer):
            found = []
            for partition in consumer.list_topics(topic, 10).topics[topic].partitions:
                low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), 10)
                consumer.assign([TopicPartition(topic, partition, low)])
                while low < high:
                    message = consumer.poll(10)
                    assert message is not None
                    assert message.error() is None
                    low = (message.offset() or 0) + 1
                    found.append(_read(message))
            return found


@dataclass(frozen=True, slots=True)
class Read:
    """One message."""

    key: str | None
    value: bytes
    headers: Mapping[str, str]


def _read(message: Message) -> Read:
    headers = message.headers() or []
    pairs = headers.items() if isinstance(headers, dict) else headers
    told = {name: value.decode() for name, value in pairs if isinstance(value, bytes)}
    key, value = message.key(), message.value()
    return Read(key.decode() if isinstance(key, bytes) else key, value if isinstance(value, bytes) else b"", told)


def transactions(number: int, start: int = 0) -> list[tuple[bytes | None, bytes | None]]:
    """Transactions with the ids from ``start`` on; equal arguments give equal rows."""
    made: list[tuple[bytes | None, bytes | None]] = []
    for at in range(start, start + number):
        values = np.random.default_rng(at).normal(0, 5, len(FEATURES)).round(3).tolist()
        made.append(
            (
                None,
                json.dumps(
                    {"id": f"t{at}", "Time": at, "Amount": 1, **dict(zip(FEATURES, values, strict=True))}
                ).encode(),
            )
        )
    return made


def expected(model: Packaged, messages: Sequence[tuple[bytes | None, bytes | None]]) -> dict[str, float]:
    """Probability by id, asked of the model itself, past everything that is tested."""
    code = (
        "import sys, json, joblib, pandas as pd\n"
        "rows = [json.loads(line) for line in sys.stdin]\n"
        f"model = joblib.load({str(model.image.app / model.image.model_file)!r})\n"
        "model.n_jobs = 1\n"
        "table = pd.DataFrame(rows)[list(model.feature_names_in_)]\n"
        "print(json.dumps(dict(zip([row['id'] for row in rows], model.predict_proba(table)[:, 1].tolist()))))\n"
    )
    text = "\n".join((value or b"").decode() for _, value in messages)
    done = subprocess.run(
        [str(model.environment.python), "-c", code], check=True, input=text, capture_output=True, text=True, timeout=120
    )
    return {key: round(float(value), 9) for key, value in json.loads(done.stdout).items()}


@contextlib.contextmanager
def scorer(*arguments: str, env: Mapping[str, str] | None = None) -> "Iterator[subprocess.Popen[str]]":
    """``mlgate score`` as a process of its own, ended with the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "mlgate.cli", "score", *arguments],
        env={**os.environ, "MLGATE_CACHE": str(cache_dir()), "PYTHONUNBUFFERED": "1", **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=Path(__file__).parents[1],
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def signals_kept() -> Iterator[None]:
    """The signals' own meaning back, after a command that ran in this process."""
    kept = {sign: signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for sign, handler in kept.items():
            signal.signal(sign, handler)
