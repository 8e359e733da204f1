"""Whether Argo CD can see an overlay: it reads the branch of the remote, never this checkout."""

from mlgate import repo as repos
from mlgate.errors import MlgateError, UsageError
from mlgate.repo import Repo
from mlgate.settings import Settings


def require_committed(repo: Repo, prefix: str) -> None:
    """Raise ``UsageError`` unless HEAD holds the overlay exactly as it stands here."""
    where = f"overlays/{prefix}"
    if not _tree(repo, "HEAD", where):
        fix = f"mlgate bootstrap --prefix {prefix} --commit, then git push"
        raise UsageError(f"{where} is in no commit, so Argo CD cannot read it", fix=fix)
    status = repos.git(repo.root, "status", "--porcelain", "--", where).stdout.splitlines()
    if status:
        raise UsageError(
            f"{where} has changes that are in no commit: {status[0][3:]}", fix="commit them, then git push"
        )


def warning(repo: Repo, settings: Settings) -> str:
    """Why the remote branch does not show Argo CD this overlay, or "". Reads the remote, changes nothing."""
    where, branch = f"overlays/{settings.prefix}", settings.revision
    named = f"branch {branch} of {settings.repo_url}"
    commit = _tip(repo, settings.repo_url, branch)
    if commit is None:
        return f"{named} could not be read from here; Argo CD must be able to"
    if not commit:
        return f"{named} does not exist; git push"
    if not _known(repo, commit):
        return f"{named} has a commit that is not here, so what it holds is unknown; git pull"
    if _tree(repo, commit, where) != _tree(repo, "HEAD", where):
        return f"{named} does not hold {where} as committed here; git push"
    return ""


def still_made(repo: Repo, url: str, branch: str, prefix: str) -> str:
    """Why Argo CD would make a prefix again after its removal, or "": its overlay is still on the branch."""
    commit = _tip(repo, url, branch)
    if not commit:
        return ""  # gone, or not to be told from here; the removal itself would then say that it does not end
    if not _known(repo, commit):
        return f"branch {branch} of {url} has a commit that is not here; git pull"
    if _tree(repo, commit, f"overlays/{prefix}"):
        return f"branch {branch} of {url} still holds overlays/{prefix}, from which Argo CD would make it again"
    return ""


def _tip(repo: Repo, url: str, branch: str) -> str | None:
    """The commit that a branch of the remote is at, "" when it has none; None when the remote cannot be read."""
    try:
        said = repos.remote(repo.root, "ls-remote", "--", url, f"refs/heads/{branch}", timeout_s=30).stdout.split()
    except MlgateError:
        return None
    return said[0] if said else ""


def _known(repo: Repo, commit: str) -> bool:
    return bool(_parse(repo, f"{commit}^{{commit}}"))


def _tree(repo: Repo, commit: str, path: str) -> str:
    return _parse(repo, f"{commit}:{path}")


def _parse(repo: Repo, name: str) -> str:
    try:
        return repos.git(repo.root, "rev-parse", "--verify", "--quiet", "--end-of-options", name).stdout.strip()
    except MlgateError:
        return ""
