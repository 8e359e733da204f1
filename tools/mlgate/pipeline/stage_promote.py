"""Promotion to stage: judged by what the base branch says now, committed on a branch of its own, pushed for review."""

from dataclasses import dataclass, replace
from pathlib import Path

from mlgate import settings
from mlgate.errors import ToolFailed, UsageError
from mlgate.gate.judge import Verdict
from mlgate.pipeline import stage, stage_branch, stage_gate
from mlgate.pipeline.checkout import check_revision
from mlgate.pipeline.promote import message
from mlgate.pipeline.release import Release, percent
from mlgate.pipeline.stage_request import Wanted
from mlgate.repo import Repo, git, remote


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A judged promotion. ``branch`` is "" when the gate denied or stage has it; ``base`` is what it was judged by."""

    verdict: Verdict
    release: Release
    base: str
    branch: str = ""
    commit: str = ""


def at_tip(root: Path, base: str) -> str:
    """Make the clone ``root`` exactly what ``base`` of its origin is now, and return that commit.

    Whatever another task wrote into the clone, settings or policy above all, is gone before anything is judged.
    """
    check_revision(base)
    remote(root, "fetch", "--quiet", "--no-tags", "origin", f"refs/heads/{base}")
    git(root, "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD")
    git(root, "clean", "--quiet", "-ffdx")
    return Repo(root).head()


def prepare(root: Path, base: str, prefix: str, digest: str = "", commit: str = "") -> Prepared:
    """Judge the promotion of ``digest`` in the clone ``root``, and push its branch unless that stands there already.

    ``commit``, when given, must be one of the branch ``base``. Raises ``UsageError`` for what dev does not release and
    for a branch that holds more than this release.
    """
    tip = at_tip(root, base)
    Repo(root).require(prefix)
    if commit:
        _on_base(root, commit, tip, base)
    release = stage.build(root, prefix, digest)
    verdict = stage_gate.judge(root, release)
    prepared = Prepared(verdict=verdict, release=release, base=base)
    if not verdict.allowed or release.stands_in(root):
        return prepared
    branch = stage.branch_of(release)
    return replace(prepared, branch=branch, commit=stage_branch.push(root, tip, branch, release))


def wanted(root: Path, prepared: Prepared) -> Wanted:
    """The pull request of a prepared promotion."""
    release = prepared.release
    required = settings.load(Repo(root).settings_file(release.prefix)).accuracy
    body = f"""What `{release.prefix}-dev` releases, for `{release.namespace}`. Nothing was built or measured anew.

- image: `{release.image}`
- accuracy: {percent(release.report)}, by its counts; required: {required:f}
- judged by the rules and the threshold of `{prepared.base}`; judged again when it is checked, and by admission

Merging deploys it; `git revert` of the merge rolls it back.
"""
    return Wanted(branch=prepared.branch, base=prepared.base, title=message(root, release), body=body)


def _on_base(root: Path, commit: str, tip: str, base: str) -> None:
    try:
        git(root, "merge-base", "--is-ancestor", f"{check_revision(commit)}^{{commit}}", tip)
    except ToolFailed:
        raise UsageError(f"{commit[:40]} is no commit of the branch {base}") from None
