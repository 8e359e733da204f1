"""Writes that leave the old or the new state."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlgate import files
from mlgate.errors import ToolFailed


def test_write_atomic_keeps_permissions_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("old")
    path.chmod(0o640)
    files.write_atomic(path, "neu: é\r\n")
    assert path.read_bytes() == "neu: é\r\n".encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["settings.yaml"]


def test_write_atomic_makes_a_new_file(tmp_path: Path) -> None:
    files.write_atomic(tmp_path / "new", "text")
    assert (tmp_path / "new").read_text() == "text"


def test_a_failed_write_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ToolFailed, match="No space left on device"):
        files.write_atomic(path, "new")
    assert path.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["settings.yaml"]


def test_write_durable_never_writes_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("old")
    with pytest.raises(FileExistsError):
        files.write_durable(tmp_path / "there", b"new")
    assert (tmp_path / "there").read_text() == "old"


def folder(path: Path, **content: str) -> Path:
    path.mkdir()
    for name, text in content.items():
        (path / name).write_text(text)
    return path


@pytest.mark.parametrize("there", [True, False], ids=["exchanged", "new"])
def test_put_tree_replaces_the_whole_folder(tmp_path: Path, there: bool) -> None:
    if there:
        folder(tmp_path / "place", old="1", both="1")
    files.put_tree(folder(tmp_path / "draft", new="2", both="2"), tmp_path / "place")
    assert {path.name: path.read_text() for path in (tmp_path / "place").iterdir()} == {"new": "2", "both": "2"}
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


def test_put_tree_that_fails_leaves_the_place_alone(tmp_path: Path) -> None:
    folder(tmp_path / "place", old="1")
    with pytest.raises(ToolFailed, match=r"place could not be replaced: No such file or directory"):
        files.put_tree(tmp_path / "no-draft", tmp_path / "place")
    assert (tmp_path / "place" / "old").read_text() == "1"


COUNT = """
import sys
from pathlib import Path
from mlgate.files import locked
counter = Path(sys.argv[1]) / "counter"
for _ in range(200):
    with locked(counter.parent):
        counter.write_text(str(int(counter.read_text()) + 1))
"""


def test_locked_lets_one_process_in_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "counter").write_text("0")
    started = [subprocess.Popen([sys.executable, "-c", COUNT, str(tmp_path)]) for _ in range(3)]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    assert (tmp_path / "counter").read_text() == "600"


def test_a_lock_is_released_when_its_holder_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), files.locked(tmp_path):
        raise ZeroDivisionError
    with files.locked(tmp_path):
        pass
