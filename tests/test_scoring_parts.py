"""Addresses, logins, patience, counts and probes of the scorer."""

import time
from pathlib import Path

import pytest
from confluent_kafka import KafkaError

from mlgate.cli import main
from mlgate.errors import SettingsError, ToolFailed, UsageError
from mlgate.scoring import probes, security
from mlgate.scoring.address import Address, dead_letter, parse
from mlgate.scoring.counts import Counts
from mlgate.scoring.failures import final
from mlgate.scoring.model import Away
from mlgate.scoring.patience import Stopped, insist

SASL = {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_USERNAME": "scorer", "KAFKA_PASSWORD": "a password"}


def test_an_address_is_brokers_and_a_topic() -> None:
    found = parse("kafka://a:9092,b.c:9093/transactions", "--from")
    assert found == Address("a:9092,b.c:9093", "transactions")
    assert str(dead_letter(found)) == "kafka://a:9092,b.c:9093/transactions.dead"


@pytest.mark.parametrize(
    "text",
    ["", "a:9092/t", "kafka://a/t", "kafka://a:9092", "kafka://a:9092/", "kafka://a:9092/t/u", "kafka://a:9092/..",
     "kafka://me:secret@a:9092/t", "kafka://a:9092/t\n", "http://a:9092/t", "kafka://a:9092,/t",
     "kafka://a:9092/" + "t" * 250],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(UsageError, match="--from is no kafka://") as caught:
        parse(text, "--from")
    assert "secret" not in str(caught.value)


def test_nothing_said_is_no_login() -> None:
    assert security.settings({}) == {"security.protocol": "PLAINTEXT"}


def test_the_password_may_stand_in_a_mounted_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from a file\n")
    found = security.settings({**SASL, "KAFKA_PASSWORD_FILE": str(tmp_path / "password")})
    assert found["sasl.password"] == "from a file"
    assert found["sasl.mechanism"] == "SCRAM-SHA-512"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"KAFKA_SECURITY_PROTOCOL": "TLS"}, "KAFKA_SECURITY_PROTOCOL"),
        ({"KAFKA_SASL_MECHANISM": "GSSAPI"}, "KAFKA_SASL_MECHANISM"),
        ({"KAFKA_USERNAME": ""}, "KAFKA_USERNAME"),
        ({"KAFKA_PASSWORD": ""}, "KAFKA_PASSWORD"),
        ({"KAFKA_PASSWORD_FILE": "/nowhere"}, "KAFKA_PASSWORD_FILE"),
        ({"KAFKA_CA_FILE": "/nowhere"}, "KAFKA_CA_FILE"),
    ],
)
def test_a_wrong_login_names_the_variable_and_no_secret(change: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named) as caught:
        security.settings({**SASL, **change})
    assert "a password" not in f"{caught.value} {caught.value.fix}"


def test_it_is_tried_again_with_longer_and_longer_waits() -> None:
    waits: list[float] = []
    answers = iter([Away("one"), Away("two"), Away("three"), "here"])

    def attempt() -> object:
        answer = next(answers)
        if isinstance(answer, Away):
            raise answer
        return answer

    found = insist(attempt, Away, name="it", give_up_s=60, wait=waits.append, stop=lambda: False)
    assert found == "here"
    assert waits == sorted(waits)
    assert len(set(waits)) == 3


def _away() -> None:
    raise Away("no answer")


def test_patience_ends_with_the_last_reason() -> None:
    with pytest.raises(ToolFailed, match="it is away for 0 s: no answer"):
        insist(_away, Away, name="it", give_up_s=0, wait=lambda _: None, stop=lambda: False)


def test_an_order_to_stop_ends_patience() -> None:
    with pytest.raises(Stopped):
        insist(_away, Away, name="it", give_up_s=60, wait=lambda _: None, stop=lambda: True)


@pytest.mark.parametrize(
    ("code", "ends"),
    [
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, True),
        (KafkaError._AUTHENTICATION, True),
        (KafkaError.UNKNOWN_TOPIC_OR_PART, True),
        (KafkaError._TRANSPORT, False),
        (KafkaError._ALL_BROKERS_DOWN, False),
        (KafkaError.NOT_LEADER_FOR_PARTITION, False),
    ],
)
def test_only_what_no_waiting_helps_ends_the_program(code: int, ends: bool) -> None:
    assert final(KafkaError(code)) is ends


def test_counts_are_told_to_people_and_to_prometheus() -> None:
    counts = Counts(consumed=5, verdicts=3, lag=7)
    counts.reasons.update(["empty", "empty"])
    assert counts.line() == "read 5, verdicts 3, dead letters 2 (empty 2), lag 7, retries 0"
    told = counts.prometheus().splitlines()
    assert {'mlgate_score_dead_total{reason="empty"} 2', "mlgate_score_verdicts_total 3", "mlgate_score_lag 7"} <= set(
        told
    )


def test_probes_tell_a_loop_that_stands_still_from_one_that_waits() -> None:
    counts = Counts()
    assert probes.answer("/healthz", counts)[0] == 200
    assert probes.answer("/readyz", counts)[0] == 503
    counts.started = True
    assert probes.answer("/readyz", counts)[0] == 200
    counts.beat = time.monotonic() - 2 * probes.STALE_S
    assert [probes.answer(path, counts)[0] for path in ("/healthz", "/readyz", "/x")] == [503, 503, 404]


PLACES = ["--from", "kafka://127.0.0.1:9/t", "--to", "kafka://127.0.0.1:9/v"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (PLACES, "name one model"),
        ([*PLACES, "--predict", "http://127.0.0.1:9", "--prefix", "x"], "name one model"),
        ([*PLACES, "--predict", "ftp://x", "--names", "a"], "not an http address"),
        ([*PLACES, "--predict", "http://x"], "names of the model's features"),
        ([*PLACES, "--model", "sha256:0"], "not an image digest"),
        (["--from", "x", "--to", PLACES[3]], "--from is no kafka://"),
        ([*PLACES[:3], "y"], "--to is no kafka://"),
        ([*PLACES, "--dead-letter", PLACES[1], "--predict", "http://x", "--names", "a"], "three topics"),
    ],
)
def test_a_wrong_command_line_is_told(arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", *arguments]) == 2
    assert named in capsys.readouterr().err
