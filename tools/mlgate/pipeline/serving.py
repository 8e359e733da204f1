"""The objects that serve a released model, of the kind that the prefix chose, from its SeldonDeployment template.

The template stays the one place where a model says what it needs; the other kinds take name, labels, pod and number
of replicas from it. All of them run the same image, which answers on ``PORT`` as seldon-core's microservice does.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from mlgate.errors import SettingsError

LABEL = "ai.devops.demo/model"
ACCOUNT = "model"
"""The ServiceAccount of base/dev and base/stage."""
PORT = 9000
PORT_NAME = "http1"
_Object = dict[str, Any]
_RAW = {"serving.kserve.io/deploymentMode": "RawDeployment"}


def objects(kind: str, template: Mapping[str, Any], image: str) -> tuple[_Object, ...]:
    """What serves ``image``; ``kind`` is seldon, kserve or deployment, and the first object runs the model.

    ``template`` is a SeldonDeployment that holds the image. Raises ``SettingsError`` for another kind, and where
    the template says more than one pod with one container of the image can do.
    """
    if kind not in _MADE:
        raise SettingsError(f"spec.choices.serving: {kind!r} is none of {', '.join(sorted(_MADE))}")
    try:
        return _MADE[kind](_accounted(template), image)
    except (KeyError, TypeError, AttributeError, IndexError) as err:
        raise SettingsError(f"the model's SeldonDeployment cannot be read: {type(err).__name__}: {err}") from None


def _accounted(template: Mapping[str, Any]) -> _Object:
    """The template with an account for every pod that names none: one that may do nothing, and may pull the image."""
    made = copy.deepcopy(dict(template))
    for predictor in made["spec"]["predictors"]:
        for component in predictor["componentSpecs"]:
            component["spec"].setdefault("serviceAccountName", ACCOUNT)
    return made


def _seldon(template: Mapping[str, Any], _image: str) -> tuple[_Object, ...]:
    return (dict(template),)


def _kserve(template: Mapping[str, Any], image: str) -> tuple[_Object, ...]:
    predictor, pod = _parts(template)
    replicas = predictor.get("replicas", 1)
    # KServe takes the container of this name for the model's.
    served = {**_pod(pod, image, name="kserve-container"), "minReplicas": replicas, "maxReplicas": max(replicas, 1)}
    metadata = _metadata(template, template["metadata"].get("labels", {}))
    metadata["annotations"] = {**metadata.get("annotations", {}), **_RAW}
    return (
        {
            "apiVersion": "serving.kserve.io/v1beta1",
            "kind": "InferenceService",
            "metadata": metadata,
            "spec": {"predictor": served},
        },
    )


def _deployment(template: Mapping[str, Any], image: str) -> tuple[_Object, ...]:
    predictor, pod = _parts(template)
    name = template["metadata"]["name"]
    chosen = {LABEL: name}
    labels = {**template["metadata"].get("labels", {}), **chosen}
    runs = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(template, labels),
        "spec": {
            "replicas": predictor.get("replicas", 1),
            "selector": {"matchLabels": chosen},
            "template": {"metadata": {"labels": labels}, "spec": _pod(pod, image)},
        },
    }
    answers = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(template, labels),
        "spec": {"selector": chosen, "ports": [{"name": "http", "port": PORT, "targetPort": PORT_NAME}]},
    }
    return runs, answers


_MADE: Mapping[str, Callable[[Mapping[str, Any], str], tuple[_Object, ...]]] = {
    "seldon": _seldon,
    "kserve": _kserve,
    "deployment": _deployment,
}


def _parts(template: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The one predictor and its one pod."""
    predictors = template["spec"]["predictors"]
    if len(predictors) != 1 or len(predictors[0]["componentSpecs"]) != 1 or predictors[0]["graph"].get("children"):
        raise SettingsError(
            "the model's SeldonDeployment is a graph of several pods, which only Seldon serves",
            fix="choose serving: seldon, or keep one predictor with one componentSpec",
        )
    return predictors[0], predictors[0]["componentSpecs"][0]["spec"]


def _pod(pod: Mapping[str, Any], image: str, name: str = "") -> _Object:
    models = [at for at, each in enumerate(pod["containers"]) if each.get("image") == image]
    if len(models) != 1:
        raise SettingsError(f"the model's SeldonDeployment has {len(models)} containers with the model's image, not 1")
    containers = [dict(each) for each in pod["containers"]]
    containers[models[0]] = _container(containers[models[0]], name)
    return {"automountServiceAccountToken": False, **pod, "containers": containers}


def _container(given: Mapping[str, Any], name: str) -> _Object:
    own = {
        "name": name or given["name"],
        "ports": [{"name": PORT_NAME, "containerPort": PORT, "protocol": "TCP"}],
    }
    probes = {
        "readinessProbe": {"httpGet": {"path": "/health/ping", "port": PORT_NAME}, "periodSeconds": 5},
        "livenessProbe": {"tcpSocket": {"port": PORT_NAME}, "initialDelaySeconds": 30, "periodSeconds": 10},
    }
    return {**given, **own, **{name: probe for name, probe in probes.items() if name not in given}}


def _metadata(template: Mapping[str, Any], labels: Mapping[str, str]) -> _Object:
    given = template["metadata"]
    found: _Object = {"name": given["name"]}
    if labels:
        found["labels"] = dict(labels)
    if given.get("annotations"):
        found["annotations"] = dict(given["annotations"])
    return found
