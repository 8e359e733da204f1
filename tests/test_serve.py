"""``mlgate serve``: what a prefix has released, on loopback, until it is told to stop."""

import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mlgate.cli import main
from mlgate.evaluate.report import model_accuracy
from mlgate.evaluate.run import Evaluation
from mlgate.image.loopback import opener
from mlgate.image.serve import released
from mlgate.repo import Repo
from model_images import Packaged

PREFIX = "team"


@pytest.fixture
def clone(tmp_path: Path, fraud: Packaged, evaluated: Evaluation) -> Repo:
    """A clone in which the fraud model is released."""
    for folder in ("base", "policy", "tools/mlgate", "build"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "build" / "images").symlink_to(fraud.store, target_is_directory=True)
    overlay = tmp_path / "overlays" / PREFIX
    for folder in ("values", "dev/release"):
        (overlay / folder).mkdir(parents=True)
    (overlay / "values" / "settings.yaml").write_text("")
    report = model_accuracy(evaluated.metrics, evaluated.evidence, namespace=f"{PREFIX}-cicd")
    (overlay / "dev" / "release" / "model-accuracy.yaml").write_text(yaml.safe_dump(report))
    return Repo(tmp_path)


def test_the_released_image_is_found_with_the_environment_that_it_locks(clone: Repo, fraud: Packaged) -> None:
    image, environment = released(clone, PREFIX)
    assert image.digest == fraud.image.digest
    assert environment == fraud.environment


def serve(clone: Repo, *more: str) -> list[str]:
    return ["serve", "--repo", str(clone.root), "--prefix", PREFIX, *more]


@pytest.fixture
def port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_told_to_stop_and_then_exits_0(clone: Repo, port: int, sign: signal.Signals) -> None:
    argv = [sys.executable, "-m", "mlgate.cli", *serve(clone, "--port", str(port))]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert re.search(rf"serving sha256:[0-9a-f]{{64}} on http://127\.0\.0\.1:{port}/predict", line)
        with opener("http://127.0.0.1").open(f"http://127.0.0.1:{port}/health/ping", timeout=20) as answer:
            assert answer.read() == b"pong"
        process.send_signal(sign)
        _, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (0, "")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()


def test_a_server_that_dies_is_reported(clone: Repo, port: int) -> None:
    argv = [sys.executable, "-m", "mlgate.cli", *serve(clone, "--port", str(port))]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        subprocess.run(["/bin/kill", "-KILL", *children], check=True)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "the server ended by itself" in stderr


def test_nothing_released_yet_says_what_to_run(clone: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(clone.overlay(PREFIX) / "dev")
    assert main(serve(clone)) == 2
    said = capsys.readouterr().err
    assert "nothing released yet" in said
    assert f"run: mlgate pipeline run --prefix {PREFIX}" in said


@pytest.mark.parametrize(
    ("digest", "says"),
    [("latest", "is not an image digest"), ("sha256:" + "0" * 64, "no image sha256:000")],
    ids=["a tag", "unknown"],
)
def test_another_image_is_served_only_by_a_known_digest(
    clone: Repo, capsys: pytest.CaptureFixture[str], digest: str, says: str
) -> None:
    assert main(serve(clone, "--digest", digest)) == 2
    assert says in capsys.readouterr().err


def test_an_image_that_was_changed_is_not_served(
    clone: Repo, fraud: Packaged, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (clone.build / "images").unlink()
    shutil.copytree(fraud.store, clone.build / "images")
    wrapper = next((clone.build / "images").rglob("FraudDetection.py"))
    wrapper.write_text(wrapper.read_text() + "\n")
    assert main(serve(clone)) == 3
    assert "FraudDetection.py was changed after packaging" in capsys.readouterr().err


def test_a_taken_port_is_a_usage_error(clone: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(serve(clone, "--port", str(taken.getsockname()[1]))) == 2
    assert "is in use" in capsys.readouterr().err
