"""Every known trouble, looked for in one reading of the cluster."""

from collections.abc import Callable, Iterator

from mlgate.lifecycle import remove
from mlgate.lifecycle.kubectl import Cluster
from mlgate.lifecycle.troubles import gitops, policy, runs, snapshot, storage
from mlgate.lifecycle.troubles.snapshot import Snapshot
from mlgate.results import Result, Status

Check = Callable[[Snapshot], Iterator[Result]]
CHECKS: dict[str, tuple[str, Check]] = {
    "MG601": ("volumes can be mounted", storage.mounts),
    "MG602": ("claims have a volume", storage.pending),
    "MG603": ("no pod holds a claim that is being removed", storage.held),
    "MG604": ("triggers fire", runs.triggers),
    "MG605": ("images can be pulled", runs.pulls),
    "MG606": ("no pod of a pipeline failed", runs.failures),
    "MG607": ("Gatekeeper's webhook answers", policy.webhook),
    "MG608": ("the constraints are enforced", policy.constraints),
    "MG609": ("the Applications are as git says", gitops.applications),
    "MG610": ("no namespace is skipped by Gatekeeper", policy.ignored),
    "MG611": ("Argo CD's controller runs", gitops.controller),
    "MG612": ("no removal is stuck", gitops.removals),
}


def examine(cluster: Cluster, prefix: str = "") -> list[Result]:
    """Results for one prefix or for all there are; a prefix that is not there is MG600, as nothing proves nothing."""
    there = remove.others(cluster, "")
    wanted = [prefix] if prefix else there
    if absent := [each for each in wanted if each not in there] or (["any"] if not wanted else []):
        message = f"no namespace {absent[0]}-cicd of ours is there" if prefix else "no prefix is installed here"
        fix = f"mlgate bootstrap --prefix {prefix or 'PREFIX'} --apply"
        return [snapshot.found("MG600", "installed", prefix or "cluster", message, fix)]
    return [result for each in wanted for result in _one(snapshot.take(cluster, each))]


def _one(seen: Snapshot) -> Iterator[Result]:
    for code, (check, look) in CHECKS.items():
        troubles = list(look(seen))
        yield from troubles
        if not troubles:
            yield Result(code=code, check=check, subject=seen.prefix, status=Status.VALID)
