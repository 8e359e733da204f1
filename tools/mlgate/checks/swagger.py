"""Strict JSON schemas of Kubernetes' own kinds, from its published OpenAPI document."""

from collections.abc import Iterator, Mapping
from typing import Any

from mlgate.checks.catalogue import strict

# Formats such as date-time are the API server's to judge; descriptions would be most of each file.
_UNSAID = frozenset({"default", "description", "format"})
PREFIX = "#/definitions/"
"""How a definition is referred to."""
_ANY: dict[str, Any] = {}
# Where Kubernetes' document says less than the API server accepts.
_SPECIAL: Mapping[str, dict[str, Any]] = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": ["integer", "string"]},
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {"type": ["number", "string"]},
    "io.k8s.apimachinery.pkg.runtime.RawExtension": _ANY,
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": _ANY,
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool": _ANY,
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray": _ANY,
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray": _ANY,
}


def kinds(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """(group, version, kind, schema) of every kind; each schema stands alone, with what it refers to."""
    definitions = {name: closed(each) for name, each in document["definitions"].items()} | dict(_SPECIAL)
    for name, definition in document["definitions"].items():
        for named in definition.get("x-kubernetes-group-version-kind", []):
            schema = {**definitions[name], "definitions": _needed(definitions, name)}
            schema["required"] = sorted({*schema.get("required", []), "apiVersion", "kind"})
            yield named["group"], named["version"], named["kind"], schema


def closed(schema: Any) -> Any:
    """A definition in which a field that is not listed is an error."""
    return strict(schema, _UNSAID)


def _needed(definitions: Mapping[str, Any], start: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    waiting = list(_references(definitions[start]))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = definitions[name]
            waiting += _references(definitions[name])
    return found


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix(PREFIX)
        for each in schema.values():
            yield from _references(each)
    if isinstance(schema, list):
        for each in schema:
            yield from _references(each)
