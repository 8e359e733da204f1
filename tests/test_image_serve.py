"""The real seldon-core microservice on the packaged model."""

import contextlib
import http.client
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlgate.errors import SettingsError, ToolFailed, UsageError
from mlgate.evaluate.run import Evaluation, examples
from mlgate.image.launcher import MAX_BODY
from mlgate.image.leader import Server
from mlgate.image.loopback import opener
from mlgate.image.serve import released_digest, running, serving
from mlgate.image.store import load
from mlgate.repo import Repo
from model_images import Packaged, changed

NAMES = ["V3", "V4", "V10", "V11", "V12", "V14", "V17"]


@pytest.fixture(scope="module")
def server(fraud: Packaged) -> Iterator[Server]:
    with running(fraud.image, fraud.environment) as started:
        yield started


def post(url: str, body: bytes, kind: str = "application/x-www-form-urlencoded") -> tuple[int, Any]:
    request = urllib.request.Request(f"{url}/predict", data=body, headers={"Content-Type": kind})  # noqa: S310 - our server
    try:
        with opener(request.full_url).open(request, timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as err:
        return err.code, json.loads(err.read())


def form(text: str) -> bytes:
    return urllib.parse.urlencode({"json": text}).encode()


def question(values: list[float], names: list[str] | None = None, shape: list[int] | None = None) -> str:
    data = {"tensor": {"shape": shape or [1, len(values)], "values": values}}
    return json.dumps({"data": data if names == [] else {"names": names or NAMES, **data}})


def fraud_of(answer: Any) -> float:
    assert answer["data"]["tensor"]["shape"] == [1, 2]
    return float(answer["data"]["tensor"]["values"][1])


def test_the_known_demos_request_tells_a_fraud_from_a_legitimate_row(server: Server, evaluated: Evaluation) -> None:
    told = {}
    for row in examples(evaluated):
        status, answer = post(server.url, form(json.dumps(row["payload"])))
        assert status == 200
        assert answer["data"]["names"] == ["legitimate", "fraud"]
        told[row["class"]] = fraud_of(answer)
        # What is served is what was measured.
        assert told[row["class"]] == pytest.approx(evaluated.scores.fraud[row["row"]])
    assert told["fraud"] > 0.5 > told["legitimate"]


def test_plain_json_is_answered_alike(server: Server) -> None:
    text = question([0.5] * 7)
    assert post(server.url, text.encode(), "application/json") == post(server.url, form(text))


REFUSED = {
    "six values": (question([0.5] * 6, NAMES), "the shape must be"),
    "eight values": (question([0.5] * 8, NAMES), "the shape must be"),
    "a name missing": (question([0.5] * 7, NAMES[1:]), "the names must be"),
    "another order": (question([0.5] * 7, NAMES[::-1]), "the names must be"),
    "NaN": (question([0.5] * 6 + [float("nan")]), "finite"),
    "infinity": (question([0.5] * 6 + [float("inf")]), "finite"),
    "minus infinity": (question([0.5] * 6 + [float("-inf")]), "finite"),
    "NaN as text": (question([0.5] * 7).replace("0.5]", '"NaN"]'), "must be a number"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_request_is_a_400_with_the_reason(server: Server, text: str, reason: str) -> None:
    status, answer = post(server.url, form(text))
    assert (status, reason in answer["status"]["info"]) == (400, True), answer


@pytest.mark.parametrize("text", ["{", "[]", "1", "null", "{}", question([0.5] * 7, NAMES, [2, 7])])
def test_what_is_no_request_is_an_error_in_json_and_the_server_lives(server: Server, text: str) -> None:
    status, answer = post(server.url, form(text))
    assert (status >= 400, answer["status"]["status"]) == (True, 1), answer
    assert post(server.url, form(question([0.5] * 7)))[0] == 200


def _raw(server: Server, headers: dict[str, str]) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=20)
    with contextlib.closing(connection):
        connection.putrequest("POST", "/predict")
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def test_a_body_beyond_the_limit_is_refused_unread(server: Server) -> None:
    status, answer = _raw(server, {"Content-Length": str(MAX_BODY + 1)})
    assert (status, answer["status"]["info"]) == (413, f"the limit is {MAX_BODY} bytes")


def test_a_body_without_a_length_is_refused(server: Server) -> None:
    assert _raw(server, {"Transfer-Encoding": "chunked"})[0] == 411


def members(session: int) -> list[int]:
    """Processes of a session."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(path.parent.name))
    return found


def listening(session: int) -> set[str]:
    """Local addresses, as the kernel writes them, that the processes of a session listen on."""
    inodes = set()
    for pid in members(session):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                inodes.add(str(link.readlink()))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                found.add(fields[1].split(":")[0])
    return found


def test_every_port_of_it_is_on_loopback(server: Server) -> None:
    assert listening(server.process.pid) == {"0100007F"}
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=5).close()


def test_serving_leaves_the_image_as_it_was(server: Server, fraud: Packaged) -> None:
    assert post(server.url, form(question([0.5] * 7)))[0] == 200
    assert load(fraud.store, fraud.image.digest) == fraud.image


def test_nothing_is_left_when_the_block_ends(fraud: Packaged) -> None:
    with running(fraud.image, fraud.environment) as started:
        assert len(members(started.process.pid)) >= 3
    assert members(started.process.pid) == []
    assert started.ended()


KILLED = """\
import sys, time
from pathlib import Path
from mlgate.image.environment import Environment
from mlgate.image.serve import running
from mlgate.image.store import load
image = load(Path(sys.argv[1]), sys.argv[2])
with running(image, Environment(Path(sys.argv[3]), image.packages)) as server:
    print(server.process.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_left_when_its_owner_is_killed(fraud: Packaged, sign: signal.Signals) -> None:
    argv = [sys.executable, "-c", KILLED, str(fraud.store), fraud.image.digest, str(fraud.environment.python)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        session = int(owner.stdout.readline())
        assert members(session)
        owner.send_signal(sign)
        owner.wait(20)
    for _ in range(300):
        if not members(session):
            break
        time.sleep(0.1)
    assert members(session) == []


def test_a_taken_port_is_named(fraud: Packaged) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(UsageError, match=f"port {port} is in use"),
            serving(fraud.image, fraud.environment, port),
        ):
            pass


def test_a_model_that_does_not_load_says_why(fraud: Packaged, tmp_path: Path) -> None:
    broken = changed(fraud, tmp_path, {"model.sav": b"no model"})
    with pytest.raises(ToolFailed, match="did not start") as caught, serving(broken, fraud.environment):
        pass
    assert "joblib" in str(caught.value) or "pickle" in str(caught.value)


def test_another_environment_than_the_packaged_one_does_not_serve(fraud: Packaged) -> None:
    other = replace(fraud.environment, packages=fraud.environment.packages[1:])
    with pytest.raises(ToolFailed, match="not the one that was packaged"), serving(fraud.image, other):
        pass


def _prefix(root: Path, report: str | None) -> Repo:
    values = root / "overlays" / "team" / "values" / "settings.yaml"
    values.parent.mkdir(parents=True)
    values.write_text("")
    if report is not None:
        release = root / "overlays" / "team" / "dev" / "release"
        release.mkdir(parents=True)
        (release / "model-accuracy.yaml").write_text(report)
    return Repo(root)


def test_a_prefix_that_is_not_set_up_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="other is not set up here; set up: team"):
        released_digest(_prefix(tmp_path, None), "other")


def test_before_a_release_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing released yet") as caught:
        released_digest(_prefix(tmp_path, None), "team")
    assert caught.value.fix == "run: mlgate pipeline run --prefix team"


@pytest.mark.parametrize("report", ["", "[]", "spec:", "spec: {}", "spec: [", "spec: x", "\x00"])
def test_a_broken_report_is_named(tmp_path: Path, report: str) -> None:
    with pytest.raises(SettingsError, match=r"model-accuracy\.yaml: holds no image"):
        released_digest(_prefix(tmp_path, report), "team")


def test_a_proxy_of_the_person_does_not_come_between(fraud: Packaged, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    with (
        running(fraud.image, fraud.environment) as started,
        opener(started.url).open(f"{started.url}/health/ping") as answer,
    ):
        assert answer.status == 200
