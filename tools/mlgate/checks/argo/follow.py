"""All that Argo CD would sync from a repository, found and rendered."""

from dataclasses import dataclass, replace
from pathlib import Path

from mlgate.checks.argo import clusters, remotes, roots
from mlgate.checks.argo.generators import World
from mlgate.checks.argo.source import Source
from mlgate.checks.argo.tree import Tree, Walker
from mlgate.errors import UsageError


@dataclass(frozen=True, slots=True)
class Options:
    """What a person says of a repository; paths are absolute, empty ones are found.

    ``strict`` makes a source that is not rendered a finding. ``policy`` is a folder of Rego for conftest.
    """

    root: Path | None = None
    repo_url: str = ""
    clusters: Path | None = None
    policy: Path | None = None
    strict: bool = False


def follow(top: Path, options: Options, clone: Path | None = None) -> Tree:
    """Everything that the roots of the tree at ``top`` lead to; ``clone``, when it is another, has its remotes.

    Raises ``UsageError`` for a root or a file of clusters that is not there, ``MissingTool`` and ``ToolFailed``.
    """
    scan = roots.scan(top)
    starts = [roots.named(options.root)] if options.root else roots.candidates(scan)
    world = World(top, remotes.Here(frozenset()), clusters.read([*scan.secrets, *_secrets(options.clusters)]))
    first = Walker(world)
    world = replace(world, is_here=remotes.here(clone or top, options.repo_url, first.objects(starts)))
    walker = Walker(world, first.rendered)
    return walker.walk(starts if options.root else _tops(walker, starts))


def _tops(walker: Walker, starts: list[Source]) -> list[Source]:
    if len(starts) < 2:
        return starts
    return roots.uncovered([(start, walker.walk([start])) for start in starts])


def _secrets(file: Path | None) -> list[dict[str, object]]:
    if file is None:
        return []
    try:
        return roots.secrets(file.read_text())
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"there is no readable file {file}", fix="pass --clusters a file of Secrets") from None
