"""The message at the end of a run, against a server on this machine that takes what Slack would."""

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode

import pytest
import yaml

from gate_oracle import DIGEST, counts, report
from mlgate import cli
from mlgate.gate.judge import Verdict
from mlgate.pipeline import message, workspace
from mlgate.repo import Repo, git
from mlgate.slack import payload

ROOT = Path(__file__).parents[1]
SECRET = "planted-T0-B0-5f2c"
STATES = "clone=Succeeded quality=Succeeded gate={gate} scan=Succeeded promote={promote}"
SUCCESS = ["--tasks-status", "Succeeded", "--states", STATES.format(gate="Succeeded", promote="Succeeded")]
DENIAL = ["--tasks-status", "Failed", "--states", STATES.format(gate="Failed", promote="None")]


class Slack(BaseHTTPRequestHandler):
    """Takes messages, and answers with ``status`` and ``said``."""

    taken: ClassVar[list[dict[str, Any]]] = []
    status: ClassVar[int] = 200
    said: ClassVar[bytes] = b"ok"

    def do_POST(self) -> None:
        assert self.path == f"/services/{SECRET}"
        self.taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        if self.status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(self.said)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Slack]]:
    server = HTTPServer(("127.0.0.1", 0), Slack)
    Slack.taken.clear()
    Slack.status, Slack.said = 200, b"ok"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    monkeypatch.setenv("SLACK_WEBHOOK_URL", f"http://127.0.0.1:{server.server_port}/services/{SECRET}")
    yield Slack
    server.shutdown()
    server.server_close()


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a clone, an image and its report: 249 of 250 right."""
    folder = tmp_path / "source"
    values = folder / "repo" / "overlays" / "demo" / "values"
    values.mkdir(parents=True)
    template = (ROOT / "tests/settings/valid.yaml").read_text().replace("fraud-demo", "demo")
    (values / "settings.yaml").write_text(template)
    git(folder / "repo", "init", "--quiet")
    git(folder / "repo", "add", ".")
    git(folder / "repo", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "a")
    (folder / workspace.IMAGE).write_text(json.dumps({"image": "registry.example.com/fraud", "digest": DIGEST}))
    (folder / workspace.REPORT).write_text(yaml.safe_dump(report(0.996, counts(249, 250))))
    for task in ("quality", "scan"):
        workspace.check(folder, task, done=True)
    for name, value in {"SOURCE": str(folder), "PREFIX": "demo", "RUN": "run-1"}.items():
        monkeypatch.setenv(name, value)
    return folder


def body(taken: dict[str, Any]) -> str:
    """The text that a person reads."""
    text = taken["blocks"][0]["text"]
    assert text["type"] == "mrkdwn"
    return str(text["text"])


def test_without_a_webhook_it_notes_that_and_goes_on(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SLACK_WEBHOOK_URL", raising=False)
    assert cli.main(["step", "notify", *SUCCESS]) == 0
    assert capsys.readouterr().out.startswith("NOTE: Slack not told, no webhook\n")


def test_a_release_is_told(source: Path, slack: type[Slack], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["step", "notify", *SUCCESS]) == 0
    (taken,) = slack.taken
    commit = Repo(source / "repo").head()
    for words in ("*demo: released*", "99.6 %", "required", DIGEST, commit, "run-1"):
        assert words in body(taken)
    assert taken["text"].startswith("demo: released: Accuracy 99.6 %")
    assert "not" not in body(taken)
    assert len(taken["blocks"]) == 1
    assert capsys.readouterr().out == "Slack is told\n"


def test_a_release_says_what_was_skipped(source: Path, slack: type[Slack]) -> None:
    workspace.check(source, "scan", done=False)
    (source / "quality.done").unlink()
    cli.main(["step", "notify", *SUCCESS])
    assert "The image was not scanned." in body(slack.taken[0])
    assert "The code's quality was not checked." in body(slack.taken[0])


def test_the_button_is_what_the_receiver_takes(
    source: Path, slack: type[Slack], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_INTERACTIVE", "true")
    cli.main(["step", "notify", *SUCCESS])
    (button,) = slack.taken[0]["blocks"][1]["elements"]
    commit = Repo(source / "repo").head()
    assert button["action_id"] == "promote-to-stage"
    assert json.loads(button["value"]) == {"prefix": "demo", "digest": DIGEST, "commit": commit}
    sent = {"type": "block_actions", "actions": [{key: button[key] for key in ("action_id", "value")}]}
    click = payload.parse(urlencode({"payload": json.dumps(sent)}).encode())
    assert click == payload.Click(prefix="demo", digest=DIGEST, commit=commit)


def test_a_denial_says_why_and_how_to_change_the_threshold(
    source: Path, slack: type[Slack], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_INTERACTIVE", "true")
    workspace.judged(source, Verdict(("accuracy 0.996 < 1.0 & <more> to say",)))
    assert cli.main(["step", "notify", *DENIAL]) == 0
    text = body(slack.taken[0])
    for words in ("*demo: denied by the gate*", "99.6 %", DIGEST, Repo(source / "repo").head()):
        assert words in text
    assert "• accuracy 0.996 &lt; 1.0 &amp; &lt;more&gt; to say" in text
    assert "mlgate threshold PERCENT --prefix demo" in text
    assert "overlays/demo/values/settings.yaml:" in text
    assert len(slack.taken[0]["blocks"]) == 1  # what was denied has no button


@pytest.mark.parametrize("verdict", [None, Verdict(())], ids=["could-not-judge", "allowed"])
def test_a_gate_that_could_not_judge_is_no_denial(source: Path, slack: type[Slack], verdict: Verdict | None) -> None:
    workspace.judged(source, Verdict(("of an earlier run",)))
    workspace.judged(source, verdict)
    cli.main(["step", "notify", *DENIAL])
    assert "*demo: the run failed*\nTask gate failed." in body(slack.taken[0])


def test_a_failure_names_the_task_and_nothing_of_earlier_runs(source: Path, slack: type[Slack]) -> None:
    states = "clone=Failed quality=None gate=None promote=None"
    assert cli.main(["step", "notify", "--tasks-status", "Failed", "--states", states]) == 0
    text = body(slack.taken[0])
    assert "Task clone failed." in text
    assert "Commit" not in text
    assert DIGEST not in text


@pytest.mark.parametrize("missing", [workspace.IMAGE, workspace.REPORT, "repo"])
def test_a_workspace_without_the_parts_never_fails_the_run(
    source: Path, slack: type[Slack], missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = source / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert cli.main(["step", "notify", *SUCCESS]) == 0
    assert "WARNING: Slack is not told" in capsys.readouterr().out
    assert slack.taken == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param((404, b"no_service"), "Slack answered 404", id="gone"),
        pytest.param((500, b""), "Slack answered 500", id="broken"),
        pytest.param((302, b""), "Slack answered 302", id="redirect"),
        pytest.param((200, b"invalid_payload"), "Slack did not answer ok", id="not-ok"),
    ],
)
def test_an_error_of_slack_is_a_warning_without_the_address(
    source: Path, slack: type[Slack], answer: tuple[int, bytes], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Slack.status, Slack.said = answer
    assert cli.main(["step", "notify", *SUCCESS]) == 0
    assert len(slack.taken) == 1  # the address was used, so it could have been said
    printed = "".join(capsys.readouterr())
    assert f"WARNING: Slack is not told: {words}" in printed
    assert SECRET not in printed


@pytest.mark.parametrize(
    "url",
    [
        f"http://127.0.0.1:9/{SECRET}",
        f"{SECRET}",
        f"ftp://example.com/{SECRET}",
        f"http://[{SECRET}",
        f"http://127.0.0.1:9/{SECRET}\n/x",
        f"http://127.0.0.1:{SECRET}/",
        f"http://127.0.0.1:9/{SECRET}é",
    ],
)
def test_a_wrong_address_is_a_warning_that_does_not_say_it(
    source: Path, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", url)
    assert cli.main(["step", "notify", *SUCCESS]) == 0
    printed = "".join(capsys.readouterr())
    assert "WARNING: Slack is not told" in printed
    assert SECRET not in printed


def test_a_long_message_is_cut_by_whole_lines(source: Path, slack: type[Slack]) -> None:
    workspace.judged(source, Verdict(("<" * 2000, "short", "&" * 900)))
    cli.main(["step", "notify", *DENIAL])
    text = body(slack.taken[0])
    assert len(text) <= 3000
    assert "short" in text
    assert "<" not in text.replace("&lt;", "")


@pytest.mark.parametrize(
    ("text", "shown"), [("<!channel>", "&lt;!channel&gt;"), ("a & b", "a &amp; b"), ("&lt;", "&amp;lt;")]
)
def test_escape(text: str, shown: str) -> None:
    assert message.escape(text) == shown


def test_the_pipeline_tells_the_state_of_every_task() -> None:
    spec = yaml.safe_load((ROOT / "base" / "cicd" / "pipeline.yaml").read_text())["spec"]
    (use,) = (each for each in spec["finally"] if each["name"] == "notify")
    (states,) = (param["value"] for param in use["params"] if param["name"] == "states")
    assert states.split() == [f"{task['name']}=$(tasks.{task['name']}.status)" for task in spec["tasks"]]
