"""One run over one tree with a store beside it: what is known already, and what is kept of the rest."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mlgate.checks.cache import content, kept, scan
from mlgate.checks.cache.documents import OVERLAYS, Documents, key
from mlgate.checks.cache.outcome import Outcome
from mlgate.checks.cache.pack import UnreadableError, pack, unpack
from mlgate.repo import Repo
from mlgate.results import Result


@dataclass
class Session:
    """The tree as it was scanned at the start; nothing is kept of a file that has changed since."""

    documents: Documents
    shared: dict[str, str] = field(default_factory=dict)
    _own: str = ""
    _groups: dict[str, str] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)
    _before: dict[str, content.Seen] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.repo: Repo = self.documents.repo
        self.scan: scan.Scan = self.documents.scan
        self.cacheable = self.documents.cacheable
        self._store = self.documents.store
        self._memory = content.Memory(self.repo.root, self._store)
        self.shared = self._memory.digests(self.scan.shared)
        contents = key(*(f"{path}\0{digest}" for path, digest in sorted(self.shared.items())))
        self._own = key(self.documents.stamp, self.documents.day, contents)
        self._kept = kept.Kept(self._store, self.shared)

    def own(self) -> tuple[Outcome, str] | None:
        """The outcome of the repository's own builds, and the digest of what prefixes see of them, when known."""
        found = self._kept.find({"": self._own}).get("") if self.cacheable else None
        facts = self._store.get(f"facts {self._own}")
        return (found, facts.decode(errors="replace")) if found and facts else None

    def keep_own(self, made: Outcome, facts: str) -> None:
        """Keep the repository's own outcome and facts."""
        if self.cacheable and self._unchanged([]):
            self._store.put_all({**self._kept.entries(self._own, made), f"facts {self._own}": facts.encode()})

    def groups(self, names: Iterable[str], facts: str, clash: Callable[[str], str]) -> dict[str, Outcome]:
        """What is known of the prefixes ``names``, given the facts and the prefix that each clashes with."""
        # The rules judge every prefix, a finding names its Application, and any build may read a file that appears.
        everywhere = [path for path in self.shared if path.startswith(("apps/", "policy/"))]
        layout = key(*sorted(self.shared), *(self.shared[path] for path in sorted(everywhere)))
        places = {name: f"{OVERLAYS}{name}" for name in names if name in self.scan.groups}
        signatures = {place: self.scan.groups[name] for name, place in places.items()}
        self._groups = self._memory.digests(signatures)
        self._keys = {
            name: key(self.documents.stamp, self.documents.day, name, self._groups[place], facts, clash(name), layout)
            for name, place in places.items()
            if self.cacheable
        }
        return self._kept.find(self._keys)

    def begin(self, names: Iterable[str]) -> None:
        """Look at what is about to be read for ``names``."""
        new = (path for path in self._paths(names) if path not in self._before)
        self._before.update({path: content.see(self.repo.root, path) for path in new})

    def keep(self, made: Sequence[Outcome]) -> None:
        """Keep outcomes whose files are what they were at ``begin`` and in the scan."""
        steady = self._unchanged([each.name for each in made])
        entries = [self._kept.entries(self._keys[each.name], each) for each in made if each.name in self._keys]
        if steady:
            self._store.put_all({name: body for each in entries for name, body in each.items()})

    def end(self) -> None:
        """Remember what stands in the files, so that the next run need not read them."""
        self._memory.keep([*self.shared, *(f"{OVERLAYS}{name}" for name in self.scan.groups)])

    def once(self, parts: Sequence[str], compute: Callable[[], list[Result]]) -> list[Result]:
        """``compute()``, or what it gave for the same ``parts`` and the same files beside the overlays."""
        name = f"once {key(self._own, *parts)}"
        try:
            known = self._store.get(name) if self.cacheable else None
            if known is not None:
                return list(unpack(known))
        except UnreadableError:
            pass
        found = compute()
        if self.cacheable and self._unchanged([]):
            self._store.put_all({name: pack(found)})
        return found

    def _unchanged(self, names: Sequence[str]) -> bool:
        """Whether the files are what their digests, and the look at ``begin``, say."""
        now = {path: content.see(self.repo.root, path) for path in self._paths(names)}
        digests = {**self.shared, **self._groups}
        return all(
            seen.digest == digests.get(path) and (path not in self._before or seen == self._before[path])
            for path, seen in now.items()
        )

    def _paths(self, names: Iterable[str]) -> list[str]:
        return [*(path for path in self.shared if not path.endswith("/")), *(f"{OVERLAYS}{name}" for name in names)]


def facts(parts: Mapping[str, object]) -> str:
    """One digest of what prefixes see of the repository's own builds."""
    return key(*(f"{name}\0{value!r}" for name, value in sorted(parts.items())))
