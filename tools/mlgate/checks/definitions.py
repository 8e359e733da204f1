"""Kinds as the API server defines them, for ``mlgate-engine rules``: the whole schema with lists, defaults, CEL rules.

They lie beside the JSON schemas, in the same layout ``GROUP/KIND_VERSION.json``. A definition is ``namespaced``;
``custom`` when the schema is all of the kind's and not just its lists; ``status`` when what is written there is
dropped; ``stub`` says why the schema proves nothing, empty when it does not.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = ".definitions"
Definition = dict[str, Any]
_COMMON = frozenset({"apiVersion", "kind", "metadata"})
_PREFIX = "#/definitions/"


def of(obj: Mapping[str, Any]) -> Iterator[tuple[str, Definition]]:
    """Path and definition of every kind that a CRD or a ConstraintTemplate defines; nothing for malformed ones."""
    match obj:
        case {
            "kind": "CustomResourceDefinition",
            "spec": {"group": str(group), "names": {"kind": str(kind)}, "versions": [*versions]} as spec,
        }:
            for version in versions:
                match version:
                    case {"name": str(name), "schema": {"openAPIV3Schema": dict(schema)}}:
                        path = f"{group}/{kind.lower()}_{name}.json"
                        yield path, _custom(spec.get("scope"), version.get("subresources"), schema)
        case {"kind": "ConstraintTemplate", "spec": {"crd": {"spec": {"names": {"kind": str(kind)}}}}}:
            # Gatekeeper makes the CRD; its fields are the JSON schema's affair.
            yield f"constraints.gatekeeper.sh/{kind.lower()}_v1beta1.json", plain(namespaced=False)


def plain(*, namespaced: bool) -> Definition:
    """A kind of which only the metadata is judged."""
    return {"namespaced": namespaced, "custom": False, "status": False, "schema": None, "stub": ""}


def built_in(document: Mapping[str, Any]) -> Iterator[tuple[str, Definition]]:
    """Path and definition of Kubernetes' own kinds, from its OpenAPI document."""
    namespaced = _namespaced(document["paths"])
    for name, definition in document["definitions"].items():
        for named in definition.get("x-kubernetes-group-version-kind", []):
            path = f"{named['group'] or named['version']}/{named['kind'].lower()}_{named['version']}.json"
            schema = lists(document["definitions"], definition, (name,))
            identity = (named["group"], named["version"], named["kind"])
            yield path, {**plain(namespaced=identity in namespaced), "schema": schema}


def _namespaced(paths: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    kinds = [
        operation["x-kubernetes-group-version-kind"]
        for path, operations in paths.items()
        if "/namespaces/{namespace}/" in path
        for operation in operations.values()
        if isinstance(operation, dict) and operation.get("x-kubernetes-action") == "post"
    ]
    return {(kind["group"], kind["version"], kind["kind"]) for kind in kinds}


def lists(definitions: Mapping[str, Any], schema: Mapping[str, Any], above: tuple[str, ...] = ()) -> Definition | None:
    """The part of a schema that leads to lists with keys and to sets, without references; None when there is none."""
    if isinstance(name := schema.get("$ref"), str):
        name = name.removeprefix(_PREFIX)
        return None if name in above else lists(definitions, definitions[name], (*above, name))
    made: Definition = {}
    fields = {key: lists(definitions, each, above) for key, each in schema.get("properties", {}).items()}
    if there := {key: each for key, each in fields.items() if each}:
        made["properties"] = there
    for key in ("items", "additionalProperties"):
        if isinstance(inner := schema.get(key), dict) and (below := lists(definitions, inner, above)):
            made[key] = below
    if schema.get("x-kubernetes-list-type") in {"map", "set"}:
        made |= _list(definitions, schema, made.get("items"))
    return {"type": schema.get("type", "object"), **made} if made else None


def _list(definitions: Mapping[str, Any], schema: Mapping[str, Any], below: Definition | None) -> Definition:
    keys = schema.get("x-kubernetes-list-map-keys", [])
    made: Definition = {key: schema[key] for key in schema if key.startswith("x-kubernetes-list-")}
    items = schema["items"]
    item = definitions[items["$ref"].removeprefix(_PREFIX)] if "$ref" in items else items
    if keys:
        fields = {key: {"type": item["properties"][key]["type"]} for key in keys}
        # The one key that may be left out: the document says its default in words only.
        if "protocol" in fields:
            fields["protocol"]["default"] = "TCP"
        inner = below or {"type": "object"}
        return {**made, "items": {**inner, "properties": {**fields, **inner.get("properties", {})}}}
    return {**made, "items": {"type": item.get("type", "string")}}


def _custom(scope: Any, subresources: Any, schema: dict[str, Any]) -> Definition:
    return {
        "namespaced": scope != "Cluster",
        "custom": True,
        "status": isinstance(subresources, dict) and "status" in subresources,
        "schema": _undescribed(schema),
        "stub": stub(schema),
    }


def stub(schema: Mapping[str, Any]) -> str:
    """Why a custom kind's schema proves nothing about its objects; empty when it does prove something."""
    fields = schema.get("properties")
    own = set(fields if isinstance(fields, dict) else ()) - _COMMON
    if not own:
        return "its schema names no field of the kind"
    spec = fields.get("spec") if isinstance(fields, dict) else None
    if isinstance(spec, dict) and not (spec.get("properties") or spec.get("additionalProperties")):
        return "its schema takes any field below spec" if spec.get("type", "object") == "object" else ""
    return ""


def _undescribed(schema: Any) -> Any:
    # By position, so a field that is itself called description stays.
    if isinstance(schema, list):
        return [_undescribed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: value for key, value in schema.items() if key not in {"description", "externalDocs", "example"}}
    for key in ("properties", "patternProperties"):
        if isinstance(made.get(key), dict):
            made[key] = {name: _undescribed(each) for name, each in made[key].items()}
    for key in ("items", "additionalProperties", "allOf", "anyOf", "oneOf", "not"):
        if key in made:
            made[key] = _undescribed(made[key])
    return made


def write(place: Path, path: str, content: Mapping[str, Any]) -> None:
    """Put a JSON file at ``path`` below the folder ``place``."""
    target = place / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(content))
