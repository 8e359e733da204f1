"""``mlgate slack serve`` as a process: on loopback unless told otherwise, and gone when it is asked to go."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from mlgate.slack import server
from slack_requests import SECRET, body, signed


@pytest.fixture
def port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def test_a_dry_run_prints_the_run_and_ends_with_its_process(port: int) -> None:
    argv = [str(Path(sys.executable).with_name("mlgate")), "slack", "serve", "--dry-run", "--port", str(port)]
    env = {**os.environ, "PREFIX": "demo", "SLACK_SIGNING_SECRET": SECRET.decode(), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert f"http://127.0.0.1:{port}{server.PATH}" in process.stdout.readline()
            stamp, seal, content = signed(body(), int(time.time()))
            headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": seal}
            request = urllib.request.Request(f"http://127.0.0.1:{port}{server.PATH}", data=content, headers=headers)
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
                assert answer.status == 200
        finally:
            process.send_signal(signal.SIGTERM)
        out = process.stdout.read()
    assert process.returncode == 0
    run = json.loads(out[: out.rindex("}") + 1])
    assert (run["kind"], run["metadata"]["namespace"]) == ("PipelineRun", "demo-cicd")
    assert SECRET.decode() not in out
