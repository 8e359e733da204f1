"""Make a PersistentVolumeClaim anew, as the overlay renders it; its data is lost, so nothing may hold it."""

from dataclasses import dataclass

from mlgate.errors import MlgateError, ToolFailed, UsageError
from mlgate.lifecycle.kubectl import Cluster, Object
from mlgate.lifecycle.troubles.snapshot import phase, users
from mlgate.prefixes import PARTS
from mlgate.render import kustomize
from mlgate.repo import Repo

_KIND = "persistentvolumeclaim"
_FINISHED = {"Succeeded", "Failed"}


class Held(MlgateError):
    """Pods hold the claim, so it is not touched."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as rendered, and the pods of the cluster that hold it."""

    cluster: Cluster
    wanted: Object
    finished: tuple[str, ...]
    running: tuple[str, ...]

    @property
    def name(self) -> str:
        return str(self.wanted["metadata"]["name"])

    @property
    def namespace(self) -> str:
        return str(self.wanted["metadata"]["namespace"])

    def recreate(self, *, finished_too: bool, timeout_s: float = 60) -> None:
        """Remove and apply it. Raises ``Held`` while pods hold it; only finished ones may be removed with it."""
        if self.running:
            fix = "wait for them, or cancel their runs"
            raise Held(f"{self.name} is in use by {', '.join(self.running)}", fix=fix)
        if self.finished and not finished_too:
            fix = "--yes removes these finished pods and the data"
            raise Held(f"{self.name} is held by finished pods: {', '.join(self.finished)}", fix=fix)
        for pod in self.finished:
            self.cluster.delete("pod", pod, self.namespace)
        self.cluster.delete(_KIND, self.name, self.namespace)
        if not self.cluster.wait(_KIND, self.name, "delete", self.namespace, timeout_s=timeout_s):
            raise ToolFailed(
                f"{self.name} is still there after {timeout_s:g} s", fix="mlgate doctor names who holds it"
            )
        self.cluster.apply([self.wanted])


def find(cluster: Cluster, repo: Repo, prefix: str, name: str) -> Claim:
    """The claim of that name in the rendered overlay; raises ``UsageError`` that lists those there are."""
    repo.require(prefix)
    rendered = [obj for part in PARTS for obj in kustomize.build(repo.overlay(prefix) / part)]
    known = {obj["metadata"]["name"]: obj for obj in rendered if obj["kind"] == "PersistentVolumeClaim"}
    if name not in known:
        raise UsageError(f"{prefix} has no claim {name[:80]}", fix=f"it has: {', '.join(sorted(known)) or 'none'}")
    wanted = known[name]
    pods = users(cluster.list("pods", wanted["metadata"]["namespace"]), wanted)
    done = [pod["metadata"]["name"] for pod in pods if phase(pod) in _FINISHED]
    return Claim(cluster, wanted, tuple(done), tuple({pod["metadata"]["name"] for pod in pods} - set(done)))
