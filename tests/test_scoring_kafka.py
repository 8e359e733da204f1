"""``mlgate score`` between a real broker and a real model."""

import contextlib
import json
import signal
from collections import Counter
from collections.abc import Iterator

import pytest
from confluent_kafka import ConsumerGroupTopicPartitions

import kafka_broker
from kafka_broker import Broker
from kafka_messages import GOOD, Topics, expected, scorer, signals_kept, transactions
from mlgate.cli import main
from mlgate.image import ports
from mlgate.image.loopback import opener
from mlgate.image.serve import serving
from mlgate.scoring.transaction import Reason
from model_images import Packaged

pytestmark = [
    pytest.mark.xdist_group("kafka"),
    pytest.mark.skipif(kafka_broker.left_out(), reason=kafka_broker.MISSING),
]
NAMES = "V3,V4,V10,V11,V12,V14,V17"
_LIMIT = 2000
ABSENT = ["--predict", "http://127.0.0.1:9", "--names", NAMES, "--digest", "sha256:" + "0" * 64]
POISON: dict[bytes | None, Reason] = {
    None: Reason.EMPTY,
    b"{": Reason.NOT_JSON,
    b"\xff\xfe": Reason.NOT_JSON,
    b"[" * 1500: Reason.NOT_JSON,
    b"[1]": Reason.NOT_AN_OBJECT,
    json.dumps({**GOOD, "id": ""}).encode(): Reason.NO_ID,
    json.dumps({key: value for key, value in GOOD.items() if key != "V14"}).encode(): Reason.MISSING,
    json.dumps({**GOOD, "V14": "0.5"}).encode(): Reason.NOT_A_NUMBER,
    json.dumps({**GOOD, "V14": float("nan")}).encode(): Reason.NOT_FINITE,
    json.dumps({**GOOD, "V14": 10**400}).encode(): Reason.NOT_FINITE,
    json.dumps({**GOOD, "note": "x" * _LIMIT}).encode(): Reason.TOO_LARGE,
}


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with kafka_broker.running() as started:
        yield started


@pytest.fixture
def topics(broker: Broker) -> Topics:
    return Topics.made(broker)


@pytest.fixture(scope="module")
def local(fraud: Packaged) -> list[str]:
    """The packaged model, in process."""
    return ["--model", str(fraud.image.app.parent)]


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    with signals_kept():
        yield


def once(topics: Topics, *arguments: str, group: str = "") -> int:
    """Score what is there in this process, and end."""
    named = ["--group", group] if group else []
    return main(["score", *topics.arguments, *named, "--stop-when-idle", "1", *arguments])


GOOD_ROWS = transactions(300)


@pytest.fixture(scope="module")
def scored(broker: Broker, local: list[str]) -> Topics:
    """Topics whose transactions, with poison in the middle, were scored in process."""
    topics = Topics.made(broker)
    topics.send([*GOOD_ROWS[:150], *((b"key", value) for value in POISON), *GOOD_ROWS[150:]])
    assert once(topics, *local, "--max-bytes", str(_LIMIT), "--batch", "50") == 0
    return topics


def test_every_transaction_gets_the_models_own_verdict(scored: Topics, fraud: Packaged) -> None:
    said = scored.said()
    found = {key: json.loads(value) for key, value in said}
    assert len(said) == len(found)
    assert {key: each["probability"] for key, each in found.items()} == expected(fraud, GOOD_ROWS)
    assert {each["model"] for each in found.values()} == {fraud.image.digest}
    assert all((each["verdict"] == "fraud") == (each["probability"] > 0.5) for each in found.values())
    assert {each["verdict"] for each in found.values()} == {"fraud", "legitimate"}


def test_poison_is_dead_with_its_reason_and_place(scored: Topics) -> None:
    letters = scored.dead()
    assert Counter(each.headers["mlgate.reason"] for each in letters) == Counter(POISON.values())
    assert {each.headers["mlgate.origin.topic"] for each in letters} == {scored.transactions}
    places = {(each.headers["mlgate.origin.partition"], each.headers["mlgate.origin.offset"]) for each in letters}
    assert len(places) == len(POISON)
    assert {each.value for each in letters} == {(value or b"")[:_LIMIT] for value in POISON}
    assert [each.headers["mlgate.truncated"] for each in letters].count("true") == 1


def test_a_served_model_gives_the_same_bytes_under_the_same_keys(scored: Topics, fraud: Packaged) -> None:
    first = scored.said()
    with serving(fraud.image, fraud.environment) as url:
        served = ["--predict", url, "--names", NAMES, "--digest", fraud.image.digest, "--max-bytes", str(_LIMIT)]
        assert once(scored, *served, group=f"again-{scored.name}") == 0
    assert Counter(scored.said()) == Counter(first + first)


