"""``mlgate score`` through TLS and SCRAM of a real broker: what logs in, what is refused, and what is told of it."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import kafka_broker
import kafka_security
from kafka_messages import Topics, expected, scorer, signals_kept, transactions
from kafka_security import PASSWORD, Secured
from mlgate.cli import main
from model_images import Packaged

pytestmark = [
    pytest.mark.xdist_group("kafka"),
    pytest.mark.skipif(kafka_broker.left_out(), reason=kafka_broker.MISSING),
]
ABSENT = ["--predict", "http://127.0.0.1:9", "--names", "V3", "--digest", "sha256:" + "0" * 64]
_WRONG = "not-the-password-of-anyone"


@pytest.fixture(scope="module")
def secured() -> Iterator[Secured]:
    with kafka_security.running() as started:
        yield started


@pytest.fixture(scope="module")
def topics(secured: Secured) -> Topics:
    return Topics.made(secured.broker)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    with signals_kept():
        yield


def places(secured: Secured, topics: Topics) -> list[str]:
    base = f"kafka://{secured.address}/"
    return ["--from", base + topics.transactions, "--to", base + topics.verdicts]


@pytest.fixture
def refused(
    secured: Secured, topics: Topics, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> "Refusal":
    return Refusal(places(secured, topics), secured.env, monkeypatch, capfd)


class Refusal:
    """What the command says about a login that is changed, or an address."""

    def __init__(
        self,
        arguments: list[str],
        env: Mapping[str, str],
        monkeypatch: pytest.MonkeyPatch,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        self._arguments, self._env, self._patch, self._capfd = arguments, env, monkeypatch, capfd

    def __call__(self, arguments: list[str] | None = None, give_up: str = "60", **changed: str) -> str:
        for name, value in {**self._env, **changed}.items():
            self._patch.setenv(name, value)
        assert main(["score", *(arguments or self._arguments), *ABSENT, "--give-up", give_up]) == 3
        out, err = self._capfd.readouterr()
        assert "Traceback" not in out + err
        assert PASSWORD not in out + err
        assert _WRONG not in out + err
        return err


def test_the_right_login_scores_and_its_password_stands_nowhere(secured: Secured, fraud: Packaged) -> None:
    topics, rows = Topics.made(secured.broker), transactions(40)
    topics.send(rows)
    given = [*places(secured, topics), "--model", str(fraud.image.app.parent), "--group", topics.name]
    with scorer(*given, "--report", "1", env=secured.env) as process:
        assert process.stdout
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("read 40"):
                break
        told = {pid: seen(pid) for pid in tree(process.pid)}
        process.terminate()
        lines += process.stdout.readlines()
        assert process.wait(60) == 0, lines
    assert {each.key for each in topics.all(topics.verdicts)} == set(expected(fraud, rows))
    assert len(told) > 1, "the model's own process was not looked at"
    assert {pid: text for pid, text in told.items() if PASSWORD in text} == {}
    assert PASSWORD not in "".join(lines)
    log = (secured.broker.folder / "out").read_text()
    assert PASSWORD not in log


def tree(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += tree(int(child))
    return found


def seen(pid: int) -> str:
    """What any user of the machine sees of a process, and what a process that it starts is given."""
    return "".join(Path(f"/proc/{pid}/{name}").read_bytes().decode(errors="replace") for name in ("cmdline", "environ"))


@pytest.mark.parametrize("given", ["variable", "file"])
def test_a_wrong_password_is_told(refused: Refusal, given: str, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(_WRONG)
    said = refused(KAFKA_PASSWORD_FILE=str(file) if given == "file" else "", KAFKA_PASSWORD=_WRONG)
    assert "invalid credentials" in said
    assert "fix: check KAFKA_USERNAME, KAFKA_SASL_MECHANISM, and KAFKA_PASSWORD" in said


def test_an_account_that_there_is_not_is_told(refused: Refusal) -> None:
    assert "invalid credentials" in refused(KAFKA_USERNAME="nobody")


def test_a_mechanism_that_the_broker_does_not_know_is_told(refused: Refusal) -> None:
    assert "supported mechanisms: SCRAM-SHA-512" in refused(KAFKA_SASL_MECHANISM="SCRAM-SHA-256")


def test_another_authority_is_told(refused: Refusal, secured: Secured) -> None:
    said = refused(KAFKA_CA_FILE=str(secured.stranger))
    assert "certificate verify failed" in said
    assert "fix: check that KAFKA_CA_FILE is the authority" in said


def test_a_certificate_of_another_name_is_told(refused: Refusal, secured: Secured, topics: Topics) -> None:
    elsewhere = [each.replace("127.0.0.1", "localhost") for each in places(secured, topics)]
    assert "certificate verify failed" in refused(elsewhere)


def test_a_listener_that_hangs_up_is_waited_for(refused: Refusal) -> None:
    with hanging_up() as port:
        base = f"kafka://127.0.0.1:{port}/"
        said = refused(["--from", f"{base}t", "--to", f"{base}v"], give_up="1")
    assert "is away for 1 s" in said


@contextlib.contextmanager
def hanging_up() -> Iterator[int]:
    """A port whose connections end at once, as those of a broker that is killed in the handshake."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_hang_up, args=(server,), daemon=True)
        thread.start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def _hang_up(server: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            server.accept()[0].close()
