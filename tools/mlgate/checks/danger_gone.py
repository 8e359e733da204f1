"""What deletes data or everything at once when it leaves git."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mlgate.checks.danger_change import Change, Site, at, finding, mapping, mappings
from mlgate.checks.origins import kustomization
from mlgate.results import Result

_HELD = {
    ("", "Namespace"): "every object in it is deleted with it",
    ("", "PersistentVolume"): "what is stored there may be deleted with it",
    ("", "PersistentVolumeClaim"): "its data are deleted with it",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "every object of its kind, in every namespace, goes with it",
}
_GLOB = re.compile(r"(?!.*\.\.)[\w.*?][\w.*?/-]*")
_TEMPLATE = re.compile(r"\{\{\s*\.([\w.]+)\s*\}\}")


def check(change: Change) -> Iterator[Result]:
    """MG284 a Namespace, CRD or volume is gone, MG285 a build is empty or gone and its Application remains."""
    fix = "restore it; deliberately: first add the sync option Prune=false, or save what it holds, then remove it alone"
    for site in change.gone:
        if told := _HELD.get(site.kind):
            message = f"was rendered at {change.base.name} -> is not rendered now: {told}"
            yield finding("MG284", site, change.former(site), message, fix)
    yield from _empty(change)


def _empty(change: Change) -> Iterator[Result]:
    synced = dict(_synced(change))
    # A plain folder has no kustomization: it is there while something of it renders, or fails to.
    there = {change.folder(one.build) for one in change.after if one.objects} | change.broken
    fix = "restore its resources; deliberately: remove the Application in the same change"
    for one in change.before:
        folder = change.folder(one.build, base=True)
        lost = folder in change.empty or not (folder in there or kustomization(change.repo.root / folder))
        if lost and (site := synced.get(folder)):
            message = f"{len(one.objects)} objects -> none in {folder}, and this Application still syncs it: "
            message += "with pruning on, it deletes all that it had deployed"
            yield finding("MG285", site, change.place(site, "/spec"), message, fix)


def _synced(change: Change) -> Iterator[tuple[str, Site]]:
    """Folder, and the Application or ApplicationSet of this tree that syncs it."""
    for site in change.new.values():
        if site.kind == ("argoproj.io", "Application"):
            yield from ((path, site) for path in _paths(site.obj.get("spec")))
        elif site.kind == ("argoproj.io", "ApplicationSet"):
            for path in _paths(at(site.obj, "/spec/template/spec")):
                yield from ((_filled(path, values), site) for values in _generated(change, site))


def _paths(spec: Any) -> list[str]:
    sources = [mapping(mapping(spec).get("source")), *mappings(mapping(spec).get("sources"))]
    found = [source.get("path") for source in sources]
    return [path.strip("/") for path in found if isinstance(path, str)]


def _generated(change: Change, site: Site) -> Iterator[Mapping[str, Any]]:
    for generator in mappings(at(site.obj, "/spec/generators")):
        yield from mappings(at(generator, "/list/elements"))
        for directory in mappings(at(generator, "/git/directories")):
            if not directory.get("exclude") and _GLOB.fullmatch(str(directory.get("path"))):
                folders = change.repo.root.glob(str(directory["path"]))
                yield from ({"path.path": change.relative(path), "path.basename": path.name} for path in folders)


def _filled(path: str, values: Mapping[str, Any]) -> str:
    return _TEMPLATE.sub(lambda found: str(values.get(found[1], found[0])), path)