def test_what_is_committed_is_not_scored_twice(
    scored: Topics, local: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    scored.send(transactions(5, start=300))
    assert once(scored, *local) == 0
    assert "read 5, verdicts 5," in capfd.readouterr().out


def test_sigterm_ends_it_with_everything_committed_and_the_group_left(topics: Topics, local: list[str]) -> None:
    topics.send(transactions(50))
    with scorer(*topics.arguments, *local, "--report", "1", "--metrics-port", "0") as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        line = next(line for line in process.stdout if line.startswith("read 50"))
        assert "lag 0" in line
        with opener(url).open(url, timeout=5) as answer:
            assert "mlgate_score_verdicts_total 50" in answer.read().decode()
        for probe in ("healthz", "readyz"):
            with opener(url).open(url.replace("metrics", probe), timeout=5) as answer:
                assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert members(topics) == []
    assert committed(topics) == 50


def members(topics: Topics) -> list[object]:
    """Members of the group."""
    admin, group = topics.broker.admin(), topics.arguments[-1]
    return list(admin.describe_consumer_groups([group])[group].result(30).members)


def committed(topics: Topics) -> int:
    """How many messages the group is done with, in all partitions."""
    admin, group = topics.broker.admin(), topics.arguments[-1]
    found = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result(30)
    return sum(max(each.offset, 0) for each in found.topic_partitions)


def test_a_model_that_is_away_ends_it_with_a_message(topics: Topics, capfd: pytest.CaptureFixture[str]) -> None:
    assert once(topics, *ABSENT, "--give-up", "1") == 3
    assert "the model is away for 1 s" in capfd.readouterr().err


def test_a_model_that_goes_away_leaves_its_transactions_uncommitted(topics: Topics, fraud: Packaged) -> None:
    with contextlib.ExitStack() as stack:
        with serving(fraud.image, fraud.environment) as url:
            served = ["--predict", url, "--names", NAMES, "--digest", fraud.image.digest, "--give-up", "1"]
            process = stack.enter_context(scorer(*topics.arguments, *served))
            topics.send(transactions(3))
            while committed(topics) < 3:
                assert process.poll() is None
        topics.send(transactions(4, start=3))
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 3, out
    assert "the model is away for 1 s" in out
    assert "Traceback" not in out
    assert (committed(topics), topics.written()) == (3, 3)
    assert members(topics) == []


def test_a_model_of_other_features_makes_no_dead_letters(
    topics: Topics, fraud: Packaged, capfd: pytest.CaptureFixture[str]
) -> None:
    topics.send(transactions(3))
    with serving(fraud.image, fraud.environment) as url:
        assert once(topics, "--predict", url, "--names", "V1,V2", "--digest", fraud.image.digest) == 3
    assert "the model refuses a row of V1, V2" in capfd.readouterr().err
    assert topics.dead() == []


def test_what_the_broker_does_not_take_is_not_committed(
    topics: Topics, local: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    narrow = f"narrow-{topics.name}"
    topics.broker.topics(narrow, partitions=1, config={"max.message.bytes": "60"})
    topics.send(transactions(3))
    assert once(topics, *local, "--to", f"kafka://{topics.broker.address}/{narrow}") == 3
    assert "writing failed" in capfd.readouterr().err
    assert committed(topics) == 0


@pytest.mark.parametrize("missing", ["transactions", "verdicts", "dead letters"])
def test_a_missing_topic_is_named(missing: str, topics: Topics, capfd: pytest.CaptureFixture[str]) -> None:
    base = f"kafka://{topics.broker.address}/"
    named = {"transactions": topics.transactions, "verdicts": topics.verdicts, "dead letters": "transactions.dead"}
    named["dead letters"] = f"{topics.transactions}.dead"
    named[missing] = "absent"
    places = ["--from", base + named["transactions"], "--to", base + named["verdicts"]]
    assert main(["score", *places, "--dead-letter", base + named["dead letters"], *ABSENT]) == 2
    assert f"{base}absent: there is no such topic" in capfd.readouterr().err


def test_a_broker_that_is_away_ends_it_with_a_message(capfd: pytest.CaptureFixture[str]) -> None:
    place = f"kafka://127.0.0.1:{ports.free(1)[0]}/"
    assert main(["score", "--from", f"{place}t", "--to", f"{place}v", *ABSENT, "--give-up", "1"]) == 3
    assert "is away for 1 s" in capfd.readouterr().err
