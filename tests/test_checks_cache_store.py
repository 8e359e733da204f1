"""What is kept between runs is given back as it was put, or not at all, whatever happened to the file."""

import os
import pickle
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from mlgate.checks.cache import store
from mlgate.checks.cache.pack import UnreadableError, freeze, pack, thaw, unpack
from mlgate.checks.cache.store import Store
from mlgate.results import Result, Status
from trees.reports import HARD_FINDINGS

Damage = Callable[[Path], object]


def _foreign(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE entries (name TEXT, other BLOB)")


def _altered(file: Path) -> None:
    with sqlite3.connect(file) as db:
        db.execute("UPDATE entries SET body = CAST(substr(body, 1, 16) || 'something else' AS BLOB)")


def _swapped(file: Path) -> None:
    with sqlite3.connect(file) as db:
        db.execute("UPDATE entries SET key = 'b' WHERE key = 'a'")


def _text(file: Path) -> None:
    with sqlite3.connect(file) as db:
        db.execute("UPDATE entries SET body = 'text'")


def _flipped(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2 :] = bytes(each ^ 0xFF for each in data[len(data) // 2 :])
    file.write_bytes(data)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda file: file.write_bytes(b"no database" * 999), id="not-a-database"),
        pytest.param(lambda file: file.write_bytes(file.read_bytes()[:3000]), id="truncated"),
        pytest.param(lambda file: file.write_bytes(b""), id="empty"),
        pytest.param(_flipped, id="flipped"),
        pytest.param(_foreign, id="another-programs"),
        pytest.param(_altered, id="body-altered"),
        pytest.param(_swapped, id="under-another-key"),
        pytest.param(_text, id="text-for-bytes"),
    ],
)
def test_a_damaged_store_gives_nothing_back_and_works_on(tmp_path: Path, damage: Damage) -> None:
    first = Store(tmp_path)
    first.put_all({"a": b"x" * 5000})
    assert first.get("a") == b"x" * 5000
    first.close()
    damage(tmp_path / "results.sqlite")
    later = Store(tmp_path)
    assert later.get_all(["a", "b"]) == {}
    later.put_all({"a": b"new"})
    assert later.get("a") == b"new"


def test_damage_under_an_open_store_raises_nothing(tmp_path: Path) -> None:
    kept = Store(tmp_path)
    kept.put_all({f"{number}": os.urandom(9000) for number in range(50)})
    (tmp_path / "results.sqlite").write_bytes(b"\xff" * 100_000)
    kept.get_all(["0", "49"])
    kept.put_all({"a": b"1"})


def test_two_stores_share_a_file(tmp_path: Path) -> None:
    one, other = Store(tmp_path), Store(tmp_path)
    one.put_all({"a": b"1"})
    other.put_all({"b": b"2"})
    assert one.get_all(["a", "b"]) == {"a": b"1", "b": b"2"} == other.get_all(["a", "b"])


def test_a_folder_that_cannot_be_written_keeps_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = Store(tmp_path / "file" / "below")
    kept.put_all({"a": b"1"})
    assert Store(tmp_path / "file" / "below").get("a") is None


def test_the_file_stays_within_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LARGEST", 200_000)
    kept = Store(tmp_path)
    for number in range(20):
        kept.put_all({f"{number}": bytes([number]) * 50_000})
    assert (tmp_path / "results.sqlite").stat().st_size <= 300_000
    assert kept.get("19") == b"\x13" * 50_000
    assert kept.get("0") is None


def test_clear_forgets(tmp_path: Path) -> None:
    kept = Store(tmp_path)
    kept.put_all({"a": b"1"})
    kept.clear()
    assert kept.get("a") is None


def test_results_come_back_as_they_were() -> None:
    assert unpack(pack(HARD_FINDINGS)) == HARD_FINDINGS
    assert unpack(pack(())) == ()
    assert thaw(freeze((1, b"2", ("3",)))) == (1, b"2", ("3",))


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(pickle.dumps(_Evil()), id="a-call"),
        pytest.param(pickle.dumps(Path("x")), id="another-class"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\x80\x05garbage", id="garbage"),
    ],
)
def test_bytes_that_ask_for_anything_else_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        thaw(data)


def test_values_that_are_no_results_are_refused() -> None:
    import zlib

    with pytest.raises(UnreadableError):
        unpack(zlib.compress(freeze((Status.VALID,))))
    with pytest.raises(UnreadableError):
        unpack(b"not compressed")
    assert isinstance(HARD_FINDINGS[0], Result)
