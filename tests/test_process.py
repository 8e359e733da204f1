"""The one door to other programs."""

import sys
from pathlib import Path

import pytest

from mlgate.errors import MissingTool, ToolFailed
from mlgate.process import Tool, cache_dir, search_path

PYTHON = Tool(Path(sys.executable).name)


def test_output_and_exit_code_come_back() -> None:
    done = PYTHON.run(["-c", "import sys; print(sys.stdin.read()); print('why', file=sys.stderr)"], stdin="héllo")
    assert (done.returncode, done.stdout, done.stderr) == (0, "héllo\n", "why\n")


def test_failure_carries_the_programs_own_words() -> None:
    with pytest.raises(ToolFailed, match="exited 4: no such model"):
        PYTHON.run(["-c", "import sys; print('no such model', file=sys.stderr); sys.exit(4)"])


def test_an_accepted_code_is_an_answer() -> None:
    assert Tool(PYTHON.name, accept=(0, 1)).run(["-c", "raise SystemExit(1)"]).returncode == 1


def test_a_missing_program_names_the_way_to_get_it() -> None:
    with pytest.raises(MissingTool, match="no-such-program is not installed") as caught:
        Tool("no-such-program", hint="run: make setup").run([])
    assert caught.value.fix == "run: make setup"


def test_a_program_that_hangs_is_ended() -> None:
    with pytest.raises(ToolFailed, match=r"did not end within 0\.2 s"):
        PYTHON.run(["-c", "import time; time.sleep(60)"], timeout_s=0.2)


def test_arguments_reach_the_program_unread_by_any_shell(tmp_path: Path) -> None:
    hostile = f"$(touch {tmp_path}/canary); `id` \"' *"
    done = PYTHON.run(["-c", "import sys; print(sys.argv[1])", hostile])
    assert done.stdout.rstrip("\n") == hostile
    assert not (tmp_path / "canary").exists()


def test_a_given_environment_replaces_the_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "s3cret")
    show = ["-c", "import os; print(sorted(os.environ))"]
    assert "SECRET_TOKEN" in PYTHON.run(show).stdout
    assert "SECRET_TOKEN" not in PYTHON.run(show, env={"ONLY": "this"}).stdout


def test_the_built_tools_come_before_the_machines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MLGATE_CACHE", str(tmp_path))
    assert cache_dir() == tmp_path
    assert search_path().split(":")[1] == str(tmp_path / "bin")


def test_stream_returns_the_exit_code(tmp_path: Path) -> None:
    code = PYTHON.stream(
        ["-c", "import os; raise SystemExit(int(os.environ['N']))"], cwd=tmp_path, env={"N": "7"}, timeout_s=30
    )
    assert code == 7


ECHO = "import sys\nfor line in sys.stdin:\n    print(line.strip() * 2, flush=True)"


def test_a_worker_answers_line_by_line(tmp_path: Path) -> None:
    worker = PYTHON.worker(["-c", ECHO], cwd=tmp_path, env={})
    try:
        long = "a" * 3_000_000
        assert [worker.ask(text, 30) for text in ("a", "b", long)] == [b"aa\n", b"bb\n", f"{long}{long}\n".encode()]
    finally:
        worker.close()
        worker.close()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import time; time.sleep(60)", "gave no answer within"),
        ("raise SystemExit('out of memory')", "ended without an answer: out of memory"),
        ("print('half', end='')", "ended without an answer: no reason given"),
    ],
)
def test_a_worker_that_does_not_answer_is_an_error(tmp_path: Path, body: str, words: str) -> None:
    worker = PYTHON.worker(["-c", body], cwd=tmp_path, env={})
    try:
        with pytest.raises(ToolFailed, match=words):
            worker.ask("a", 2 if "sleep" in body else 30)
    finally:
        worker.close()


def test_a_worker_that_is_missing_names_the_way_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(MissingTool, match="no-such-program is not installed"):
        Tool("no-such-program").worker([], cwd=tmp_path, env={})


def test_a_worker_that_cannot_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="could not be started"):
        PYTHON.worker([], cwd=tmp_path / "none", env={})
