"""What steps leave for each other in the shared workspace, read with suspicion."""

import json
import os
from pathlib import Path
from typing import Any

import yaml

from mlgate.errors import SettingsError

REPORT = "model-accuracy.yaml"
IMAGE = "image.json"


def model_folder(source: Path, model_path: str) -> Path:
    """The model folder inside the clone; a path that leads out of it is refused."""
    root = (source / "repo").resolve()
    folder = (root / model_path).resolve()
    if not folder.is_relative_to(root) or not folder.is_dir():
        raise SettingsError(f"{model_path[:80]!r} is not a folder of the repository")
    return folder


def report(source: Path) -> dict[str, Any]:
    """The ModelAccuracy that evaluate wrote."""
    try:
        content = yaml.safe_load((source / REPORT).read_text())
    except (OSError, ValueError, yaml.YAMLError) as err:
        raise SettingsError(f"{REPORT}: cannot be read: {' '.join(str(err).split())[:200]}") from None
    if not isinstance(content, dict) or not isinstance(content.get("metadata"), dict):
        raise SettingsError(f"{REPORT}: is not a ModelAccuracy")
    return content


def image(source: Path) -> str:
    """The image that package made, ``repository@sha256:...``."""
    try:
        content = json.loads((source / IMAGE).read_text())
        return f"{content['image']}@{content['digest']}"
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise SettingsError(f"{IMAGE}: cannot be read: {err}", fix="run the package step") from None


def result(name: str, value: str) -> None:
    """Write a Tekton result when the Task asks for it through RESULT_NAME."""
    if path := os.environ.get(f"RESULT_{name.upper()}"):
        Path(path).write_text(value)
