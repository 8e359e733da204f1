"""What a run need not find out again, when there is a session; without one, nothing is known."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from mlgate.checks import batch, discover, projects, settings
from mlgate.checks.batch import Checked, Whole
from mlgate.checks.cache.outcome import Outcome
from mlgate.checks.cache.session import Session, facts
from mlgate.checks.model import Group, Rendered
from mlgate.checks.render import render
from mlgate.errors import UsageError
from mlgate.repo import Repo
from mlgate.results import Result


class Known:
    """The repository's own outcome and those of prefixes, from the session or by evaluation."""

    def __init__(self, repo: Repo, session: Session | None) -> None:
        self.repo, self.session = repo, session
        self._whole: Whole | None = None
        self._facts = ""

    @cached_property
    def prefixes(self) -> frozenset[str]:
        """All prefixes that are set up."""
        return frozenset(self.session.scan.prefixes if self.session else self.repo.prefixes())

    def selected(self, wanted: Sequence[str]) -> list[str]:
        """The prefixes to look at: ``wanted``, or all; raises ``UsageError`` for one that is not set up."""
        if not self.prefixes.issuperset(wanted):
            self.repo.require(next(name for name in wanted if name not in self.prefixes))
            raise UsageError("the tree changed while it was read", fix="run it again")
        return sorted(set(wanted) or self.prefixes)

    def outcomes(self, names: Iterable[str]) -> dict[str, Outcome]:
        """What is known of the repository's own builds, whose name is empty, and of the prefixes ``names``."""
        if self.session is None:
            return {}
        own = self.session.own()
        if own is None:
            self.begin([])
            self._facts = _facts(self.whole())
        else:
            self._facts = own[1]
        found = self.session.groups(names, self._facts, lambda name: settings.clash(name, self.prefixes))
        return found if own is None else {"": own[0], **found}

    def whole(self) -> Whole:
        """What every prefix has to know of the repository's own builds. Raises ``SettingsError``, see ``heavy``."""
        if self._whole is None:
            batch.refuse_own(self.repo)
            group = discover.groups(self.repo, [])[0]
            rendered, _ = render(self.repo, [build for build in group.builds if not build.platform])
            self._whole = seen(self, rendered)
        return self._whole

    def once(self, key: Sequence[str], compute: Callable[[], list[Result]]) -> list[Result]:
        """What ``compute`` finds, asked again only when ``key`` or what is kept of the tree has changed."""
        return self.session.once(key, compute) if self.session else compute()

    def begin(self, names: Iterable[str]) -> None:
        """Before the files of ``names`` are read."""
        if self.session:
            self.session.begin(filter(None, names))

    def keep(self, outcomes: Sequence[Outcome]) -> None:
        """After ``outcomes`` were found."""
        if self.session and outcomes[0].name:
            self.session.keep(outcomes)
        elif self.session:
            self.session.keep_own(outcomes[0], self._facts)


def start(known: Known, own: Group) -> tuple[Whole, Checked]:
    """The repository's own builds, checked, and what every prefix has to know of them."""
    checked = batch.check_own(Whole(known.repo, known.prefixes), own)
    return seen(known, checked.rendered), checked


def seen(known: Known, rendered: Sequence[Rendered]) -> Whole:
    """What every prefix has to know; operators are no affair of theirs."""
    own = tuple(one for one in rendered if not one.build.platform)
    return Whole(known.repo, known.prefixes, own, projects.find(known.repo, own))


def _facts(whole: Whole) -> str:
    own = {str(one.build.folder.relative_to(whole.repo.root)): one.objects for one in whole.own}
    return facts({**own, "projects": sorted(whole.projects.items())})
