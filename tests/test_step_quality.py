"""The quality step against a server that speaks SonarQube's web API and a program in place of its scanner."""

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

import fake_programs
from mlgate import cli

TOKEN = "planted-sonar-77ac"
SCANNER = f"""
assert os.environ["SONAR_TOKEN"] == {TOKEN!r}
assert os.environ["SONAR_HOST_URL"].startswith("http://127.0.0.1:")
print("token", os.environ["SONAR_TOKEN"])
folder = next(a.partition("=")[2] for a in sys.argv if a.startswith("-Dsonar.working.directory="))
if not os.environ.get("SCANNER_SILENT"):
    Path(folder, "report-task.txt").write_text("projectKey=demo\\nceTaskId=AX-1\\nceTaskUrl=http://elsewhere/x=y\\n")
sys.exit(int(os.environ.get("SCANNER_CODE", "0")))
"""
DONE = {"task": {"status": "SUCCESS", "analysisId": "AN-9"}}
CONDITIONS = [
    {"status": "OK", "metricKey": "new_violations", "comparator": "GT", "errorThreshold": "0", "actualValue": "0"},
    {"status": "ERROR", "metricKey": "new_coverage", "comparator": "LT", "errorThreshold": "80", "actualValue": "12.5"},
]


class Sonar(BaseHTTPRequestHandler):
    """Answers from a table, and remembers what it was asked."""

    answers: ClassVar[dict[str, list[Any]]] = {}
    asked: ClassVar[list[tuple[str, dict[str, list[str]], str]]] = []

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.asked.append((parts.path, parse_qs(parts.query), self.headers.get("Authorization", "")))
        known = self.answers[parts.path]
        answer = known.pop(0) if len(known) > 1 else known[0]
        status = answer if isinstance(answer, int) else 200
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(answer.encode() if isinstance(answer, str) else json.dumps(answer).encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def sonar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Sonar]]:
    """A server whose gate passes, the scanner, and a step that is set up for them."""
    server = HTTPServer(("127.0.0.1", 0), Sonar)
    Sonar.asked.clear()
    Sonar.answers = {"/api/ce/task": [DONE]}
    gate("OK")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    (tmp_path / "source" / "repo").mkdir(parents=True)
    values = {
        "SOURCE": tmp_path / "source",
        "PREFIX": "demo",
        "RESULT_CHECKED": tmp_path / "checked",
        "SONAR_HOST_URL": f"http://127.0.0.1:{server.server_port}",
        "SONAR_TOKEN": TOKEN,
        "SONAR_TIMEOUT": "60",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr("mlgate.pipeline.quality.time.sleep", lambda _: None)
    fake_programs.install(tmp_path, "pysonar", SCANNER, monkeypatch)
    yield Sonar
    server.shutdown()
    server.server_close()


def gate(status: str, conditions: Any = ()) -> None:
    """Let the gate answer this."""
    content = {"projectStatus": {"status": status, "conditions": list(conditions)}}
    Sonar.answers["/api/qualitygates/project_status"] = [content]


@pytest.mark.parametrize(("gone", "word"), [("SONAR_TOKEN", "token"), ("SONAR_HOST_URL", "address")])
def test_without_a_server_it_warns_and_goes_on(
    sonar: type[Sonar], gone: str, word: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(gone)
    assert cli.main(["step", "quality"]) == 0
    assert f"WARNING: not checked, no SonarQube {word}\n" in capsys.readouterr().out
    assert Path(os.environ["RESULT_CHECKED"]).read_text() == "false"
    assert sonar.asked == []


def test_the_gate_is_asked_about_this_analysis_once_it_is_there(sonar: type[Sonar], tmp_path: Path) -> None:
    sonar.answers["/api/ce/task"] = [{"task": {"status": "PENDING"}}, {"task": {"status": "IN_PROGRESS"}}, DONE]
    assert cli.main(["step", "quality"]) == 0
    assert (tmp_path / "checked").read_text() == "true"
    tasks = [("/api/ce/task", {"id": ["AX-1"]}, f"Bearer {TOKEN}")] * 3
    assert sonar.asked == [*tasks, ("/api/qualitygates/project_status", {"analysisId": ["AN-9"]}, f"Bearer {TOKEN}")]
    (argv,) = [json.loads(line) for line in (tmp_path / "pysonar.calls").read_text().splitlines()]
    assert f"-Dsonar.projectBaseDir={tmp_path / 'source' / 'repo'}" in argv
    assert "-Dsonar.projectKey=demo" in argv
    assert TOKEN not in " ".join(argv)
    assert not list((tmp_path / "source" / "repo").iterdir())  # the clone that promote commits in stays clean


def test_a_failed_gate_exits_1_and_names_what_failed(sonar: type[Sonar], capsys: pytest.CaptureFixture[str]) -> None:
    gate("ERROR", CONDITIONS)
    assert cli.main(["step", "quality"]) == 1
    said = capsys.readouterr().out
    assert "the quality gate failed\n  new_coverage: 12.5, required at least 80" in said
    assert "new_violations" not in said


@pytest.mark.parametrize("status", ["NONE", "WARN", "ok", ""])
def test_a_gate_that_does_not_say_ok_is_no_success(sonar: type[Sonar], status: str) -> None:
    gate(status)
    assert cli.main(["step", "quality"]) == 3


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param({"task": {"status": "FAILED"}}, "ended as FAILED", id="failed"),
        pytest.param({"task": {"status": "CANCELED"}}, "ended as CANCELED", id="cancelled"),
        pytest.param({"task": {"status": "SUCCESS"}}, "ended as SUCCESS", id="no-analysis"),
        pytest.param({"task": []}, "ended as None", id="no-task"),
        pytest.param([], "something else than an object", id="list"),
        pytest.param("<html>", "gave no answer", id="no-json"),
        pytest.param(401, "answered 401", id="unauthorized"),
        pytest.param(302, "answered 302", id="redirect"),
    ],
)
def test_an_analysis_that_failed_exits_3(
    sonar: type[Sonar], answer: Any, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sonar.answers["/api/ce/task"] = [answer]
    assert cli.main(["step", "quality"]) == 3
    said = "".join(capsys.readouterr())
    assert words in said
    assert TOKEN not in said
    assert [path for path, _, _ in sonar.asked] == ["/api/ce/task"]  # and no redirect took the token along


def test_the_wait_ends(sonar: type[Sonar], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SONAR_TIMEOUT", "0")
    sonar.answers["/api/ce/task"] = [{"task": {"status": "IN_PROGRESS"}}]
    assert cli.main(["step", "quality"]) == 3
    assert "IN_PROGRESS after 0 s" in capsys.readouterr().err


@pytest.mark.parametrize(("variable", "words"), [("SCANNER_CODE", "token ***"), ("SCANNER_SILENT", "ended without")])
def test_a_scanner_that_failed_exits_3_without_the_token(
    sonar: type[Sonar], variable: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Path(os.environ["SOURCE"], "quality", "report-task.txt")
    before.parent.mkdir()
    before.write_text("ceTaskId=of-the-run-before\n")
    monkeypatch.setenv(variable, "1")
    assert cli.main(["step", "quality"]) == 3
    said = "".join(capsys.readouterr())
    assert words in said
    assert TOKEN not in said
    assert sonar.asked == []


def test_a_server_that_is_not_there_exits_3(
    sonar: type[Sonar], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SONAR_HOST_URL", "http://127.0.0.1:9")
    assert cli.main(["step", "quality"]) == 3
    assert "gave no answer" in capsys.readouterr().err


def test_without_the_scanner_it_is_no_success(sonar: type[Sonar], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert cli.main(["step", "quality"]) == 3
    assert sonar.asked == []
