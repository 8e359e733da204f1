"""Bytes by key, kept between runs, at no risk: what cannot be read, or is not as it was written, is absent."""

import contextlib
import hashlib
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mlgate.process import cache_dir

LARGEST = 1 << 29
"""Bytes that the file may have; then the half that was not used for longest is dropped."""
_CHECK = 16
_CHUNK = 500
# These speak of the disk or of another process, not of what the file holds.
_ELSEWHERE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR")
_SCHEMA = "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, body BLOB NOT NULL, used INTEGER NOT NULL)"
_PUT = "INSERT INTO entries VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET body=excluded.body, used=excluded.used"


def folder() -> Path:
    """Where results are kept; it may be deleted at any time."""
    return cache_dir() / "validate"


class Store:
    """One SQLite file that any number of processes may share. No method raises for what the file holds."""

    def __init__(self, place: Path) -> None:
        self._file = place / "results.sqlite"
        self._db = self._opened()

    def get(self, key: str) -> bytes | None:
        """What was put under ``key``, or nothing."""
        return self.get_all([key]).get(key)

    def get_all(self, keys: Iterable[str]) -> dict[str, bytes]:
        """What was put under those of ``keys`` that are there."""
        wanted = list(keys)
        found: dict[str, bytes] = {}
        with self._forgiving() as db:
            for at in range(0, len(wanted), _CHUNK):
                some = wanted[at : at + _CHUNK]
                asked = f"SELECT key, body FROM entries WHERE key IN ({','.join('?' * len(some))})"  # noqa: S608
                rows = db.execute(asked, some)
                found.update((key, body[_CHECK:]) for key, body in rows if _whole(key, body))
        return found

    def put_all(self, entries: Mapping[str, bytes]) -> None:
        """Keep ``entries``; a store that another process holds for long, or that is full, keeps nothing."""
        today = int(time.time()) // 86400
        rows = [(key, _sum(key, body) + body, today) for key, body in entries.items()]
        with self._forgiving() as db, db:
            db.executemany(_PUT, rows)
        if rows:
            self._prune()

    def used(self, keys: Iterable[str]) -> None:
        """Note that ``keys`` were of use today, so that others are dropped first."""
        today = int(time.time()) // 86400
        with self._forgiving() as db, db:
            db.executemany("UPDATE entries SET used=?1 WHERE key=?2 AND used<?1", [(today, key) for key in keys])

    def clear(self) -> None:
        """Forget everything."""
        if self._db is not None:
            self._db.close()
        _remove(self._file)
        self._db = self._opened()

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            self._db.close()

    def _opened(self) -> sqlite3.Connection | None:
        with contextlib.suppress(OSError, sqlite3.Error):
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._file.parent.stat().st_uid != os.getuid():
                return None  # what another person can write is not trusted
            return _connect(self._file)
        return None

    @contextlib.contextmanager
    def _forgiving(self) -> Iterator[sqlite3.Connection]:
        if self._db is None:
            self._db = sqlite3.connect(":memory:")
            self._db.execute(_SCHEMA)
        try:
            yield self._db
        except sqlite3.OperationalError:  # busy, full or read-only: the file itself is as it should be
            return
        except (sqlite3.Error, TypeError, ValueError):
            self.clear()

    def _prune(self) -> None:
        with self._forgiving() as db:
            size, pages = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "page_count"))
            if size * pages <= LARGEST:
                return
            with db:
                half = "SELECT key FROM entries ORDER BY used, rowid LIMIT (SELECT COUNT(*) / 2 + 1 FROM entries)"
                db.execute(f"DELETE FROM entries WHERE key IN ({half})")  # noqa: S608
            db.execute("VACUUM")


def _connect(file: Path) -> sqlite3.Connection:
    try:
        return _prepared(file)
    except sqlite3.DatabaseError as err:
        if err.sqlite_errorname.startswith(_ELSEWHERE):
            raise
        _remove(file)  # no database, a broken one, or another program's
        return _prepared(file)


def _prepared(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file, timeout=5)
    try:
        db.execute("PRAGMA synchronous=OFF")  # a power cut may cost the cache, and its checksums tell
        db.execute(_SCHEMA)
        db.execute("SELECT key, body, used FROM entries LIMIT 1").fetchone()
    except sqlite3.Error:
        db.close()
        raise
    return db


def _remove(file: Path) -> None:
    for name in (file.name, f"{file.name}-journal"):
        with contextlib.suppress(OSError):
            (file.parent / name).unlink(missing_ok=True)


def _sum(key: str, body: bytes) -> bytes:
    return hashlib.blake2b(body, key=hashlib.sha256(key.encode()).digest(), digest_size=_CHECK).digest()


def _whole(key: str, body: object) -> bool:
    return isinstance(body, bytes) and body[:_CHECK] == _sum(key, body[_CHECK:])
