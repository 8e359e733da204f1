"""The two scripts of the workbench's init container, run as they stand, with a real git."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from checkouts import ROOT, git

SCRIPTS = ROOT / "base" / "components" / "workbench" / "dev" / "scripts"
USER, PASSWORD = "someone", "a pass word's"
MODEL = "model/fraud"


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    folder = tmp_path / "origin"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "user.email", "someone@example.com")
    git(folder, "config", "user.name", "Someone")
    (folder / "notebook.ipynb").write_text("{}\n")
    (folder / MODEL / "jdbc").mkdir(parents=True)
    (folder / MODEL / "jdbc" / "pom.xml").write_text("<project/>\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def clone(origin: Path, home: Path, revision: str = "main") -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "REPO_URL": f"file://{origin}", "REVISION": revision}
    env["MODEL_PATH"] = MODEL
    script = ["sh", str(SCRIPTS / "clone.sh")]
    return subprocess.run(script, env=env, check=False, capture_output=True, text=True, timeout=60)


def test_the_repository_and_a_folder_for_data_are_there_after_the_first_start(origin: Path, home: Path) -> None:
    assert clone(origin, home).returncode == 0
    assert (home / "repository" / "notebook.ipynb").read_text() == "{}\n"
    assert (home / "data").is_dir()


def test_a_second_start_keeps_what_somebody_changed(origin: Path, home: Path) -> None:
    clone(origin, home)
    (home / "repository" / "notebook.ipynb").write_text("changed\n")
    (origin / "notebook.ipynb").write_text("newer\n")
    git(origin, "commit", "-qam", "second")
    assert clone(origin, home).returncode == 0
    assert (home / "repository" / "notebook.ipynb").read_text() == "changed\n"


def test_data_and_the_connection_lie_beside_the_notebook_and_git_does_not_see_them(origin: Path, home: Path) -> None:
    for _ in range(2):
        assert clone(origin, home).returncode == 0
    model = home / "repository" / MODEL
    (home / "data" / "creditcard.csv").write_text("Time\n")
    assert (model / "data" / "creditcard.csv").read_text() == "Time\n"
    assert (model / "jdbc" / "connection").readlink() == home / "jdbc"
    assert (model / "jdbc" / "pom.xml").is_file()
    assert git(home / "repository", "status", "--porcelain") == ""
    lines = (home / "repository" / ".git" / "info" / "exclude").read_text().splitlines()
    assert lines.count(f"/{MODEL}/data") == 1


def test_without_a_jdbc_folder_in_the_repository_it_is_a_link(origin: Path, home: Path) -> None:
    git(origin, "rm", "-rq", MODEL)
    (origin / MODEL).mkdir(parents=True, exist_ok=True)
    (origin / MODEL / "requirements.txt").touch()
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", "no drivers")
    assert clone(origin, home).returncode == 0
    assert (home / "repository" / MODEL / "jdbc").readlink() == home / "jdbc"
    assert git(home / "repository", "status", "--porcelain") == ""


def test_somebodys_own_data_beside_the_notebook_are_kept(origin: Path, home: Path) -> None:
    clone(origin, home)
    data = home / "repository" / MODEL / "data"
    data.unlink()
    data.mkdir()
    (data / "mine.csv").write_text("mine")
    assert clone(origin, home).returncode == 0
    assert (data / "mine.csv").read_text() == "mine"
    assert not data.is_symlink()


def test_the_cell_that_checks_says_so_where_mlgate_is_not_installed() -> None:
    cells = json.loads((ROOT / MODEL / "fraud-detection.ipynb").read_text())["cells"]
    [source] = ["".join(cell["source"]) for cell in cells if cell["id"] == "check"]
    bare = [sys.executable, "-I", "-S", "-c", source]
    done = subprocess.run(bare, check=True, capture_output=True, text=True, timeout=60)
    assert "mlgate is not installed" in done.stdout


def test_a_clone_that_was_cut_off_is_made_again(origin: Path, home: Path) -> None:
    (home / ".clone" / ".git").mkdir(parents=True)
    assert clone(origin, home).returncode == 0
    assert (home / "repository" / "notebook.ipynb").is_file()
    assert not (home / ".clone").exists()


def test_a_branch_that_is_not_there_stops_the_start_and_leaves_nothing(origin: Path, home: Path) -> None:
    done = clone(origin, home, "absent")
    assert done.returncode != 0
    assert "absent" in done.stderr
    assert not (home / "repository").exists()


def _ask(credentials: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """What git finds out about an address by asking the script."""
    script = home / "askpass.sh"
    script.write_text((SCRIPTS / "askpass.sh").read_text())
    script.chmod(0o555)
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ASKPASS": str(script),
        "GIT_TERMINAL_PROMPT": "0",
        "CREDENTIALS": str(credentials),
    }
    command = ["git", "credential", "fill"]
    asked = "protocol=https\nhost=git.example.com\n\n"
    return subprocess.run(command, input=asked, env=env, check=False, capture_output=True, text=True, timeout=60)


def test_git_gets_the_credentials_from_the_mounted_files(home: Path, tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "username").write_text(USER)
    (credentials / "password").write_text(PASSWORD)
    lines = _ask(credentials, home).stdout.splitlines()
    assert f"username={USER}" in lines
    assert f"password={PASSWORD}" in lines


def test_without_the_secret_git_fails_instead_of_waiting(home: Path, tmp_path: Path) -> None:
    done = _ask(tmp_path / "absent", home)
    assert done.returncode != 0
    assert "password=" not in done.stdout
