"""The tree of another commit, written out by us: no hook, no filter, no link takes part."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mlgate.checks import heavy as limits
from mlgate.errors import SettingsError, ToolFailed, UsageError
from mlgate.repo import GIT, Repo, git
from mlgate.results import Result, Status

_REVISION = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9._/~^@{}-]{0,250}", re.ASCII)
_LARGEST = 1 << 20
_FOLDER = re.compile(r"(?!.*\.\.)[\w.][\w./ -]*")
_FILES = {"100644", "100755"}


@dataclass(frozen=True, slots=True)
class Base:
    """``repo`` is the written tree; ``blobs`` maps each path of the commit, large files too, to its object id."""

    revision: str
    commit: str
    repo: Repo
    blobs: dict[str, str]

    @property
    def name(self) -> str:
        """What a reader knows the commit by."""
        short = self.commit[:10]
        return short if self.commit.startswith(self.revision) else f"{self.revision} ({short})"


def resolve(repo: Repo, revision: str) -> str:
    """The commit, in full, that ``revision`` names; raises ``UsageError`` for what is none or could be an option."""
    if not _REVISION.fullmatch(revision):
        raise UsageError(f"--base {revision[:80]!r} is not a commit, branch or tag", fix="for example origin/main")
    try:
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return git(repo.root, *asked).stdout.strip()
    except ToolFailed:
        fix = f"fetch it first; a shallow clone needs: git fetch origin {revision}"
        raise UsageError(f"this clone has no commit {revision!r} to compare with", fix=fix) from None


def extract(repo: Repo, revision: str, into: Path) -> Base:
    """Write the files of ``revision`` below ``into``; raises ``UsageError`` as ``resolve`` and ``ToolFailed``.

    Links, submodules and files over 1 MiB are left out: no kustomization reads them. Git would pass the
    files through the filters that attributes ask for when it checks out or archives; ``cat-file`` does not.
    """
    commit = resolve(repo, revision)
    listed = git(repo.root, "--no-replace-objects", "ls-tree", "-r", "-z", "-l", commit).stdout
    entries = [_entry(line) for line in listed.split("\0") if line]
    wanted = {path: blob for path, blob, small in entries if small}
    texts = _texts(repo, set(wanted.values()))
    for path, blob in wanted.items():
        _write(into, path, texts[blob])
    return Base(revision, commit, Repo(into), {path: blob for path, blob, _ in entries})


def heavy(base: Base) -> list[Result]:
    """MG280 when a file of the commit would stop every reader, so that nothing of it is rendered."""
    try:
        limits.refuse([base.repo.root])
    except SettingsError as err:
        words = str(err).replace(f"{base.repo.root}/", "")
        return [
            Result(
                code="MG280",
                check="danger",
                subject=words.partition(":")[0],
                status=Status.ERROR,
                message=f"{base.name} cannot be read, so nothing can be compared with it: {words}",
                fix="repair the base branch first, or compare with a commit that can be read",
            )
        ]
    return []


def changed(repo: Repo, base: Base, folder: str) -> list[str]:
    """Files below ``folder`` that are not in ``repo`` as they are in ``base``; what git ignores is left out."""
    if not _FOLDER.fullmatch(folder):
        return []
    listed = git(
        repo.root, "--literal-pathspecs", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", folder
    ).stdout
    before = {path for path in base.blobs if path.startswith(f"{folder.rstrip('/')}/")}
    return sorted(path for path in before | set(filter(None, listed.split("\0"))) if _differs(repo, base, path))


def _differs(repo: Repo, base: Base, path: str) -> bool:
    blob = base.blobs.get(path, "")
    file = repo.root / path
    if not file.is_file():
        return bool(blob)
    content = str(file.readlink()).encode() if file.is_symlink() else file.read_bytes()
    return blob != _blob(content, sha256=len(blob) > 40)


def _blob(content: bytes, *, sha256: bool) -> str:
    data = b"blob %d\0%b" % (len(content), content)
    return (hashlib.sha256(data) if sha256 else hashlib.sha1(data, usedforsecurity=False)).hexdigest()


def _entry(line: str) -> tuple[str, str, bool]:
    meta, _, path = line.partition("\t")
    mode, _, blob, size = meta.split()
    return path, blob, mode in _FILES and int(size) <= _LARGEST


def _texts(repo: Repo, blobs: set[str]) -> dict[str, str]:
    # No file can hold the mark, so what stands between two marks is one file, whatever it holds.
    mark = secrets.token_hex(16)
    asked = "".join(f"{blob}\n" for blob in sorted(blobs))
    said = _cat(repo, mark, asked)
    found = [piece.partition("\n") for piece in said.split(f"{mark} ")[1:]]
    return {blob: text.removesuffix("\n") for blob, _, text in found}


def _cat(repo: Repo, mark: str, asked: str) -> str:
    return GIT.run(
        ["--no-replace-objects", "cat-file", f"--batch={mark} %(objectname)"], stdin=asked, cwd=repo.root, timeout_s=120
    ).stdout


def _write(into: Path, path: str, text: str) -> None:
    parts = PurePosixPath(path).parts
    if path.startswith("/") or {"..", ".git"} & set(parts):
        raise ToolFailed(f"the commit has a file that leads out of its tree: {path[:200]!r}")
    file = into.joinpath(*parts)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
