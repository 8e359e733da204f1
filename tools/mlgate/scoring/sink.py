"""The producers: idempotent, acknowledged by all replicas, and nothing counts as written before that."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from mlgate.errors import ToolFailed
from mlgate.scoring.address import Address
from mlgate.scoring.failures import Log, final, quiet, refused
from mlgate.scoring.verdict import Record


class Sink:
    """Writes to topics of one or several clusters; ``give_up_s`` bounds how long one message is tried."""

    def __init__(
        self, addresses: Sequence[Address], security: Mapping[str, str], *, give_up_s: int, largest: int, log: Log
    ) -> None:
        self._failure: KafkaError | None = None
        self._settings: dict[str, Any] = {
            **security,
            "client.id": "mlgate-score",
            "enable.idempotence": True,
            "acks": "all",
            "linger.ms": 5,
            "compression.type": "lz4",
            # As Java's clients choose: compaction knows one verdict of a key only inside one partition.
            "partitioner": "murmur2_random",
            "message.timeout.ms": give_up_s * 1000,
            "message.max.bytes": largest,
            "reconnect.backoff.max.ms": 2000,
            "error_cb": self._on_error,
        }
        self._producers = {
            servers: Producer({**self._settings, "bootstrap.servers": servers}, logger=quiet(log))
            for servers in {address.servers for address in addresses}
        }

    def topic_exists(self, address: Address, timeout_s: float = 2.0) -> bool:
        """Whether a topic is there; raises ``KafkaException`` when no broker answers.

        Raises ``ToolFailed`` when one answers and refuses the login.
        """
        producer = self._producers[address.servers]
        try:
            found = producer.list_topics(address.topic, timeout_s).topics[address.topic]
        except KafkaException:
            # The reason why nobody answered comes by the callback, which only a poll serves.
            producer.poll(0.1)
            if self._failure:
                raise refused(address, self._failure) from None
            raise
        return found.error is None

    def write(
        self, records: Sequence[tuple[Address, Record]], beat: Callable[[], None], stop: Callable[[], bool]
    ) -> bool:
        """Write all and wait until each is acknowledged; calls ``beat`` while it waits.

        False when ``stop`` said to give up before. Raises ``ToolFailed`` when a message cannot be written.
        """
        for address, record in records:
            self._put(address, record)
        while self._outstanding():
            if self._failure or stop():
                break
            beat()
        if self._failure:
            raise refused("writing failed", self._failure)
        return not self._outstanding()

    def _put(self, address: Address, record: Record) -> None:
        producer = self._producers[address.servers]
        headers: list[tuple[str, str | bytes | None]] = list(record.headers)
        for _ in range(2):
            try:
                producer.produce(address.topic, record.value, record.key, on_delivery=self._delivered, headers=headers)
            except BufferError:
                producer.flush(1.0)
            else:
                return
        raise ToolFailed(f"{address}: the queue of unwritten messages is full")

    def _outstanding(self) -> int:
        end = time.monotonic() + 0.1
        return sum(producer.flush(max(end - time.monotonic(), 0.0)) for producer in self._producers.values())

    def _delivered(self, error: KafkaError | None, _: Message) -> None:
        if error is not None:
            self._failure = error

    def _on_error(self, error: KafkaError) -> None:
        if final(error):
            self._failure = error
