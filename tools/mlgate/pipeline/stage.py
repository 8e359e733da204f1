"""The release for stage: what stands committed in dev, moved, and never measured or written anew."""

import re
from pathlib import Path
from typing import Any

import yaml

from mlgate.errors import SettingsError, UsageError
from mlgate.pipeline.release import DEPLOYMENT_FILE, REPORT_FILE, Release, documents

PART = "stage"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_SHORT = 12


def check_digest(digest: str) -> str:
    """Return ``digest`` when it is ``sha256:`` and 64 hex digits, else raise ``UsageError``."""
    if not _DIGEST.fullmatch(digest):
        raise UsageError(f"{digest[:80]!r} is not a digest", fix="pass sha256: and 64 hex digits")
    return digest


def branch_of(release: Release) -> str:
    """The branch that carries the promotion of one image of one prefix: ``promote/PREFIX-<12 hex digits>``."""
    digest = release.image.partition("@sha256:")[2]
    return f"promote/{release.prefix}-{digest[:_SHORT]}"


def build(root: Path, prefix: str, digest: str = "") -> Release:
    """What ``root`` releases in dev, for stage; ``digest``, when given, must be the one that stands there.

    Raises ``UsageError`` when nothing or another image is released, ``SettingsError`` for files that are no release.
    """
    folder = root / "overlays" / prefix / "dev" / "release"
    if not (folder / REPORT_FILE).is_file():
        raise UsageError(f"{prefix}: nothing is released in dev", fix=f"run: mlgate pipeline run --prefix {prefix}")
    (report, *more), served = _read(folder / REPORT_FILE, root), _read(folder / DEPLOYMENT_FILE, root)
    if more:
        raise SettingsError(f"{prefix}: {REPORT_FILE} of dev is not one object with metadata")
    image = str((report.get("spec") or {}).get("image", "")) if isinstance(report.get("spec"), dict) else ""
    there = check_digest(image.partition("@")[2])
    if digest and check_digest(digest) != there:
        raise UsageError(f"{prefix}: dev releases {there}, not {digest}", fix="promote what dev releases, or pass none")
    moved = {**report, "metadata": {**report["metadata"], "namespace": f"{prefix}-{PART}"}}
    return Release(prefix=prefix, image=image, report=moved, deployment=served[0], beside=tuple(served[1:]), part=PART)


def _read(path: Path, root: Path) -> list[dict[str, Any]]:
    name = path.relative_to(root)
    # A link could lead to a file that no commit holds.
    if path.is_symlink() or not path.resolve().is_relative_to(root.resolve()):
        raise SettingsError(f"{name}: leads out of the repository")
    try:
        content = documents(path.read_text())
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as err:
        raise SettingsError(f"{name}: cannot be read: {' '.join(str(err).split())[:200]}") from None
    if not content or not all(isinstance(each, dict) and isinstance(each.get("metadata"), dict) for each in content):
        raise SettingsError(f"{name}: is not one object with metadata")
    return content
