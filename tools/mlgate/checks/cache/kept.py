"""Outcomes in the store, by what stands in a group's overlay and in every other file that its builds read."""

from collections.abc import Iterator, Mapping, Sequence
from typing import overload

from mlgate.checks.cache.documents import key
from mlgate.checks.cache.outcome import Outcome
from mlgate.checks.cache.pack import UnreadableError, freeze, thaw
from mlgate.checks.cache.store import Store
from mlgate.errors import ToolFailed


class Kept:
    """The outcomes that a store has, and how they get there. ``digests`` are those of the files beside the overlays."""

    def __init__(self, store: Store, digests: Mapping[str, str]) -> None:
        self._store, self._digests = store, digests
        self._lists: dict[str, tuple[str, ...]] = {}
        self._contents: dict[str, str] = {}

    def find(self, keys: Mapping[str, str]) -> dict[str, Outcome]:
        """Outcomes by group; ``keys`` has the key of everything but the files that its builds read elsewhere."""
        traces = self._store.get_all(f"trace {own}" for own in keys.values())
        ids = {own: body.decode(errors="replace") for own, body in _unnamed(traces, "trace ").items()}
        self._load_lists({each for each in ids.values() if each not in self._lists})
        full = {name: self._full(own, ids[own]) for name, own in keys.items() if own in ids and ids[own] in self._lists}
        heads = self._store.get_all(f"head {each}" for each in full.values())
        found = {
            name: self._outcome(name, each, heads.get(f"head {each}"), keys[name], ids) for name, each in full.items()
        }
        return {name: each for name, each in found.items() if each is not None}

    def entries(self, own: str, made: Outcome) -> dict[str, bytes]:
        """What to put into the store for ``made`` with the key ``own``; nothing for what is not to be kept."""
        if made.outside or made.broken or not all(path in self._digests for path in made.reached):
            return {}
        listed = "\0".join(made.reached)
        number = key(listed)
        self._lists[number] = made.reached
        full = self._full(own, number)
        head = (made.name, made.objects, made.counts, made.findings, made.identities)
        return {
            f"trace {own}": number.encode(),
            f"list {number}": listed.encode(errors="surrogateescape"),
            f"head {full}": freeze(head),
            f"body {full}": freeze(tuple(made.packed)),
        }

    def _full(self, own: str, number: str) -> str:
        if number not in self._contents:
            told = (f"{path}\0{self._digests.get(path, '')}" for path in self._lists[number])
            self._contents[number] = key(*told)
        return key(own, number, self._contents[number])

    def _load_lists(self, numbers: set[str]) -> None:
        found = _unnamed(self._store.get_all(f"list {each}" for each in numbers), "list ")
        for number, body in found.items():
            text = body.decode(errors="surrogateescape")
            self._lists[number] = tuple(text.split("\0")) if text else ()

    def _outcome(self, name: str, full: str, head: bytes | None, own: str, ids: Mapping[str, str]) -> Outcome | None:
        if head is None:
            return None
        try:
            named, objects, counts, findings, identities = thaw(head)
        except (UnreadableError, TypeError, ValueError):
            return None
        if named != name:
            return None
        packed = _Bodies(self._store, f"body {full}", len(counts))
        return Outcome(name, objects, packed, counts, findings, identities, self._lists[ids[own]], outside=False)


def _unnamed(entries: Mapping[str, bytes], kind: str) -> dict[str, bytes]:
    return {name.removeprefix(kind): body for name, body in entries.items()}


class _Bodies(Sequence[bytes]):
    """The packed results of one group, read when a report lists what is VALID too."""

    def __init__(self, store: Store, name: str, length: int) -> None:
        self._store, self._name, self._length = store, name, length

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._read())

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[bytes, ...]: ...
    def __getitem__(self, index: int | slice) -> bytes | tuple[bytes, ...]:
        return self._read()[index]

    def _read(self) -> tuple[bytes, ...]:
        body = self._store.get(self._name)
        if body is None:
            raise ToolFailed("the kept results were deleted while they were read", fix="run it again")
        return tuple(thaw(body))
