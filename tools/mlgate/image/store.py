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
    """A packaged model. ``app`` is the folder that the server runs in."""

    digest: str
    app: Path
    wrapper_class: str
    model_file: str
    files: Mapping[str, str]
    packages: tuple[str, ...]


def save(
    store: Path, files: Mapping[str, bytes], *, wrapper_class: str, model_file: str, packages: tuple[str, ...]
) -> Image:
    """Store an image, in one rename; the same content gives the same digest."""
    manifest = {
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
        "modelFile": model_file,
        "packages": list(packages),
        "wrapperClass": wrapper_class,
    }
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()
    digest = f"sha256:{hashlib.sha256(text).hexdigest()}"
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
    text = (place / "manifest.json").read_bytes()
    if f"sha256:{hashlib.sha256(text).hexdigest()}" != digest:
        raise ToolFailed(
            f"{place / 'manifest.json'} was changed after packaging", fix="remove the folder and run again"
        )
    manifest = json.loads(text)
    _verify(place / "app", manifest["files"])
    return Image(
        digest=digest,
        app=place / "app",
        wrapper_class=manifest["wrapperClass"],
        model_file=manifest["modelFile"],
        files=manifest["files"],
        packages=tuple(manifest["packages"]),
    )


def _place(store: Path, digest: str) -> Path:
    if not _DIGEST.fullmatch(digest):
        raise UsageError(f"{digest[:80]!r} is not an image digest", fix="it looks like sha256:<64 hex digits>")
    return store / "sha256" / digest.removeprefix("sha256:")


def _verify(app: Path, files: Mapping[str, str]) -> None:
    there = {
        str(path.relative_to(app)) for path in app.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }
    for name in sorted(there | set(files)):
        path = app / name
        actual = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
        if actual != files.get(name):
            raise ToolFailed(f"{path} was changed after packaging", fix="remove the image's folder and run again")
