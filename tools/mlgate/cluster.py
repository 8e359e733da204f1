"""The settings that belong to no prefix: where Argo CD syncs from, the platform, and which operators it installs."""

from dataclasses import dataclass
from pathlib import Path

from mlgate import settings

FILE = Path("apps/values/settings.yaml")
SCHEMA = Path(__file__).with_name("cluster.schema.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """What is installed once. ``operators`` are folders under base/operators."""

    repo_url: str
    revision: str
    platform: str
    operators: tuple[str, ...]
    path: Path

    def builds(self) -> tuple[str, ...]:
        """Folders, relative to the repository, that Argo CD syncs for the operators."""
        return tuple(f"base/operators/{name}/{self.platform}" for name in self.operators)


def load(root: Path) -> Cluster:
    """Read apps/values/settings.yaml of a checkout; raises ``SettingsError`` as ``settings.load`` does."""
    path = root / FILE
    _, content = settings.closed(path, settings.text_of(path), SCHEMA)
    spec = content["spec"]
    return Cluster(
        repo_url=spec["repoURL"],
        revision=spec["revision"],
        platform=spec["platform"],
        operators=tuple(each["name"] for each in spec["operators"]),
        path=path,
    )
