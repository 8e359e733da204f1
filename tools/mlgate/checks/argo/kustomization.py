"""A kustomization with what an Application sets on it, as ``kustomize edit`` would."""

import json
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlgate.checks.model import Object
from mlgate.errors import SettingsError
from mlgate.render import kustomize

_TAKEN_OVER = ("namePrefix", "nameSuffix", "namespace", "commonAnnotations", "replicas")
_IMAGE = re.compile(r"^(?:(?P<name>[^=]+)=)?(?P<new>[^@]*?)(?::(?P<tag>[^:/@]+))?(?:@(?P<digest>.+))?$")


def build(folder: Path, options: Mapping[str, Any]) -> list[Object]:
    """Objects of the kustomization in ``folder`` under an Application's ``kustomize`` options.

    Raises ``ToolFailed`` with kustomize's words, ``SettingsError`` for options that kustomize does not take.
    """
    with tempfile.TemporaryDirectory(prefix="mlgate-argo-") as name:
        place = Path(name).resolve()
        content = overlay(folder, options, place)
        if len(content) <= len(_EMPTY):
            return kustomize.build(folder)
        # As JSON: what YAML leaves unquoted, another reader may take for a truth value.
        (place / "kustomization.yaml").write_text(json.dumps(content))
        return kustomize.build(place)


_EMPTY = ("apiVersion", "kind", "resources")


def overlay(folder: Path, options: Mapping[str, Any], place: Path) -> dict[str, Any]:
    """The kustomization that says in ``place`` what ``options`` say of the one in ``folder``."""
    content: dict[str, Any] = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [os.path.relpath(folder.resolve(), place)],
    }
    content |= {key: options[key] for key in _TAKEN_OVER if options.get(key)}
    if options.get("images"):
        content["images"] = [_image(str(each)) for each in options["images"]]
    if options.get("commonLabels"):
        content |= _labels(options)
    if options.get("patches"):
        content["patches"] = [_patch(folder, each) for each in options["patches"]]
    if options.get("components"):
        content["components"] = _components(folder, options, place)
    return content


def _image(text: str) -> dict[str, str]:
    found = _IMAGE.match(text)
    if not found or not found["new"]:
        raise SettingsError(f"kustomize.images: {text!r} names no image")
    told = {"name": found["name"] or found["new"], "newName": found["new"]}
    told |= {"newTag": found["tag"]} if found["tag"] else {}
    return told | ({"digest": found["digest"]} if found["digest"] else {})


def _labels(options: Mapping[str, Any]) -> dict[str, Any]:
    pairs = options["commonLabels"]
    if not options.get("labelWithoutSelector"):
        return {"commonLabels": pairs}
    return {"labels": [{"pairs": pairs, "includeTemplates": bool(options.get("labelIncludeTemplates"))}]}


def _patch(folder: Path, patch: Mapping[str, Any]) -> dict[str, Any]:
    if not patch.get("path"):
        return dict(patch)
    file = (folder / str(patch["path"])).resolve()
    # As kustomize's load restrictor: a patch comes from the folder itself.
    if not file.is_file() or not file.is_relative_to(folder.resolve()):
        raise SettingsError(f"kustomize.patches: there is no file {patch['path']}")
    rest = {key: value for key, value in patch.items() if key != "path"}
    return {"patch": file.read_text(), **rest}


def _components(folder: Path, options: Mapping[str, Any], place: Path) -> list[str]:
    folders = [(folder / str(each)).resolve() for each in options["components"]]
    if options.get("ignoreMissingComponents"):
        folders = [each for each in folders if each.is_dir()]
    return [os.path.relpath(each, place) for each in folders]
