"""``mlgate score`` between a real broker and a real model."""

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator

import pytest

import kafka_broker
from kafka_broker import Broker
from kafka_messages import GOOD, Topics, expected, scorer, transactions
from mlgate.cli import main
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


def once(topics: Topics, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Score what is there, and end."""
    with scorer(*topics.arguments, "--stop-when-idle", "2", *arguments) as process:
        out, _ = process.communicate(timeout=120)
    return subprocess.CompletedProcess([], process.returncode, out)


def test_every_transaction_gets_the_models_own_verdict_and_poison_blocks_nothing(
    topics: Topics, local: list[str], fraud: Packaged
) -> None:
    good = transactions(300)
    poison = [(b"key", value) for value in POISON]
    topics.send([*good[:150], *poison, *good[150:]])
    done = once(topics, *local, "--max-bytes", str(_LIMIT), "--batch", "50")
    assert done.returncode == 0, done.stdout
    found = {key: json.loads(value) for key, value in topics.said()}
    assert {key: each["probability"] for key, each in found.items()} == expected(fraud, good)
    assert {each["model"] for each in found.values()} == {fraud.image.digest}
    assert all((each["verdict"] == "fraud") == (each["probability"] > 0.5) for each in found.values())
    assert {each["verdict"] for each in found.values()} == {"fraud", "legitimate"}
    letters = topics.dead()
    assert Counter(each.headers["mlgate.reason"] for each in letters) == Counter(POISON.values())
    assert {each.headers["mlgate.origin.topic"] for each in letters} == {topics.transactions}
    places = {(each.headers["mlgate.origin.partition"], each.headers["mlgate.origin.offset"]) for each in letters}
    assert len(places) == len(POISON)
    assert {each.value for each in letters} == {(value or b"")[:_LIMIT] for value in POISON}
    assert [each.headers["mlgate.truncated"] for each in letters].count("true") == 1
    assert "verdicts 300, dead letters 11" in done.stdout


def test_what_is_read_again_gets_the_same_bytes_under_the_same_key(topics: Topics, local: list[str]) -> None:
    topics.send(transactions(100))
    assert once(topics, *local).returncode == 0
    again = [*topics.arguments[:-1], f"again-{topics.name}"]
    with scorer(*again, *local, "--stop-when-idle", "2", "--batch", "7") as process:
        assert process.wait(120) == 0
    said = topics.said()
    assert len(said) == 200
    assert len(set(said)) == 100


def test_offsets_are_committed_so_that_nothing_is_scored_twice(topics: Topics, local: list[str]) -> None:
    topics.send(transactions(20))
    assert "verdicts 20," in once(topics, *local).stdout
    topics.send(transactions(5, start=20))
    assert "verdicts 5," in once(topics, *local).stdout


def test_a_served_model_gives_the_same_verdicts(topics: Topics, local: list[str], fraud: Packaged) -> None:
    topics.send([*transactions(100), (b"key", b"no transaction")])
    with serving(fraud.image, fraud.environment) as url:
        served = ["--predict", url, "--names", NAMES, "--digest", fraud.image.digest]
        assert once(topics, *served).returncode == 0
    first = topics.said()
    assert len(first) == 100
    with scorer(*topics.arguments[:-1], "other", *local, "--stop-when-idle", "2") as process:
        assert process.wait(120) == 0
    assert Counter(topics.said()) == Counter(first + first)


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
    group = topics.arguments[-1]
    admin = topics.broker.admin()
    assert admin.describe_consumer_groups([group])[group].result(10).members == []
    assert "verdicts 0," in once(topics, *local).stdout


def test_a_model_that_is_away_ends_it_with_a_message_and_nothing_committed(topics: Topics, local: list[str]) -> None:
    topics.send(transactions(3))
    gone = ["--predict", "http://127.0.0.1:9", "--names", NAMES, "--digest", "sha256:" + "0" * 64, "--give-up", "1"]
    done = once(topics, *gone)
    assert done.returncode == 3
    assert "the model is away for 1 s" in done.stdout
    assert "Traceback" not in done.stdout
    assert "verdicts 3," in once(topics, *local).stdout


def test_a_model_of_other_features_makes_no_dead_letters(topics: Topics, fraud: Packaged) -> None:
    topics.send(transactions(3))
    with serving(fraud.image, fraud.environment) as url:
        done = once(topics, "--predict", url, "--names", "V1,V2", "--digest", fraud.image.digest)
    assert done.returncode == 3
    assert "the model refuses a row of V1, V2" in done.stdout
    assert topics.dead() == []


@pytest.mark.parametrize("missing", ["transactions", "verdicts", "dead letters"])
def test_a_missing_topic_is_named(
    missing: str, topics: Topics, local: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    base = f"kafka://{topics.broker.address}/"
    named = {"transactions": topics.transactions, "verdicts": topics.verdicts, "dead letters": "transactions.dead"}
    named["dead letters"] = f"{topics.transactions}.dead"
    named[missing] = "absent"
    places = ["--from", base + named["transactions"], "--to", base + named["verdicts"]]
    assert main(["score", *places, "--dead-letter", base + named["dead letters"], *local]) == 2
    assert f"{base}absent: there is no such topic" in capfd.readouterr().err


def test_a_broker_that_is_away_ends_it_with_a_message(local: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    place = f"kafka://127.0.0.1:{kafka_broker.free_port()}/"
    assert main(["score", "--from", f"{place}t", "--to", f"{place}v", *local, "--give-up", "1"]) == 3
    assert "is away for 1 s" in capfd.readouterr().err
