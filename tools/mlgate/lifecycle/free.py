"""Free what is stuck for good: objects whose finalizers nobody is left to act on. Nothing else is touched."""

import json
from collections.abc import Callable, Iterable

from mlgate.lifecycle.kubectl import Cluster, Refused
from mlgate.lifecycle.stuck import Stuck

_DISCOVERY = "NamespaceDeletionDiscoveryFailure"


def orphaned(found: Iterable[Stuck]) -> list[Stuck]:
    """Those that may be freed: held by finalizers, and nobody is left to finish them."""
    return [each for each in found if each.finalizers and not each.owner]


def finalizers(cluster: Cluster, found: Iterable[Stuck], say: Callable[[str], None]) -> None:
    """Take the finalizers off; an object that is gone meanwhile is passed over."""
    for each in found:
        cluster.patch(each.kind, each.name, {"metadata": {"finalizers": None}}, each.namespace)
        say(f"freed {each.kind} {each.name}")


def blind_namespace(cluster: Cluster, name: str) -> bool:
    """Finalize a namespace that cannot end because an API that is down hides whether anything is in it.

    False when that is not what keeps it: then its content does, and is named as such.
    """
    space = cluster.get("namespace", name)
    conditions = (space or {}).get("status", {}).get("conditions") or ()
    blind = any(each["type"] == _DISCOVERY and each["status"] == "True" for each in conditions)
    if space is None or not blind:
        return False
    space["spec"]["finalizers"] = []
    try:
        cluster.call(["replace", "--raw", f"/api/v1/namespaces/{name}/finalize", "-f", "-"], stdin=json.dumps(space))
    except Refused:
        return cluster.get("namespace", name) is None
    return True
