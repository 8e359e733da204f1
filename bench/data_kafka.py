"""Rows per second of ``mlgate score`` with the model in its process, between topics of a real broker on loopback."""

import contextlib
import subprocess
import sys

from data_book import ROOT

sys.path.insert(0, str(ROOT / "tests"))

from confluent_kafka import Consumer, TopicPartition

import kafka_broker
from kafka_messages import Topics, transactions
from mlgate.image.store import Image

MESSAGES = 20_000


def rate(image: Image, messages: int = MESSAGES) -> float:
    """From the first batch of verdicts to the last one, so that neither start nor end counts."""
    with kafka_broker.running() as broker:
        topics = Topics.made(broker)
        topics.send(transactions(messages))
        argv = [sys.executable, "-m", "mlgate.cli", "score", *topics.arguments, "--model", str(image.app.parent)]
        done = subprocess.run(
            [*argv, "--stop-when-idle", "1"], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
        )
        times = _times(topics)
    if done.returncode or len(times) != messages:
        sys.exit(f"mlgate score gave {len(times)} of {messages} verdicts: {done.stderr[-1000:]}")
    later = sum(each > times[0] + 20 for each in times)
    return later / max(times[-1] - times[0], 1) * 1000


def _times(topics: Topics) -> list[int]:
    """When each verdict was handed to the broker, in milliseconds, in order."""
    found = []
    address = {"bootstrap.servers": topics.broker.address, "group.id": "times", "log_level": 0}
    consumer = Consumer(address)
    with contextlib.closing(consumer):
        for number in range(3):
            low, high = consumer.get_watermark_offsets(TopicPartition(topics.verdicts, number), 10)
            consumer.assign([TopicPartition(topics.verdicts, number, low)])
            while low < high:
                message = consumer.poll(10)
                if message is None or message.error():
                    sys.exit(f"{topics.verdicts} cannot be read")
                low = (message.offset() or 0) + 1
                found.append(message.timestamp()[1])
    return sorted(found)
