"""Promotion is a git commit: judged once more, written in the clone, pushed to the branch that Argo CD follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlgate import settings, thresholds
from mlgate.errors import ToolFailed, UsageError
from mlgate.files import write_atomic
from mlgate.gate.judge import Verdict
from mlgate.pipeline import constraints
from mlgate.pipeline.checkout import check_revision
from mlgate.pipeline.release import Release, percent
from mlgate.repo import Repo, git, remote

# A push into the branch that somebody has checked out moves their clean tree along, and is refused on a dirty one.
_UPDATE_INSTEAD = "--receive-pack=git -c receive.denyCurrentBranch=updateInstead receive-pack"


@dataclass(frozen=True, slots=True)
class Promotion:
    """What happened: ``commit`` is "" when nothing was to do or the gate denied."""

    verdict: Verdict
    commit: str = ""


def promote(root: Path, branch: str, release: Release) -> Promotion:
    """Commit ``release`` in the clone ``root`` and push it to ``branch`` of its origin.

    When the branch moved meanwhile the commit is rebased, judged again by what the branch says now, and pushed
    once more. Raises ``ToolFailed`` when that fails too, for example because another release came first.
    """
    check_revision(branch)
    verdict = judge(root, release)
    if not verdict.allowed or release.stands_in(root):
        return Promotion(verdict)
    commit = write(root, release)
    try:
        _push(root, branch)
    except ToolFailed:
        if not _rebased(root, branch):
            raise
        verdict = judge(root, release)
        if not verdict.allowed:
            return Promotion(verdict)
        commit = Repo(root).head()
        _push(root, branch)
    return Promotion(verdict, commit)


def judge(root: Path, release: Release) -> Verdict:
    """The gate over exactly what is committed: first the report, then the deployment beside it."""
    verdict = constraints.accuracy(root, release.prefix, release.report)
    if not verdict.allowed:
        return verdict
    served = [release.deployment, *(each for each in release.beside if each.get("kind") != "Service")]
    verdicts = [constraints.release(root, release.prefix, _placed(each, release), release.report) for each in served]
    return Verdict(tuple(reason for verdict in verdicts for reason in verdict.reasons))


def _placed(served: Mapping[str, Any], release: Release) -> dict[str, Any]:
    return {**served, "metadata": {**served["metadata"], "namespace": release.namespace}}


def message(root: Path, release: Release) -> str:
    """The commit's message: prefix, what happens, model, digest, accuracy and what was required."""
    required = settings.load(Repo(root).settings_file(release.prefix)).accuracy
    model, digest = release.report["spec"]["modelName"], release.image.partition("@")[2]
    reached = f"accuracy {percent(release.report)} of required {thresholds.spoken(required)}"
    done = "release" if release.part == "dev" else f"promote to {release.part}"
    return f"{release.prefix}: {done} {model} {digest} ({reached})"


def write(root: Path, release: Release) -> str:
    """Commit the files of ``release`` in the clone ``root`` and return the commit."""
    folder = root / release.folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in release.files().items():
        write_atomic(folder / name, text)
    return Repo(root).commit([folder / name for name in release.files()], message(root, release))


def _push(root: Path, branch: str) -> None:
    url = git(root, "remote", "get-url", "origin").stdout.strip()
    here = [_UPDATE_INSTEAD] if Path(url.removeprefix("file://")).is_dir() else []
    remote(root, "push", "--quiet", *here, "origin", f"HEAD:refs/heads/{branch}")


def _rebased(root: Path, branch: str) -> bool:
    """Put the commit on top of the branch as it is now; False when the branch did not move."""
    remote(root, "fetch", "--quiet", "origin", f"refs/heads/{branch}")
    tip = git(root, "rev-parse", "FETCH_HEAD").stdout.strip()
    if git(root, "merge-base", "HEAD", tip).stdout.strip() == tip:
        return False
    try:
        git(root, "rebase", "--quiet", tip)
    except ToolFailed:
        git(root, "rebase", "--abort")
        raise UsageError(
            f"the branch {branch} got another release of this prefix meanwhile", fix="run the pipeline again"
        ) from None
    return True
