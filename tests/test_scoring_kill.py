"""Broker and scorer die by SIGKILL in the middle of work: every transaction gets its verdict, and none a wrong one."""

import contextlib
import json
import random
import subprocess
import time
from collections.abc import Iterator

import pytest

import kafka_broker
from kafka_broker import Broker
from kafka_messages import Topics, expected, scorer, transactions
from model_images import Packaged

pytestmark = [
    pytest.mark.xdist_group("kafka"),
    pytest.mark.skipif(kafka_broker.left_out(), reason=kafka_broker.MISSING),
]
_POISON = b'{"id": "poison", "V14": "no number"}'
_POISON_EVERY = 20


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with kafka_broker.running() as started:
        yield started


def start(stack: contextlib.ExitStack, topics: Topics, fraud: Packaged) -> "subprocess.Popen[str]":
    """A scorer in small steps, so that a kill finds it in the middle of one."""
    model = ["--model", str(fraud.image.app.parent)]
    quick = ["--batch", "5", "--session", "2", "--give-up", "60", "--stop-when-idle", "4"]
    return stack.enter_context(scorer(*topics.arguments, *model, *quick))


def kill_through(victims: str, topics: Topics, fraud: Packaged, *, scorers: int, step: int) -> None:
    """Kill the broker (b) or a scorer (s), each after up to ``step`` further verdicts, and let the rest finish."""
    numbers = random.Random(7)  # noqa: S311 - moments, not secrets
    with contextlib.ExitStack() as stack:
        running = [start(stack, topics, fraud) for _ in range(scorers)]
        for victim in victims:
            reached = topics.written() + numbers.randint(1, step)
            while topics.written() < reached:
                assert any(process.poll() is None for process in running), "all scorers ended"
                time.sleep(0.01)
            if victim == "b":
                topics.broker.kill()
                topics.broker.start()
            else:
                running.pop(0).kill()
                running.append(start(stack, topics, fraud))
        for process in running:
            out, _ = process.communicate(timeout=400)
            assert process.returncode == 0, out


def load(number: int) -> list[tuple[bytes | None, bytes | None]]:
    """Good transactions with poison between them."""
    found = []
    for at, message in enumerate(transactions(number)):
        found += [message, (None, _POISON)] if at % _POISON_EVERY == 0 else [message]
    return found


def nothing_is_lost_or_wrong(topics: Topics, fraud: Packaged, number: int) -> None:
    """Every transaction has the model's own verdict, the same in each copy; all poison is dead, and nothing else."""
    said = topics.said()
    by_key: dict[str, set[bytes]] = {}
    for key, value in said:
        by_key.setdefault(key, set()).add(value)
    assert [key for key, values in by_key.items() if len(values) != 1] == []
    found = {key: json.loads(next(iter(values)))["probability"] for key, values in by_key.items()}
    assert found == expected(fraud, transactions(number))
    letters = topics.dead()
    assert {(each.value, each.headers["mlgate.reason"]) for each in letters} == {(_POISON, "missing-feature")}
    places = {(each.headers["mlgate.origin.partition"], each.headers["mlgate.origin.offset"]) for each in letters}
    assert len(places) == number // _POISON_EVERY


def test_one_kill_of_each_loses_nothing(broker: Broker, fraud: Packaged) -> None:
    topics = Topics.made(broker)
    topics.send(load(1500))
    kill_through("sb", topics, fraud, scorers=1, step=200)
    nothing_is_lost_or_wrong(topics, fraud, 1500)


@pytest.mark.data_long
@pytest.mark.parametrize(
    ("victims", "scorers"),
    [("s" * 12, 1), ("b" * 5, 1), ("sbssbs" * 2, 3)],
    ids=["scorer", "broker", "both, three scorers"],
)
def test_many_kills_lose_nothing(victims: str, scorers: int, broker: Broker, fraud: Packaged) -> None:
    topics = Topics.made(broker)
    topics.send(load(10_000))
    kill_through(victims, topics, fraud, scorers=scorers, step=600)
    nothing_is_lost_or_wrong(topics, fraud, 10_000)
