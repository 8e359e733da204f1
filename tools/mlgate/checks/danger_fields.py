"""Fields that the API server refuses to change, and images that lose their digest."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from mlgate.checks.danger_change import Change, Site, at, finding, mapping
from mlgate.results import Result

# Below "spec" all but what is named here can never change.
_MUTABLE = {
    ("", "PersistentVolumeClaim"): {"resources", "volumeAttributesClassName"},
    ("apps", "StatefulSet"): {
        "minReadySeconds",
        "ordinals",
        "persistentVolumeClaimRetentionPolicy",
        "replicas",
        "revisionHistoryLimit",
        "template",
        "updateStrategy",
    },
    ("tekton.dev", "PipelineRun"): {"status"},
    ("tekton.dev", "TaskRun"): {"status", "statusMessage"},
}
_IMMUTABLE = {
    ("", "Service"): ("/spec/clusterIP", "/spec/clusterIPs"),
    ("", "Secret"): ("/type",),
    ("apps", "DaemonSet"): ("/spec/selector",),
    ("apps", "Deployment"): ("/spec/selector",),
    ("apps", "ReplicaSet"): ("/spec/selector",),
    ("batch", "Job"): ("/spec/template", "/spec/selector", "/spec/completionMode", "/spec/manualSelector"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): ("/roleRef",),
    ("rbac.authorization.k8s.io", "RoleBinding"): ("/roleRef",),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (
        "/spec/scope",
        "/spec/group",
        "/spec/names/kind",
        "/spec/names/plural",
    ),
    ("storage.k8s.io", "StorageClass"): ("/provisioner", "/parameters", "/reclaimPolicy", "/volumeBindingMode"),
    ("scheduling.k8s.io", "PriorityClass"): ("/value",),
    ("networking.k8s.io", "IngressClass"): ("/spec/controller",),
}
_DEFAULTS = {"/spec/volumeMode": "Filesystem", "/spec/podManagementPolicy": "OrderedReady"}
_SEALED = {("", "ConfigMap"), ("", "Secret")}
_STORAGE = "/spec/resources/requests/storage"
_UNITS = {unit: 10 ** (3 * power) for power, unit in enumerate("kMGTPE", 1)}
_UNITS |= {f"{unit.upper()}i": 2 ** (10 * power) for power, unit in enumerate("kMGTPE", 1)} | {"": 1}
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)([kMGTPE]|[KMGTPE]i|)")
_PINNED = re.compile(r"\S+@sha256:[0-9a-f]{64}")


def check(change: Change) -> Iterator[Result]:
    """MG283 an immutable field differs, MG286 an image had a digest and has none."""
    for old, new in change.both:
        yield from _immutable(change, old, new)
        yield from _unpinned(change, old, new)


def _immutable(change: Change, old: Site, new: Site) -> Iterator[Result]:
    if _recreated(new):
        return
    fix = "give the object another name, or remove it in one change and add it in the next; deliberately: "
    fix += "the sync option Force=true,Replace=true makes Argo CD recreate it, with what it holds"
    for path in _paths(old, new):
        was, now = (at(site.obj, path) or _DEFAULTS.get(path) for site in (old, new))
        if was != now:
            message = f"{path} cannot change: {_shown(was)} -> {_shown(now)}; the API server refuses the sync"
            yield finding("MG283", new, change.place(new, path), message, fix)
    was, now = (_bytes(at(site.obj, _STORAGE)) for site in (old, new))
    if new.kind == ("", "PersistentVolumeClaim") and was is not None and (now is None or now < was):
        words = f"{_shown(at(old.obj, _STORAGE))} -> {_shown(at(new.obj, _STORAGE))}"
        message = f"a claim cannot shrink: {words}; the API server refuses the sync"
        yield finding("MG283", new, change.place(new, _STORAGE), message, fix)


def _paths(old: Site, new: Site) -> list[str]:
    paths = list(_IMMUTABLE.get(new.kind, ()))
    if new.kind in _MUTABLE:
        fields = {*mapping(at(old.obj, "/spec")), *mapping(at(new.obj, "/spec"))} - _MUTABLE[new.kind]
        paths += [f"/spec/{field}" for field in sorted(fields)]
    if new.kind in _SEALED and old.obj.get("immutable") is True:
        paths += ["/data", "/binaryData", "/stringData", "/immutable"]
    return paths


def _recreated(site: Site) -> bool:
    notes = mapping(at(site.obj, "/metadata/annotations"))
    options = str(notes.get("argocd.argoproj.io/sync-options", ""))
    return "argocd.argoproj.io/hook" in notes or "Force=true" in options


def _bytes(quantity: Any) -> Decimal | None:
    found = _QUANTITY.fullmatch(str(quantity))
    return Decimal(found[1]) * _UNITS[found[2]] if found else None


def _unpinned(change: Change, old: Site, new: Site) -> Iterator[Result]:
    was = dict(_strings(old.obj, "", ""))
    pinned = {image.partition("@")[0]: image for _, image in was.values() if _PINNED.fullmatch(image)}
    fix = "write NAME@sha256:DIGEST; deliberately: in a pull request of its own that says why the tag may move"
    for path, (pointer, now) in _strings(new.obj, "", ""):
        repository = re.sub(r":[^/]*$", "", now)
        before = was.get(path, ("", ""))[1]
        image = path.endswith("/image")
        known = before if _PINNED.fullmatch(before) else pinned.get(repository, "") if image else ""
        if known and "@sha256:" not in now:
            message = f"an image is no longer pinned by digest: {_shown(known)} -> {_shown(now)}"
            yield finding("MG286", new, change.place(new, pointer), message, fix)


def _strings(value: Any, path: str, pointer: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Path, with names instead of places in lists, to the JSON pointer and the text there."""
    if isinstance(value, str):
        yield path, (pointer, value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(item, f"{path}/{key}", f"{pointer}/{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            name = item.get("name", number) if isinstance(item, dict) else number
            yield from _strings(item, f"{path}/{name}", f"{pointer}/{number}")


def _shown(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
