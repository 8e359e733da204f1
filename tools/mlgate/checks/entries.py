"""The kinds of a catalogue: what each is, where it came from, and a folder of them."""

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from mlgate.checks import catalogue, definitions, swagger
from mlgate.checks.definitions import Definition
from mlgate.errors import ToolFailed, UsageError
from mlgate.files import put_tree

ORIGINS = ".origins.json"
_PUBLISHED = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of a kind; ``path`` is its place in a catalogue and ``origin`` says whose word it is."""

    path: str
    schema: dict[str, Any]
    definition: Definition
    origin: str


def of_objects(objects: Iterable[Any], origin: str) -> Iterator[Entry]:
    """The kinds that CRDs and ConstraintTemplates among ``objects`` define; the items of a List too."""
    for obj in objects:
        if not isinstance(obj, dict):
            continue
        if isinstance(items := obj.get("items"), list):
            yield from of_objects(items, origin)
        whole = dict(definitions.of(obj))
        yield from (Entry(path, schema, whole[path], origin) for path, schema in catalogue.defined(obj))


def of_files(paths: Iterable[Path]) -> Iterator[Entry]:
    """The kinds of YAML and JSON files, and of all such files below folders.

    Raises ``UsageError`` for a file that cannot be read.
    """
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.suffix in {".yaml", ".yml", ".json"} and file.is_file():
                yield from of_objects(_documents(file), str(file))


def _documents(file: Path) -> list[Any]:
    try:
        return list(yaml.load_all(file.read_text(), yaml.CSafeLoader))
    except (OSError, ValueError, yaml.YAMLError) as err:
        raise UsageError(f"{file} cannot be read: {' '.join(str(err).split())[:200]}") from None


def of_openapi(document: Mapping[str, Any], origin: str) -> Iterator[Entry]:
    """Kubernetes' own kinds, from an OpenAPI document with ``definitions`` and ``paths``."""
    whole = dict(definitions.built_in(document))
    for group, version, kind, schema in swagger.kinds(document):
        # kubeconform takes the version for the group of the core's kinds.
        path = f"{group or version}/{kind.lower()}_{version}.json"
        yield Entry(path, schema, whole[path], origin)


def of_cluster(get: Callable[[list[str]], str], origin: str) -> Iterator[Entry]:
    """The kinds that a running cluster serves; ``get`` is ``kubectl get`` with arguments, answering JSON.

    CRDs come last, since they say more of their kinds than the cluster's OpenAPI does.
    """
    crds = json.loads(get(["crd", "-o", "json"]))["items"]
    defined = {f"apis/{crd['spec']['group']}/{each['name']}" for crd in crds for each in crd["spec"]["versions"]}
    for path, place in json.loads(get(["--raw", "/openapi/v3"]))["paths"].items():
        if path.startswith("api") and path not in defined and path.count("/") in {1, 2} and path != "apis":
            document = json.loads(get(["--raw", place["serverRelativeURL"]]))
            made = {"paths": document["paths"], "definitions": document.get("components", {}).get("schemas", {})}
            yield from of_openapi(_referring(made), origin)
    yield from of_objects(crds, origin)


def _referring(value: Any) -> Any:
    """The document as version 2 of OpenAPI would say it: references that stand alone."""
    if isinstance(value, list):
        return [_referring(each) for each in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"allOf": [{"$ref": str(name)}]}:
            return {"$ref": name.replace(_PUBLISHED, swagger.PREFIX)}
        case {"$ref": str(name)}:
            return {"$ref": name.replace(_PUBLISHED, swagger.PREFIX)}
    return {key: _referring(each) for key, each in value.items()}


def write(entries: Iterable[Entry], place: Path, stamp: str = "", *, stubs: bool = True) -> int:
    """Put a catalogue where ``place`` is, in one rename, and return its number of kinds; a later entry wins.

    Raises ``ToolFailed`` when there are none, or for a schema that does not compile, says nothing or, without
    ``stubs``, is one.
    """
    draft = place.with_name(f".{place.name}-{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    origins: dict[str, str] = {}
    for entry in entries:
        _check(entry, stubs)
        definitions.write(draft, entry.path, entry.schema)
        definitions.write(draft / definitions.FOLDER, entry.path, entry.definition)
        origins[entry.path] = entry.origin
    if not origins:
        raise ToolFailed("no kind was found", fix="name files or folders that hold CustomResourceDefinitions")
    definitions.write(draft, ORIGINS, origins)
    if stamp:
        (draft / ".stamp").write_text(stamp)
    put_tree(draft, place)
    return len(origins)


def _check(entry: Entry, stubs: bool) -> None:
    try:
        jsonschema.Draft7Validator.check_schema(entry.schema)
    except jsonschema.SchemaError as err:
        words = " ".join(str(err.message).split())[:200]
        raise ToolFailed(f"the schema {entry.path} does not compile: {words}") from None
    if not entry.schema.get("properties"):
        raise ToolFailed(f"the schema {entry.path} says nothing about its kind")
    if not stubs and (reason := entry.definition["stub"]):
        raise ToolFailed(f"the schema {entry.path} is a stub: {reason}")


def origins(place: Path) -> dict[str, str]:
    """Path of each kind of a catalogue, and where it came from. Raises ``UsageError`` when ``place`` is none."""
    try:
        return dict(json.loads((place / ORIGINS).read_text()))
    except (OSError, ValueError):
        raise UsageError(f"{place} is no catalogue of schemas", fix="build one: mlgate schemas build") from None


@contextlib.contextmanager
def further(places: Sequence[Path]) -> Iterator[None]:
    """Look for kinds in these catalogues too, before the built one. Raises ``UsageError`` when one is none."""
    for place in places:
        origins(place)
    before = os.environ.get(catalogue.MORE)
    if places:
        os.environ[catalogue.MORE] = os.pathsep.join(str(place.absolute()) for place in places)
    try:
        yield
    finally:
        if places and before is None:
            del os.environ[catalogue.MORE]
        elif before is not None:
            os.environ[catalogue.MORE] = before
