"""What steps leave for each other in the shared workspace, read with suspicion."""

import json
import os
from pathlib import Path
from typing import Any

import yaml

from mlgate.data import REFERENCE_FILE
from mlgate.errors import SettingsError
from mlgate.files import write_atomic
from mlgate.gate.judge import Verdict

REPORT = "model-accuracy.yaml"
IMAGE = "image.json"
VERDICT = "verdict.json"


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


def reference(source: Path) -> str:
    """What the evaluation left for later data to be compared with; empty when an older one left nothing."""
    path = source / REFERENCE_FILE
    return path.read_text() if path.is_file() else ""


def image(source: Path) -> str:
    """The image that package or build made, ``repository@sha256:...``."""
    content = _noted(source)
    return f"{content['image']}@{content['digest']}"


def _noted(source: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads((source / IMAGE).read_text())
        if not all(isinstance(content[name], str) for name in ("image", "digest")):
            raise TypeError("image or digest is no text")
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise SettingsError(f"{IMAGE}: cannot be read: {err}", fix="run the package step") from None
    return content


def built(source: Path, digest: str) -> None:
    """Note the registry's digest of the image; the one of the packaged folder stands beside it from now on."""
    content = _noted(source)
    noted = {"image": content["image"], "digest": digest, "packaged": content.get("packaged", content["digest"])}
    write_atomic(source / IMAGE, json.dumps(noted, indent=2) + "\n")


def packaged(source: Path) -> tuple[str, bool]:
    """Digest of the packaged folder, and whether a registry holds an image that was built from it."""
    content = _noted(source)
    return str(content.get("packaged", content["digest"])), "packaged" in content


def result(name: str, value: str) -> None:
    """Write a Tekton result when the Task asks for it through RESULT_NAME."""
    if path := os.environ.get(f"RESULT_{name.upper()}"):
        Path(path).write_text(value)


def judged(source: Path, verdict: Verdict | None) -> None:
    """Keep the gate's verdict for those who tell people; None forgets that of an earlier run."""
    (source / VERDICT).unlink(missing_ok=True)
    if verdict is not None:
        write_atomic(source / VERDICT, json.dumps({"reasons": verdict.reasons}, indent=2) + "\n")


def denial(source: Path) -> tuple[str, ...]:
    """Why the gate denied; empty when it allowed or could not judge."""
    try:
        content = json.loads((source / VERDICT).read_text())
        return tuple(str(reason) for reason in content["reasons"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def check(source: Path, task: str, *, done: bool) -> None:
    """Note whether an optional check was done or skipped."""
    write_atomic(source / f"{task}.done", "true" if done else "false")


def skipped(source: Path, task: str) -> bool:
    """Was the optional check ``task`` skipped, as far as is known?"""
    file = source / f"{task}.done"
    return not file.is_file() or file.read_text() != "true"
