"""Tekton Pipelines: its controller and its webhook.

Resolvers and the sender of CloudEvents are left out: the project turns resolvers off, and listens to no events.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mlgate.sandbox import oci
from mlgate.sandbox.controllers.model import Controller, Object, manifests
from mlgate.sandbox.images import base, static

_MODULE = "github.com_tektoncd_pipeline"
_LEFT_OUT = ("events", "tekton-events-controller")
_COMMANDS = "ko://github.com/tektoncd/pipeline/cmd/"


def _objects() -> Sequence[Object]:
    found = [each for each in manifests(_MODULE, "config_[!r]*.yaml") if each["kind"] != "HorizontalPodAutoscaler"]
    return [each for each in found if not _of_events(each)]


def _of_events(each: Object) -> bool:
    labels = each["metadata"].get("labels") or {}
    return each["kind"] in {"Deployment", "Service"} and labels.get("app.kubernetes.io/name") in _LEFT_OUT


def _images(out: Path) -> Mapping[str, oci.Image]:
    own = {
        name: static(f"tekton-{name}", out, f"tekton-{name}", f"ko-app/{name}")
        for name in ("controller", "webhook", "entrypoint", "nop", "workingdirinit")
    }
    made = {f"{_COMMANDS}{name}": image for name, image in own.items()}
    # Asked for by the controller's flags; results come by the termination message, so nothing runs it.
    made[f"{_COMMANDS}sidecarlogresults"] = own["nop"]
    shell = base(out)["shell"]
    return made | {"cgr.dev/chainguard/busybox": shell, "mcr.microsoft.com/powershell": shell}


TEKTON = Controller(name="tekton", namespace="tekton-pipelines", objects=_objects, images=_images)
