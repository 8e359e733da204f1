"""The run reaches an API server through the real kubectl, on stdin, in one request."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from gate_oracle import DIGEST
from mlgate import cli
from mlgate.errors import ToolFailed
from mlgate.slack import start
from mlgate.slack.payload import Click

RUN = start.pipeline_run(Click("demo", DIGEST, "0f" * 20), "v0=x")
Requests = list[tuple[str, str, Any]]


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Requests]:
    """What an API server on loopback was asked; the second creation of a name is a conflict."""
    asked: Requests = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(404, {})

        def do_POST(self) -> None:
            content = json.loads(b"".join(self._chunks()))
            conflict = {
                "kind": "Status",
                "apiVersion": "v1",
                "status": "Failure",
                "reason": "AlreadyExists",
                "code": 409,
            }
            again = any(each[2] == content for each in asked)
            asked.append((self.command, self.path, content))
            self._say(409 if again else 201, conflict if again else content)

        def _chunks(self) -> Iterator[bytes]:
            assert self.headers["Transfer-Encoding"] == "chunked"
            while size := int(self.rfile.readline(), 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()

        def _say(self, status: int, content: dict[str, Any]) -> None:
            text = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{server.server_address[1]}"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": ""}}],
        "current-context": "c",
    }
    (tmp_path / "config").write_text(yaml.safe_dump(config))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    yield asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_one_request_creates_one_run(api: Requests) -> None:
    start.create(RUN)
    assert api == [("POST", "/apis/tekton.dev/v1/namespaces/demo-cicd/pipelineruns", RUN)]


def test_a_name_that_exists_is_told_apart(api: Requests) -> None:
    start.create(RUN)
    with pytest.raises(ToolFailed, match="AlreadyExists"):
        start.create(RUN)


def test_the_run_names_parameters_that_the_pipeline_has() -> None:
    file = Path(__file__).parents[1] / "base" / "cicd" / "pipeline-stage.yaml"
    pipeline = yaml.safe_load(file.read_text())
    assert pipeline["metadata"]["name"] == RUN["spec"]["pipelineRef"]["name"]
    declared = {param["name"]: param for param in pipeline["spec"]["params"]}
    given = {param["name"] for param in RUN["spec"]["params"]}
    assert given <= set(declared)
    assert {name for name, param in declared.items() if "default" not in param} <= given
    assert [w["name"] for w in RUN["spec"]["workspaces"]] == [w["name"] for w in pipeline["spec"]["workspaces"]]


@pytest.mark.parametrize("secret", ["", " ", "a b", "ab\n"], ids=["empty", "space", "two", "line-break"])
def test_without_a_secret_nothing_is_served(
    secret: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", secret)
    assert cli.main(["slack", "serve", "--prefix", "demo"]) == 2
    assert "SLACK_SIGNING_SECRET is empty or has a space" in capsys.readouterr().err


def test_the_secret_is_no_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["slack", "serve", "--help"]) == 0
    assert "--signing" not in capsys.readouterr().out
