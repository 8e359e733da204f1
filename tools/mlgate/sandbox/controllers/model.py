"""What a controller consists of, and how it gets into a cluster."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mlgate.errors import MissingTool
from mlgate.lifecycle.kubectl import Cluster
from mlgate.process import cache_dir
from mlgate.sandbox import oci
from mlgate.sandbox.addons import available, with_images
from mlgate.sandbox.layout import Layout
from mlgate.sandbox.unit import BUILD

Object = dict[str, Any]
_APPLY_S = 180
_READY_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """``images`` maps what the manifest names, without tag or digest, to the image that is run instead."""

    name: str
    namespace: str
    objects: Callable[[], Sequence[Object]]
    images: Callable[[Path], Mapping[str, oci.Image]]


def manifests(module: str, pattern: str) -> Iterator[Object]:
    """Objects of the files of a module that were taken for it, by name. Raises ``MissingTool``."""
    paths = sorted((cache_dir() / "manifests").glob(f"{module}@*/{pattern}"))
    if not paths:
        raise MissingTool(f"the manifests of {module} are not there", fix=BUILD)
    for path in paths:
        yield from (each for each in yaml.load_all(path.read_text(), yaml.CSafeLoader) if each)


def scripts(module: str) -> dict[str, Path]:
    """Scripts that were taken from a module, by the name of each."""
    paths = (cache_dir() / "manifests").glob(f"{module}@*/*.sh")
    return {path.name.rpartition("_")[2]: path for path in paths}


def install(layout: Layout, controller: Controller, say: Callable[[str], None]) -> None:
    """Push its images, apply its objects and wait until all of its pods are ready. Raises ``ToolFailed``."""
    begun = time.monotonic()
    cluster = Cluster(str(layout.kubeconfig))
    made = controller.images(layout.folder / "images")
    for image in {image.name: image for image in made.values()}.values():
        oci.push(image, layout.ports.registry)
    say(f"{controller.name}: images pushed ({time.monotonic() - begun:.1f} s)")
    objects = with_images(controller.objects(), {name: image.reference for name, image in made.items()})
    first = [each for each in objects if each["kind"] in {"Namespace", "CustomResourceDefinition"}]
    _apply(cluster, controller.namespace, first)
    for each in first:
        if each["kind"] == "CustomResourceDefinition":
            cluster.wait("crd", each["metadata"]["name"], "condition=Established")
    _apply(cluster, controller.namespace, [each for each in objects if each not in first])
    for each in objects:
        if each["kind"] == "Deployment":
            available(cluster, each["metadata"]["name"], controller.namespace, _READY_S)
        elif each["kind"] == "StatefulSet":
            args = ["rollout", "status", f"statefulset/{each['metadata']['name']}", f"--timeout={_READY_S}s"]
            cluster.call([*args, f"--namespace={controller.namespace}"], timeout_s=_READY_S)
    say(f"{controller.name} is ready ({time.monotonic() - begun:.1f} s)")


def _apply(cluster: Cluster, namespace: str, objects: Sequence[Object]) -> None:
    args = ["apply", "--server-side", "--force-conflicts", f"--namespace={namespace}", "-f", "-"]
    document = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
    cluster.call(args, stdin=json.dumps(document), timeout_s=_APPLY_S)
