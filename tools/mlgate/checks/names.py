"""Stage 6: names that Kubernetes accepts, in the prefix's own namespaces, each object from one build only."""

from collections.abc import Iterator, Sequence
from typing import Any

from mlgate import prefixes as rules
from mlgate.checks import pods
from mlgate.checks.locate import Locator
from mlgate.checks.model import Object, Rendered, group_of, name_of, subject
from mlgate.repo import Repo
from mlgate.results import Result, Status

_LIMIT = 63
# RBAC and CRD names are path segments, not DNS labels: 253 characters.
_LONG_NAMES = {
    "ClusterRole",
    "ClusterRoleBinding",
    "ConfigMap",
    "CustomResourceDefinition",
    "ModelAccuracy",
    "Role",
    "RoleBinding",
    "Secret",
}
_LONG_LIMIT = 253
# Argo CD reads Applications only in its own namespaces.
_ELSEWHERE = {"Application", "ApplicationSet", "AppProject"}
_POD_KEYS = ("containers", "initContainers", "steps", "sidecars")


def check(repo: Repo, rendered: Sequence[Rendered]) -> list[Result]:
    """MG251 duplicate across builds, MG252 name too long, MG253 foreign namespace, MG254 image without a version.

    MG273 a pod with the power of its node.
    """
    first: dict[tuple[str, ...], Rendered] = {}
    results = []
    for one in rendered:
        locator = Locator(repo, one.build)
        for obj in one.objects:
            other = first.setdefault((one.build.platform, *identity(obj)), one)
            results += _object(repo, locator, one, obj, None if other is one else other)
    return results


def _object(repo: Repo, locator: Locator, one: Rendered, obj: Object, other: Rendered | None) -> list[Result]:
    problems = [
        ("MG251", "duplicate", _duplicate(repo, other)),
        ("MG252", "name length", _length(obj)),
        ("MG253", "namespace", _namespace(one, obj)),
        ("MG254", "image", _images(obj)),
        ("MG273", "pod", _power(obj)),
    ]
    told = [(code, check, message) for code, check, message in problems if message]
    if not told:
        return [Result(code="MG251", check="names", subject=subject(obj), status=Status.VALID)]
    place = locator.find(obj)
    return [
        Result(
            code=code,
            check=check,
            subject=subject(obj),
            status=Status.INVALID,
            message=message,
            **place.where,
        )
        for code, check, message in told
    ]


def identity(obj: Object) -> tuple[str, ...]:
    """Group, kind, namespace and name: no cluster has two objects that share them."""
    meta = obj.get("metadata") or {}
    return group_of(obj), str(obj.get("kind")), str(meta.get("namespace", "")), name_of(obj)


def _duplicate(repo: Repo, other: Rendered | None) -> str:
    if other is None:
        return ""
    where = other.build.folder.relative_to(repo.root)
    return f"{where} renders the same object; two Applications would fight over it"


def _length(obj: Object) -> str:
    meta = obj.get("metadata") or {}
    limits = [
        (str(meta.get("name", "")), _LONG_LIMIT if obj.get("kind") in _LONG_NAMES else _LIMIT),
        (str(meta.get("namespace", "")), _LIMIT),
    ]
    return "; ".join(
        f"{name[:24]}... has {len(name)} characters, the limit is {at}" for name, at in limits if len(name) > at
    )


def _namespace(one: Rendered, obj: Object) -> str:
    prefix = one.build.prefix
    meta = obj.get("metadata") or {}
    name = meta.get("name") if obj.get("kind") == "Namespace" else meta.get("namespace")
    if not prefix or not name or obj.get("kind") in _ELSEWHERE:
        return ""
    own = {f"{prefix}-{part}" for part in rules.NAMESPACES}
    return "" if name in own else f"namespace {name!r} is none of {', '.join(sorted(own))}"


def _images(obj: Object) -> str:
    loose = sorted({image for image in _image_strings(obj) if _unpinned(image)})
    return f"image without a tag or digest, or :latest: {', '.join(loose)}" if loose else ""


def _power(obj: Object) -> str:
    found = pods.power(obj)
    return f"its pods have the power of their node: {', '.join(found)}" if found else ""


def _image_strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in _POD_KEYS and isinstance(item, list):
                yield from (c["image"] for c in item if isinstance(c, dict) and isinstance(c.get("image"), str))
            yield from _image_strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _image_strings(item)


def _unpinned(image: str) -> bool:
    if "@sha256:" in image or "$(" in image or not image:
        return False
    tag = image.rpartition("/")[2].partition(":")[2]
    return tag in {"", "latest"}
