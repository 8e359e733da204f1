"""What the checks look at: the objects of one prefix, read once."""

from collections.abc import Iterable
from dataclasses import dataclass

from mlgate.lifecycle import stuck, waves
from mlgate.lifecycle.kubectl import Cluster, Object
from mlgate.lifecycle.preflight import ARGOCD
from mlgate.prefixes import PARTS
from mlgate.results import Result, Status

LISTENERS = "eventlisteners.triggers.tekton.dev"
RUNS = "pipelineruns.tekton.dev"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One prefix in one cluster; lists hold objects of its three namespaces."""

    cluster: Cluster
    prefix: str
    namespaces: tuple[Object, ...]
    pods: tuple[Object, ...]
    claims: tuple[Object, ...]
    events: tuple[Object, ...]
    listeners: tuple[Object, ...]
    runs: tuple[Object, ...]
    constraints: tuple[Object, ...]
    applications: tuple[Object, ...]

    @property
    def spaces(self) -> tuple[str, ...]:
        """Names of the prefix's namespaces."""
        return tuple(f"{self.prefix}-{part}" for part in PARTS)


def take(cluster: Cluster, prefix: str) -> Snapshot:
    """Read everything; raises as ``Cluster`` does."""
    present = stuck.namespaces(cluster, prefix)
    spaces = [space["metadata"]["name"] for space in present]

    def inside(kind: str) -> tuple[Object, ...]:
        return tuple(obj for space in spaces for obj in cluster.list(kind, space))

    wanted = waves.expected(prefix, ())
    apps = [obj for obj in cluster.list(waves.KIND, ARGOCD) if obj["metadata"]["name"] in wanted]
    return Snapshot(
        cluster=cluster,
        prefix=prefix,
        namespaces=tuple(present),
        pods=inside("pods"),
        claims=inside("persistentvolumeclaims"),
        events=inside("events"),
        listeners=inside(LISTENERS),
        runs=inside(RUNS),
        constraints=tuple(stuck.constraints(cluster, prefix)),
        applications=tuple(apps),
    )


def found(code: str, check: str, obj: Object | str, message: str, fix: str) -> Result:
    """A trouble, with ``Kind/namespace/name`` of the object that shows it."""
    named = obj if isinstance(obj, str) else subject(obj)
    return Result(code=code, check=check, subject=named, status=Status.INVALID, message=message, fix=fix)


def subject(obj: Object) -> str:
    """``Kind/namespace/name``, or ``Kind/name``."""
    meta = obj["metadata"]
    return "/".join(part for part in (obj["kind"], meta.get("namespace", ""), meta["name"]) if part)


def condition(obj: Object, kind: str) -> Object:
    """A condition of an object's status; empty when there is none."""
    conditions = (obj.get("status") or {}).get("conditions") or ()
    return next((each for each in conditions if each.get("type") == kind), {})


def claims_of(pod: Object) -> set[str]:
    """Names of the PersistentVolumeClaims that a pod mounts."""
    volumes = pod["spec"].get("volumes") or ()
    return {each["persistentVolumeClaim"]["claimName"] for each in volumes if "persistentVolumeClaim" in each}


def users(pods: Iterable[Object], claim: Object) -> list[Object]:
    """Pods that mount a claim, finished ones included, since they hold it too."""
    meta = claim["metadata"]
    return [pod for pod in pods if pod["metadata"]["namespace"] == meta["namespace"] and meta["name"] in claims_of(pod)]


def phase(obj: Object) -> str:
    """Phase of a pod or a claim."""
    return str((obj.get("status") or {}).get("phase", ""))
