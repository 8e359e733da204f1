"""The gate before stage: the one of dev, and never one that judged nothing."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlgate.errors import SettingsError
from mlgate.gate.judge import Verdict
from mlgate.pipeline.promote import judge as same
from mlgate.pipeline.release import Release

_NOBODYS = f"@sha256:{'0' * 64}"


def judge(root: Path, release: Release) -> Verdict:
    """The verdict over report and deployment, by rules and threshold of the checkout ``root``.

    Here the deployment was read and not built, so it could be of a kind that no rule knows, or could hide its image.
    Both show when the same deployment with an image that nobody measured is allowed: that raises ``SettingsError``.
    """
    verdict = same(root, release)
    if verdict.allowed and same(root, replace(release, deployment=_unmeasured(release))).allowed:
        raise SettingsError(f"no rule judges the image of a {str(release.deployment.get('kind'))[:80]}")
    return verdict


def _unmeasured(release: Release) -> dict[str, Any]:
    measured = "@" + release.image.partition("@")[2]
    content: dict[str, Any] = json.loads(json.dumps(release.deployment, default=str).replace(measured, _NOBODYS))
    return content
