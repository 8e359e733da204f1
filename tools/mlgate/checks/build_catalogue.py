"""``python -m mlgate.checks.build_catalogue``: the catalogue of schemas, from the fetched modules and our own.

Every schema is compiled before it is written, and one that says nothing is an error: kubeconform would take
either for "no schema" and say so only at the object.
"""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from mlgate.checks import catalogue, definitions, swagger
from mlgate.errors import MissingTool, ToolFailed
from mlgate.files import put_tree
from mlgate.process import cache_dir

OWN = Path(__file__).with_name("own")
PINS = Path(__file__).parents[2] / "bin" / "schemas.json"
_STAMP = ".stamp"


def build() -> int:
    """Build the catalogue when its sources changed; returns the number of kinds, 0 when it was current."""
    sources = _sources()
    place = catalogue.folder()
    stamp = _stamp(sources)
    if (place / _STAMP).is_file() and (place / _STAMP).read_text() == stamp:
        return 0
    draft = place.with_name(f".schemas-{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    number = 0
    for path, schema in _schemas(sources):
        _check(path, schema)
        definitions.write(draft, path, schema)
        number += 1
    for path, definition in _definitions(sources):
        if reason := definition["stub"]:
            raise ToolFailed(f"the schema {path} is a stub: {reason}")
        definitions.write(draft / definitions.FOLDER, path, definition)
    (draft / _STAMP).write_text(stamp)
    put_tree(draft, place)
    return number


def _sources() -> list[Path]:
    # By the pins, never by what the cache holds: a module of an earlier pin would decide a kind.
    pins = json.loads(PINS.read_text())
    modules = cache_dir() / "modules"
    folders = [modules / f"{each['module'].replace('/', '_')}@{each['version']}" for each in pins]
    if absent := [folder.name for folder in folders if not (folder / ".complete").is_file()]:
        raise MissingTool(f"modules that hold schemas are not there: {', '.join(absent)}", fix="run: make setup")
    files = [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in {".json", ".yaml"}]
    # Manifests are installed, not read: their kinds stand in the module's own files.
    manifests = {name.replace("/", "_") for each in pins for name in each.get("manifests", ())}
    return [*(path for path in files if path.name not in manifests), *sorted(OWN.iterdir())]


def _stamp(sources: list[Path]) -> str:
    digest = hashlib.sha256()
    code = [Path(module.__file__ or "") for module in (catalogue, definitions, swagger)] + [Path(__file__)]
    for path in [*sources, *code]:
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _schemas(sources: list[Path]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sources:
        if path.parent == OWN and path.suffix == ".json":
            group, name = path.stem.split("__")
            yield f"{group}/{name}.json", json.loads(path.read_text())
        elif path.suffix == ".json":
            for group, version, kind, schema in swagger.kinds(json.loads(path.read_text())):
                yield _place(group, version, kind), schema
        else:
            for document in yaml.load_all(path.read_text(), yaml.CSafeLoader):
                yield from catalogue.defined(document or {})


def _definitions(sources: list[Path]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sources:
        if path.parent == OWN and path.suffix == ".json":
            yield path.stem.replace("__", "/") + ".json", definitions.plain(namespaced=True)
        elif path.suffix == ".json":
            yield from definitions.built_in(json.loads(path.read_text()))
        else:
            for document in yaml.load_all(path.read_text(), yaml.CSafeLoader):
                yield from definitions.of(document or {})


def _place(group: str, version: str, kind: str) -> str:
    # kubeconform takes the version for the group of the core's kinds.
    return f"{group or version}/{kind.lower()}_{version}.json"


def _check(path: str, schema: dict[str, Any]) -> None:
    try:
        jsonschema.Draft7Validator.check_schema(schema)
    except jsonschema.SchemaError as err:
        raise ToolFailed(f"the schema {path} does not compile: {' '.join(str(err.message).split())[:200]}") from None
    if not schema.get("properties"):
        raise ToolFailed(f"the schema {path} says nothing about its kind")


if __name__ == "__main__":
    if made := build():
        sys.stdout.write(f"schemas of {made} kinds built\n")
