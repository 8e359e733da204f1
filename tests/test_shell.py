"""The shell functions: what each asks kubectl or tkn for, what it leaves alone, and completion."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RUNS = ["pr", "tskr", "cpr", "ctr", "prlogs", "prcancel"]
KUBECTL = """#!/bin/sh
printf '%s\\n' "kubectl $*" >> "$LOG"
case "$*" in
  *jsonpath*) printf 'old\\n' ;;
  *--output=name*) printf 'pipelinerun.tekton.dev/first\\npipelinerun.tekton.dev/newest\\n' ;;
esac
"""


def shell(folder: Path, command: str, *, tkn: bool = False, prefix: str = "team") -> tuple[int, list[str], str]:
    """Exit code, the programs that were started, and what was said."""
    programs = {"kubectl": KUBECTL, **({"tkn": '#!/bin/sh\necho "tkn $*" >> "$LOG"\n'} if tkn else {})}
    for name, text in programs.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    path = os.pathsep.join([str(folder), str(Path(sys.executable).parent), "/usr/bin", "/bin"])
    env = {"PATH": path, "LOG": str(folder / "log"), "MLGATE_PREFIX": prefix, "HOME": str(folder)}
    script = f"source {ROOT}/tools/shell.sh && {command}"
    done = subprocess.run(["bash", "-uc", script], env=env, capture_output=True, text=True, timeout=60, check=False)
    log = folder / "log"
    return done.returncode, log.read_text().splitlines() if log.exists() else [], done.stdout + done.stderr


@pytest.mark.parametrize("command", RUNS)
def test_without_a_prefix_nothing_is_started(tmp_path: Path, command: str) -> None:
    code, started, said = shell(tmp_path, command, prefix="")
    assert (code, started) == (2, [])
    assert "MLGATE_PREFIX" in said


@pytest.mark.parametrize("tkn", [False, True], ids=["kubectl", "tkn"])
@pytest.mark.parametrize("command", RUNS)
def test_every_function_stays_in_the_prefixs_namespace(tmp_path: Path, command: str, tkn: bool) -> None:
    code, started, said = shell(tmp_path, command, tkn=tkn)
    assert code == 0, said
    assert started
    assert all("--namespace=team-cicd" in line for line in started)
    assert any(line.startswith("tkn") for line in started) is (tkn and command in {"pr", "tskr", "prlogs"})


def test_only_what_has_ended_is_removed(tmp_path: Path) -> None:
    _, started, _ = shell(tmp_path, "cpr")
    assert "completionTime" in started[0]
    assert started[1:] == ["kubectl --namespace=team-cicd delete pipelineruns.tekton.dev old"]


@pytest.mark.parametrize(("command", "run"), [("prcancel", "newest"), ("prcancel mine", "mine"), ("prlogs", "newest")])
def test_a_run_is_the_named_one_or_the_newest(tmp_path: Path, command: str, run: str) -> None:
    _, started, _ = shell(tmp_path, command)
    assert run in started[-1]


def test_verbs_are_completed(tmp_path: Path) -> None:
    complete = 'COMP_WORDS=(mlgate doc) COMP_CWORD=1; _mlgate_completion mlgate; echo "${COMPREPLY[@]}"'
    assert shell(tmp_path, complete)[2].strip() == "doctor"


def test_zsh_completion_is_clicks_own() -> None:
    env = {**os.environ, "_MLGATE_COMPLETE": "zsh_source"}
    program = str(Path(sys.executable).with_name("mlgate"))
    done = subprocess.run([program], env=env, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.startswith("#compdef mlgate")
