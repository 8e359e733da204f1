"""A packaged model out of the image that serves it: pulled by digest, and kept in the local store."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlgate.errors import ToolFailed
from mlgate.image import store
from mlgate.image.layers import Folder
from mlgate.image.registry import Login, Registry
from mlgate.image.store import Image

APP = "/microservice"
"""Where seldon-core's builder and our own put what the server runs."""
MANIFEST = ".mlgate/manifest.json"
"""The manifest of the packaged folder, below ``APP``."""


def pull(image: str, images: Path, login: Login | None = None) -> Image:
    """The model folder of ``image``, HOST/NAME@sha256:..., in the local store ``images``.

    Every byte was verified on the way by the digest, and the files are those that the manifest inside lists. Raises
    ``UsageError`` for a reference by tag and ``ToolFailed`` for anything that is not a packaged model.
    """
    registry = Registry(image, login)
    folder = Folder(APP)
    for blob in registry.layers():
        with registry.blob(blob) as layer:
            folder.add(layer, blob.media_type)
    return _stored(image, dict(folder.files), images)


def _stored(image: str, files: dict[str, bytes], images: Path) -> Image:
    manifest = _manifest(image, files.pop(MANIFEST, b""))
    found = store.save(
        images,
        dict(sorted(files.items())),
        wrapper_class=str(manifest["wrapperClass"]),
        model_file=str(manifest["modelFile"]),
        packages=tuple(manifest["packages"]),
        python=str(manifest["python"]),
    )
    listed = {name: each["sha256"] for name, each in manifest["files"].items()}
    if differing := sorted(set(listed.items()) ^ set(found.files.items())):
        raise ToolFailed(f"{image}: {differing[0][0]} is not what was packaged", fix="run the pipeline again")
    return found


def _manifest(image: str, text: bytes) -> Mapping[str, Any]:
    try:
        content: dict[str, Any] = json.loads(text)
        texts = [*content["packages"], content["wrapperClass"], content["modelFile"], content["python"]]
        texts += [each["sha256"] for each in content["files"].values()]
        if all(isinstance(each, str) for each in texts):
            return content
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise ToolFailed(f"{image}: holds no {APP}/{MANIFEST} of a packaged model", fix="run the build step again")
