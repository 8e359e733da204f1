"""What a run keeps of a group: counts and findings in memory, everything else packed."""

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import overload

from mlgate.checks.batch import STAGES, Checked
from mlgate.checks.cache.pack import pack, unpack
from mlgate.checks.model import Listing, Rendered
from mlgate.checks.names import identity
from mlgate.repo import Repo
from mlgate.results import Result, Status

Counts = tuple[int, ...]
"""Number of results for each status, in the order of ``Status``."""
_HASH = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """A group's results. ``packed``, ``counts`` and ``findings`` are by stage in the order of ``STAGES``.

    ``identities`` are 8 bytes for every object that the group renders, in order; ``reached`` are the files that its
    builds read outside its overlay, relative to the repository, and ``outside`` says that some lie beyond that.
    """

    name: str
    objects: int
    packed: Sequence[bytes]
    counts: tuple[Counts, ...]
    findings: tuple[tuple[Result, ...], ...]
    identities: bytes
    reached: tuple[str, ...]
    outside: bool

    @property
    def broken(self) -> bool:
        """Whether a build failed, maybe for a file that is not there, which no list of files that were read names."""
        return any(each.status is Status.ERROR for each in self.findings[STAGES.index("render")])


def outcome(repo: Repo, checked: Checked) -> Outcome:
    """What is kept of ``checked``."""
    root = repo.root.resolve()
    inside = [path for path in checked.reached if path.is_relative_to(root)]
    own = f"overlays/{checked.group.name}/" if checked.group.name else ".."
    names = (str(path.relative_to(root)) for path in inside)
    results = [tuple(checked.results[name]) for name in STAGES]
    return Outcome(
        checked.group.name,
        checked.objects,
        tuple(map(pack, results)),
        tuple(map(_counts, results)),
        tuple(tuple(each for each in found if each.status is not Status.VALID) for found in results),
        b"".join(map(_hash, identities(checked.rendered))),
        tuple(sorted(name for name in names if not name.startswith(own))),
        len(inside) < len(checked.reached),
    )


def identities(rendered: Iterable[Rendered]) -> Iterator[tuple[str, ...]]:
    """What makes each object one of its kind in a cluster, in order; an object of another platform is another one."""
    return ((one.build.platform, *identity(obj)) for one in rendered for obj in one.objects)


def shared(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those that render an object which another renders too, or one twice; a few more may be among them."""
    everything = array("Q", b"".join(each.identities for each in outcomes))
    if len(set(everything)) == len(everything):
        return []
    twice = {key for key, number in Counter(everything).items() if number > 1}
    return [each for each in outcomes if not twice.isdisjoint(array("Q", each.identities))]


def _hash(identity: tuple[str, ...]) -> bytes:
    return hashlib.blake2b("\0".join(identity).encode(errors="replace"), digest_size=_HASH).digest()


def _counts(found: Sequence[Result]) -> Counts:
    seen = Counter(each.status for each in found)
    return tuple(seen[status] for status in Status)


class Gathered(Listing):
    """The results of one stage of many groups, each unpacked when it is its turn, and ``more`` after them."""

    def __init__(self, stage: int, outcomes: Sequence[Outcome], more: Sequence[Result] = ()) -> None:
        self._stage, self._outcomes, self._more = stage, outcomes, tuple(more)
        totals = [sum(each) for each in zip(_counts(more), *(each.counts[stage] for each in outcomes), strict=True)]
        self._counts = dict(zip(Status, totals, strict=True))

    @property
    def counts(self) -> Mapping[Status, int]:
        return self._counts

    @property
    def findings(self) -> tuple[Result, ...]:
        own = chain.from_iterable(each.findings[self._stage] for each in self._outcomes)
        return (*own, *(each for each in self._more if each.status is not Status.VALID))

    def __len__(self) -> int:
        return sum(self._counts.values())

    def __iter__(self) -> Iterator[Result]:
        for each in self._outcomes:
            yield from unpack(each.packed[self._stage])
        yield from self._more

    @overload
    def __getitem__(self, index: int) -> Result: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Result, ...]: ...
    def __getitem__(self, index: int | slice) -> Result | tuple[Result, ...]:
        if isinstance(index, slice):
            return tuple(self)[index]
        at = index + len(self) if index < 0 else index
        for found in islice(self, at, at + 1) if at >= 0 else ():
            return found
        raise IndexError(index)
