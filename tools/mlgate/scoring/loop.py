"""Read, score, write, commit: one bounded batch after another, in this order alone.

Offsets are committed after every verdict and dead letter of the batch is acknowledged. A death between the two gives
the same verdicts under the same keys once more, and loses none.
"""

import contextlib
import functools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from confluent_kafka import KafkaException, Message

from mlgate.errors import SettingsError
from mlgate.scoring import model as models
from mlgate.scoring.address import Address
from mlgate.scoring.counts import Counts
from mlgate.scoring.failures import Log
from mlgate.scoring.model import Away, Model
from mlgate.scoring.patience import Stopped, insist
from mlgate.scoring.sink import Sink
from mlgate.scoring.source import Source, origin
from mlgate.scoring.transaction import Poison, Transaction, parse
from mlgate.scoring.verdict import Record, dead_letter, verdict

_IDLE_CHECK_S = 5.0
_WAIT_S = 0.5
_DRAIN_S = 20.0
"""What was sent is waited for so long after the order to stop; less than a pod's grace period."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is done with the messages; sizes in bytes, times in seconds, ``batch`` in messages."""

    verdicts: Address
    dead: Address
    threshold: float
    batch: int
    limit: int
    give_up_s: float
    report_s: float
    idle_s: float | None = None


@dataclass(slots=True, kw_only=True)
class Loop:
    """Runs in one thread; ``stop`` tells when to end. What is in flight is finished first."""

    plan: Plan
    source: Source
    sink: Sink
    model: Model
    counts: Counts
    log: Log
    stop: Callable[[], bool]
    _stopped_at: float | None = field(default=None, init=False)

    def run(self) -> None:
        """Until ``stop``, or until nothing has come for ``plan.idle_s``.

        Raises ``ToolFailed`` when Kafka or the model is away for longer than ``plan.give_up_s``.
        """
        try:
            self._prepare()
            self._rounds()
        except Stopped:
            self.log("stopped while something was away: what was in flight is read again next time")

    def _prepare(self) -> None:
        self._required(self.source.address, self.source.topic_exists)
        for target in (self.plan.verdicts, self.plan.dead):
            self._required(target, functools.partial(self.sink.topic_exists, target))
        self._insist(lambda: models.probe(self.model), Away, "the model")
        self.source.join()
        self.counts.started = True

    def _required(self, address: Address, exists: Callable[[], bool]) -> None:
        if not self._insist(exists, KafkaException, f"Kafka at {address.servers}"):
            raise SettingsError(f"{address}: there is no such topic", fix="create it: topics are never made by us")

    def _rounds(self) -> None:
        heard = checked = reported = time.monotonic()
        while not self.stop():
            self.counts.alive()
            messages = self.source.read(self.plan.batch, _WAIT_S)
            now = time.monotonic()
            if messages:
                self._batch(messages)
            if messages or not self.source.assigned:
                heard = checked = time.monotonic()
            idle = self.plan.idle_s is not None and now - heard > self.plan.idle_s
            if idle or now - checked > _IDLE_CHECK_S:
                # Only a broker that is asked can be missed, and one that was away has not sent what it has.
                heard = heard if self._lag() == 0 else now
                checked = time.monotonic()
                if idle and heard < now:
                    return
            if now - reported > self.plan.report_s:
                self.report()
                reported = now

    def _lag(self) -> int:
        return self._insist(self.source.lag, KafkaException, f"Kafka at {self.source.address.servers}")

    def _batch(self, messages: Sequence[Message]) -> None:
        origins = [origin(message) for message in messages]
        self.counts.consumed += len(messages)
        records, reasons = self._records(messages)
        if not self.sink.write(records, self._beat, self._drained):
            raise Stopped
        self.counts.verdicts += len(records) - len(reasons)
        self.counts.reasons.update(reasons)
        self.source.release()
        self._insist(lambda: self.source.commit(origins), KafkaException, "the group's coordinator")

    def _records(self, messages: Sequence[Message]) -> tuple[list[tuple[Address, Record]], list[str]]:
        """What each message becomes, and the reasons of those that are dead."""
        parsed = [
            parse(_bytes(each.value()), _bytes(each.key()), self.model.names, self.plan.limit) for each in messages
        ]
        rows = [each.values for each in parsed if isinstance(each, Transaction)]
        judged = iter(self._insist(lambda: models.judge(self.model, rows), Away, "the model") if rows else [])
        records, reasons = list[tuple[Address, Record]](), list[str]()
        for message, each in zip(messages, parsed, strict=True):
            found = each if isinstance(each, Poison) else next(judged)
            if isinstance(found, Poison):
                reasons.append(found.reason.value)
                records.append((self.plan.dead, self._dead(message, found)))
            else:
                assert isinstance(each, Transaction)  # noqa: S101 - the other kind is poison
                records.append((self.plan.verdicts, self._verdict(each, found, message)))
        return records, reasons

    def _verdict(self, transaction: Transaction, scored: tuple[float, str], message: Message) -> Record:
        fraud, digest = scored
        moment = origin(message).timestamp_ms
        return verdict(transaction, fraud, model=digest, threshold=self.plan.threshold, event_ms=moment)

    def _dead(self, message: Message, poison: Poison) -> Record:
        return dead_letter(_bytes(message.key()), _bytes(message.value()), poison, origin(message), self.plan.limit)

    def _insist(self, attempt: Callable[[], T], away: type[Exception], name: str) -> T:
        found = insist(attempt, away, name=name, give_up_s=self.plan.give_up_s, wait=self._wait, stop=self.stop)
        self.source.release()
        return found

    def _wait(self, seconds: float) -> None:
        self.counts.retries += 1
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.stop():
            self._beat()

    def _beat(self) -> None:
        self.counts.alive()
        if self.counts.started:
            self.source.hold()

    def _drained(self) -> bool:
        if self.stop() and self._stopped_at is None:
            self._stopped_at = time.monotonic()
        return self._stopped_at is not None and time.monotonic() - self._stopped_at > _DRAIN_S

    def report(self) -> None:
        """Tell the counts, with the lag of now."""
        self.counts.partitions = len(self.source.assigned)
        with contextlib.suppress(KafkaException):
            self.counts.lag = self.source.lag()
        self.log(self.counts.line())


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
