"""``python -m mlgate.checks.build_catalogue``: the catalogue of schemas, from the fetched modules and our own.

Every schema is compiled before it is written, and one that says nothing is an error: kubeconform would take
either for "no schema" and say so only at the object.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from mlgate.checks import catalogue, definitions, entries, swagger
from mlgate.checks.entries import Entry
from mlgate.errors import MissingTool
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
    return entries.write(_entries(sources), place, stamp, stubs=False)


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
    code = [Path(module.__file__ or "") for module in (catalogue, definitions, entries, swagger)] + [Path(__file__)]
    for path in [*sources, *code]:
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _entries(sources: list[Path]) -> Iterator[Entry]:
    for path in sources:
        own = path.parent == OWN
        origin = f"tools/mlgate/checks/own/{path.name}" if own else path.parent.name.replace("_", "/")
        if own and path.suffix == ".json":
            place = path.stem.replace("__", "/") + ".json"
            yield Entry(place, json.loads(path.read_text()), definitions.plain(namespaced=True), origin)
        elif path.suffix == ".json":
            yield from entries.of_openapi(json.loads(path.read_text()), origin)
        else:
            yield from entries.of_objects(yaml.load_all(path.read_text(), yaml.CSafeLoader), origin)


if __name__ == "__main__":
    if made := build():
        sys.stdout.write(f"schemas of {made} kinds built\n")
