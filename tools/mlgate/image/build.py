"""A packaged model as an image in a registry: built by buildah, or by source-to-image and then buildah, and pushed."""

import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from mlgate.errors import ToolFailed, UsageError
from mlgate.image import context
from mlgate.image.store import Image
from mlgate.process import Tool, search_path

_HINT = "use a tools image that holds it"
_BUILDAH = Tool("buildah", hint=_HINT)
_S2I = Tool("s2i", hint=_HINT)
S2I_BUILDER = "docker.io/seldonio/seldon-core-s2i-python3:1.17.1"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_REPOSITORY = re.compile(r"[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+", re.ASCII)
_TIMEOUT_S = 1800
_KEPT = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE")


def build(image: Image, repository: str, how: str, work: Path, credentials: str = "") -> str:
    """Build and push ``image`` to ``repository``; returns the digest that the registry knows it by.

    ``how`` is buildah or s2i; ``credentials`` is a ``.dockerconfigjson`` or "". ``work`` is emptied first and holds
    the context afterwards. Raises ``UsageError``, ``MissingTool`` and ``ToolFailed``.
    """
    if how not in _CONTEXTS:
        raise UsageError(f"{how!r} is no way to build an image", fix=f"one of: {', '.join(sorted(_CONTEXTS))}")
    if not _REPOSITORY.fullmatch(repository):
        raise UsageError(f"{repository[:120]!r} is not a repository: HOST/NAME without tag or digest")
    shutil.rmtree(work, ignore_errors=True)
    folder = work / "context"
    folder.mkdir(parents=True)
    context.write(image, folder)
    try:
        # A tag that says nothing new: pushed again it names the same content.
        name = f"{repository}:{image.digest.removeprefix('sha256:')[:12]}"
        return _pushed(name, _CONTEXTS[how](image, folder, work), work, credentials)
    finally:
        shutil.rmtree(work / "private", ignore_errors=True)
        shutil.rmtree(work / "storage", ignore_errors=True)


def _pushed(name: str, file: Path, work: Path, credentials: str) -> str:
    private = work / "private"
    private.mkdir(mode=0o700)
    login, pip, digest = private / "auth.json", private / "pip.conf", work / "digest"
    _secret(login, credentials or "{}")
    _secret(pip, _pip(os.environ))
    secret = ["--secret", f"id=pip,src={pip}"]
    made = ["--isolation", "chroot", "--format", "oci", "--layers=false", "--timestamp", "0", *secret]
    _buildah(work, "build", *made, "--authfile", str(login), "--file", str(file), "--tag", name, str(file.parent))
    _buildah(work, "push", "--authfile", str(login), "--digestfile", str(digest), name, f"docker://{name}")
    found = digest.read_text().strip() if digest.is_file() else ""
    if not _DIGEST.fullmatch(found):
        raise ToolFailed("buildah pushed the image and named no digest")
    return found


def _buildah(work: Path, *args: str) -> None:
    # One user is mapped, so that nothing needs a privilege: owners that do not exist then are not set.
    storage = ["--storage-driver", "vfs", "--storage-opt", "vfs.ignore_chown_errors=true"]
    where = ["--root", str(work / "storage" / "root"), "--runroot", str(work / "storage" / "run")]
    _BUILDAH.run([*storage, *where, *args], cwd=work, env=_environment(work), timeout_s=_TIMEOUT_S)


def _plain(_image: Image, folder: Path, _work: Path) -> Path:
    return folder / "Containerfile"


def _s2i(image: Image, folder: Path, work: Path) -> Path:
    """What source-to-image would run, as a Dockerfile: it has no daemon to run it with."""
    out = work / "s2i" / "Dockerfile"
    out.parent.mkdir()
    given = [f"--env={name}={value}" for name, value in sorted(context.variables(image).items())]
    args = ["build", str(folder / "app"), S2I_BUILDER, "--as-dockerfile", str(out), "--copy", *given]
    _S2I.run(args, cwd=work, env=_environment(work), timeout_s=_TIMEOUT_S)
    return out


_CONTEXTS: Mapping[str, Callable[[Image, Path, Path], Path]] = {"buildah": _plain, "s2i": _s2i}


def _environment(work: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PATH": search_path(), "HOME": str(work), "LANG": "C.UTF-8", "BUILDAH_ISOLATION": "chroot"}


def _pip(given: Mapping[str, str]) -> str:
    """A pip.conf of the run's package index; its address may hold a password, so it is no build argument."""
    named = {"index-url": "PIP_INDEX_URL", "trusted-host": "PIP_TRUSTED_HOST"}
    lines = [
        f"{key} = {given[name]}" for key, name in named.items() if given.get(name, "").isprintable() and name in given
    ]
    return "\n".join(["[global]", *lines, ""])


def _secret(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
