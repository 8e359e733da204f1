"""Images on this machine: folders whose digest is the sha256 of their manifest."""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlgate.errors import ToolFailed, UsageError
from mlgate.files import put_tree, sync_dir, write_durable

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A packaged model. ``app`` is the folder that the server runs in, ``files`` maps a path in it to its sha256."""

    digest: str
    app: Path
    wrapper_class: str
    model_file: str
    files: Mapping[str, str]
    packages: tuple[str, ...]
    python: str


def save(  # noqa: PLR0913 - what an image consists of
    store: Path,
    files: Mapping[str, bytes],
    *,
    wrapper_class: str,
    model_file: str,
    packages: tuple[str, ...],
    python: str,
) -> Image:
    """Store an image, in one rename; the same content gives the same digest."""
    manifest = {
        "files": {name: {"sha256": _sha256(data), "size": len(data)} for name, data in files.items()},
        "modelFile": model_file,
        "packages": list(packages),
        "python": python,
        "wrapperClass": wrapper_class,
    }
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()
    digest = f"sha256:{_sha256(text)}"
    place = _place(store, digest)
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.{os.getpid()}")
        shutil.rmtree(draft, ignore_errors=True)
        (draft / "app").mkdir(parents=True)
        write_durable(draft / "manifest.json", text)
        for name, data in files.items():
            (draft / "app" / name).parent.mkdir(parents=True, exist_ok=True)
            write_durable(draft / "app" / name, data)
        sync_dir(draft / "app")
        put_tree(draft, place)
    return load(store, digest)


def load(store: Path, digest: str) -> Image:
    """The image of a digest, every byte of it verified.

    Raises ``UsageError`` when there is none and ``ToolFailed`` when it was changed after it was packaged.
    """
    place = _place(store, digest)
    if not place.is_dir():
        raise UsageError(f"no image {digest} on this machine", fix="run: mlgate pipeline run --prefix ...")
    text = _content(place / "manifest.json")
    if text is None or f"sha256:{_sha256(text)}" != digest:
        raise _changed(place / "manifest.json")
    image = _image(place, digest, text)
    _verify(image.app, image.files)
    return image


def _image(place: Path, digest: str, text: bytes) -> Image:
    try:
        manifest = json.loads(text)
        return Image(
            digest=digest,
            app=place / "app",
            wrapper_class=manifest["wrapperClass"],
            model_file=manifest["modelFile"],
            files={name: str(file["sha256"]) for name, file in manifest["files"].items()},
            packages=tuple(manifest["packages"]),
            python=manifest["python"],
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        message = f"{place / 'manifest.json'} was written by another version"
        raise ToolFailed(message, fix="remove the image's folder and run the pipeline again") from None


def _place(store: Path, digest: str) -> Path:
    if not _DIGEST.fullmatch(digest):
        raise UsageError(f"{digest[:80]!r} is not an image digest", fix="it looks like sha256:<64 hex digits>")
    return store / "sha256" / digest.removeprefix("sha256:")


def _verify(app: Path, files: Mapping[str, str]) -> None:
    # A link or a compiled module beside the packaged files would be imported in their place.
    there = {path.relative_to(app).as_posix() for path in app.rglob("*") if path.is_symlink() or not path.is_dir()}
    for name in sorted(there | set(files)):
        data = _content(app / name)
        if data is None or _sha256(data) != files.get(name):
            raise _changed(app / name)


def _content(path: Path) -> bytes | None:
    try:
        return None if path.is_symlink() or not path.is_file() else path.read_bytes()
    except OSError:
        return None


def _changed(path: Path) -> ToolFailed:
    return ToolFailed(f"{path} was changed after packaging", fix="remove the image's folder and run the pipeline again")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
