"""Which Secrets a tree brings, in whatever form, and which ones its pods cannot start without."""

from collections.abc import Iterable, Iterator
from typing import Any

from mlgate.checks.mentions import Mention, walk
from mlgate.checks.model import Object, name_of, namespace_of

# Where an object says how the Secret is called that is made of it; otherwise it has the object's name.
_TARGETS = {
    "Certificate": ("spec", "secretName"),
    "ExternalSecret": ("spec", "target", "name"),
    "SealedSecret": ("spec", "template", "metadata", "name"),
}
_MAKERS = {*_TARGETS, "KafkaUser", "ObjectBucketClaim", "Secret"}


def made(objects: Iterable[Object]) -> set[tuple[str, str]]:
    """Namespace and name of every Secret that will be there."""
    return {(namespace_of(obj), _name(obj)) for obj in objects if obj.get("kind") in _MAKERS}


def _name(obj: Object) -> str:
    value: Any = obj
    for key in _TARGETS.get(str(obj.get("kind")), ("",)):
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) and value else name_of(obj)


def of(obj: Object) -> Iterator[Mention]:
    """Every Secret that a container or a volume of ``obj`` needs; optional ones are left out."""
    if not str(obj.get("apiVersion", "")).startswith(("v1", "apps/", "batch/", "tekton.dev/")):
        return
    for path, value in walk(obj):
        for field, key in (("secret", "secretName"), ("secretKeyRef", "name"), ("secretRef", "name")):
            named = value.get(field)
            if isinstance(named, dict) and isinstance(named.get(key), str) and not named.get("optional"):
                yield Mention("Secret", named[key], f"{path}/{field}/{key}")
