"""Where kubeconform finds schemas: the catalogue of known kinds, and the kinds that the tree itself defines.

Both have one layout, ``GROUP/KIND_VERSION.json``, KIND in lower case and GROUP ``v1`` for the core. A kind that is in
neither has no schema, which the schema stage reports as an error.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mlgate.checks import definitions
from mlgate.process import cache_dir

MORE = "MLGATE_SCHEMAS"
"""The variable that names further catalogues; workers inherit it."""
_LAYOUT = "{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json"
_STRINGS = {"type": "object", "additionalProperties": {"type": "string"}}
_METADATA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "generateName": {"type": "string"},
        "namespace": {"type": "string"},
        "labels": _STRINGS,
        "annotations": _STRINGS,
        "finalizers": {"type": "array", "items": {"type": "string"}},
        "ownerReferences": {"type": "array", "items": {"type": "object"}},
    },
}
_TEXTS = {"type": "array", "items": {"type": "string"}}
_SELECTOR = {"type": "object"}
_KINDS = {"type": "object", "additionalProperties": False, "properties": {"apiGroups": _TEXTS, "kinds": _TEXTS}}
# The fields that Gatekeeper itself gives to a constraint, as the match of its own CRDs has them.
_MATCH = {
    "type": "object",
    "properties": {
        "excludedNamespaces": _TEXTS,
        "kinds": {"type": "array", "items": _KINDS},
        "labelSelector": _SELECTOR,
        "name": {"type": "string"},
        "namespaceSelector": _SELECTOR,
        "namespaces": _TEXTS,
        "scope": {"enum": ["*", "Cluster", "Namespaced"]},
        "source": {"enum": ["All", "Generated", "Original"]},
    },
}
_ACTIONS = {"enum": ["deny", "dryrun", "warn", "scoped"]}


def folder() -> Path:
    """The catalogue of kinds that are defined elsewhere."""
    return cache_dir() / "schemas"


def locations(objects: Iterable[dict[str, Any]], out: Path) -> list[str]:
    """Values for ``-schema-location``; what CRDs and ConstraintTemplates among ``objects`` define goes to ``out``.

    The tree's own definition comes first: it is what the cluster will have.
    """
    for obj in objects:
        for path, schema in defined(obj):
            definitions.write(out, path, schema)
        for path, definition in definitions.of(obj):
            definitions.write(out / definitions.FOLDER, path, definition)
    return [f"{place}/{_LAYOUT}" for place in folders(out)]


def folders(own: Path) -> list[Path]:
    """Where kinds are looked for, in this order: the tree's own in ``own``, catalogues asked for, the built one."""
    more = [Path(text) for text in os.environ.get(MORE, "").split(os.pathsep) if text]
    return [own, *more, folder()]


def defined(obj: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and schema of every kind that a CRD or a ConstraintTemplate defines."""
    # What does not match is malformed: its kind gets no schema, and MG232 says so.
    match obj:
        case {
            "kind": "CustomResourceDefinition",
            "spec": {"group": str(group), "names": {"kind": str(kind)}, "versions": [*versions]},
        }:
            for version in versions:
                match version:
                    case {"name": str(name), "schema": {"openAPIV3Schema": dict(schema)}}:
                        yield f"{group}/{kind.lower()}_{name}.json", top_level(schema)
        case {"kind": "ConstraintTemplate", "spec": {"crd": {"spec": {"names": {"kind": str(kind)}} as spec}}}:
            match spec:
                case {"validation": {"openAPIV3Schema": dict(parameters)}}:
                    yield f"constraints.gatekeeper.sh/{kind.lower()}_v1beta1.json", _constraint(parameters)


def top_level(schema: dict[str, Any]) -> dict[str, Any]:
    """A custom resource's schema, strict, with the fields that every object has."""
    closed: dict[str, Any] = strict(schema)
    common = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": _METADATA}
    closed["properties"] = {**closed.get("properties", {}), **common}
    closed["required"] = sorted({*closed.get("required", []), *common})
    closed["additionalProperties"] = False
    return closed


def _constraint(parameters: dict[str, Any]) -> dict[str, Any]:
    fields = {"enforcementAction": _ACTIONS, "match": _MATCH, "parameters": parameters}
    spec = {"type": "object", "properties": fields}
    return top_level({"type": "object", "required": ["spec"], "properties": {"spec": spec}})


def strict(schema: Any, drop: frozenset[str] = frozenset()) -> Any:
    """The JSON schema of a structural OpenAPI schema, in which a field that is not listed is an error.

    ``drop`` names keywords to leave out. Walks by position, so a field that is itself called ``properties`` stays a
    field.
    """
    if not isinstance(schema, dict):
        return schema
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    made = {key: value for key, value in schema.items() if not key.startswith("x-kubernetes-") and key not in drop}
    nullable = made.pop("nullable", False)
    if isinstance(made.get("properties"), dict):
        made["properties"] = {name: strict(each, drop) for name, each in made["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            made.setdefault("additionalProperties", False)
    for key in ("items", "additionalProperties"):
        if key in made:
            made[key] = strict(made[key], drop)
    if nullable and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made
