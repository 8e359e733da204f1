"""The consumer: messages in bounded batches, and offsets that are committed only when told."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from mlgate.scoring.address import Address
from mlgate.scoring.failures import Log, final, quiet, refused
from mlgate.scoring.verdict import Origin

_LINGER_S = 0.02
_CHECK_S = 2.0
_MOVED = {
    KafkaError.ILLEGAL_GENERATION,
    KafkaError.UNKNOWN_MEMBER_ID,
    KafkaError.REBALANCE_IN_PROGRESS,
    KafkaError._NO_OFFSET,
    KafkaError._STATE,
}


class Source:
    """A member of the group ``group``. Not for several threads."""

    def __init__(  # noqa: PLR0913 - what a group's member is
        self, address: Address, group: str, security: Mapping[str, str], *, session_s: int, batch_bytes: int, log: Log
    ) -> None:
        self.address, self._batch_bytes = address, batch_bytes
        self._held, self._early = False, list[Message]()
        self.assigned: set[int] = set()
        self._failure: KafkaError | None = None
        settings: dict[str, Any] = {
            **security,
            "bootstrap.servers": address.servers,
            "group.id": group,
            "client.id": "mlgate-score",
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "earliest",
            "session.timeout.ms": session_s * 1000,
            "heartbeat.interval.ms": session_s * 1000 // 4,
            # What the library fetches ahead is memory too.
            "queued.max.messages.kbytes": 16 * 1024,
            "reconnect.backoff.max.ms": 2000,
            "error_cb": self._on_error,
        }
        self._consumer = Consumer(settings, logger=quiet(log))

    def topic_exists(self, timeout_s: float = _CHECK_S) -> bool:
        """Whether the topic is there; raises ``KafkaException`` when no broker answers.

        Raises ``ToolFailed`` when one answers and refuses the login.
        """
        try:
            found = self._consumer.list_topics(self.address.topic, timeout_s).topics[self.address.topic]
        except KafkaException:
            # The reason why nobody answered comes by the callback, which only a poll serves.
            self._taken(self._consumer.poll(0.1))
            raise
        return found.error is None

    def join(self) -> None:
        """Become a member of the group; partitions come with the first reads."""
        self._consumer.subscribe(
            [self.address.topic], on_assign=self._assign, on_revoke=self._revoke, on_lost=self._revoke
        )

    def read(self, most: int, wait_s: float) -> list[Message]:
        """Up to ``most`` messages, fewer when they are large or few; waits for the first at most ``wait_s``."""
        found, self._early = self._early, []
        size, end = sum(map(_size, found)), time.monotonic() + wait_s
        while len(found) < most and size < self._batch_bytes:
            left = max(end - time.monotonic(), 0.0)
            message = self._taken(self._consumer.poll(_LINGER_S if found else left))
            if message is not None:
                found.append(message)
                size += _size(message)
            elif found or time.monotonic() >= end:
                break
        return found

    def hold(self) -> None:
        """Stay a member of the group while nothing can be taken: fetch nothing, answer the coordinator."""
        if not self._held:
            self._held = True
            self._consumer.pause(self._partitions())
        message = self._taken(self._consumer.poll(0.05))
        if message is not None:
            self._early.append(message)

    def release(self) -> None:
        """Fetch again."""
        if self._held:
            self._held = False
            self._consumer.resume(self._partitions())

    def commit(self, origins: Sequence[Origin]) -> None:
        """Commit what comes after ``origins``, of the partitions that are still this member's.

        Raises ``KafkaException`` when it may be tried again. A partition that went to another member is left to it:
        what it reads twice gets the same verdict twice.
        """
        next_offsets: dict[int, int] = {}
        for origin in origins:
            if origin.partition in self.assigned:
                next_offsets[origin.partition] = max(origin.offset + 1, next_offsets.get(origin.partition, 0))
        offsets = [TopicPartition(self.address.topic, *each) for each in sorted(next_offsets.items())]
        if not offsets:
            return
        try:
            done = self._consumer.commit(offsets=offsets, asynchronous=False)
            for each in done or []:
                if each.error:
                    raise KafkaException(each.error)
        except KafkaException as err:
            if err.args[0].code() not in _MOVED:
                raise

    def lag(self) -> int:
        """Messages of this member's partitions that it has not read; raises ``KafkaException`` when Kafka is away."""
        total = 0
        for each in self._consumer.position(self._partitions()):
            low, high = self._consumer.get_watermark_offsets(each, _CHECK_S)
            total += max(high - self._at(each, low), 0)
        return total

    def _at(self, position: TopicPartition, low: int) -> int:
        """Where reading goes on; what was never read has only what the group committed."""
        if position.offset >= 0:
            return position.offset
        [committed] = self._consumer.committed([TopicPartition(position.topic, position.partition)], _CHECK_S)
        return committed.offset if committed.offset >= 0 else low

    def close(self) -> None:
        """Leave the group, so that others need not wait for the session to end."""
        self._consumer.close()

    def _taken(self, message: Message | None) -> Message | None:
        if self._failure:
            raise refused(self.address, self._failure)
        error = message.error() if message is not None else None
        if error is None:
            return message
        if final(error):
            raise refused(self.address, error)
        return None

    def _partitions(self) -> list[TopicPartition]:
        return [TopicPartition(self.address.topic, number) for number in sorted(self.assigned)]

    def _assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self.assigned = {each.partition for each in partitions}
        consumer.assign(partitions)
        # Said either way: a partition that was taken away while it was paused comes back paused.
        (consumer.pause if self._held else consumer.resume)(partitions)

    def _revoke(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        gone = {each.partition for each in partitions}
        self.assigned -= gone
        self._early = [message for message in self._early if message.partition() not in gone]

    def _on_error(self, error: KafkaError) -> None:
        if final(error):
            self._failure = error


def origin(message: Message) -> Origin:
    """Where a message stood."""
    return Origin(
        str(message.topic()), int(message.partition() or 0), int(message.offset() or 0), message.timestamp()[1]
    )


def _size(message: Message) -> int:
    return len(message) + 200
