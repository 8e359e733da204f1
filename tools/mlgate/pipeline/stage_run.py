"""A promotion to stage from end to end: judge, push the branch, open the pull request."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlgate import settings
from mlgate.pipeline import stage_host, stage_promote, stage_request
from mlgate.pipeline.promote import message
from mlgate.pipeline.stage_promote import Prepared
from mlgate.pipeline.stage_request import Opened
from mlgate.repo import Repo


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to promote: ``digest`` "" means what dev releases, ``commit`` "" any commit of ``base``."""

    prefix: str
    base: str
    digest: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``title`` says what and how good; ``opened`` is None when nothing was to open."""

    prepared: Prepared
    title: str
    opened: Opened | None = None


def run(root: Path, wish: Wish, env: Mapping[str, str] | None) -> Outcome:
    """Promote in the clone ``root``; ``env`` names host and token, None leaves it at the branch.

    Raises ``UsageError`` before anything is pushed when the host is not known or there is no token for it.
    """
    stage_promote.at_tip(root, wish.base)
    Repo(root).require(wish.prefix)
    found = settings.load(Repo(root).settings_file(wish.prefix))
    # Only what the base branch says may name the host: the token goes there.
    host = None if env is None else stage_host.find(found.repo_url, found.choices["git"], env)
    prepared = stage_promote.prepare(root, wish.base, wish.prefix, wish.digest, wish.commit)
    title = message(root, prepared.release) if prepared.verdict.allowed else ""
    if host is None or not prepared.branch:
        return Outcome(prepared, title)
    return Outcome(prepared, title, stage_request.ensure(host, stage_promote.wanted(root, prepared)))


def said(outcome: Outcome) -> Iterator[str]:
    """The outcome in lines for a person."""
    prepared = outcome.prepared
    yield from (f"denied: {reason}" for reason in prepared.verdict.reasons)
    if not prepared.verdict.allowed:
        return
    if not prepared.branch:
        yield f"nothing to do, stage has it already: {outcome.title}"
        return
    yield f"{prepared.commit[:12]} {outcome.title}"
    if outcome.opened is None:
        yield f"the branch {prepared.branch} is pushed; open a pull request into {prepared.base}"
    else:
        yield f"{'opened' if outcome.opened.new else 'already open'}: {outcome.opened.url}"
