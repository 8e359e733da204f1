"""Objects that an API server takes or refuses, and the code by which we say so; held to a real one in tests/cluster."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mlgate.process import cache_dir

Object = dict[str, Any]
_MODULES = ("github.com_kserve_kserve@v0.15.2", "github.com_tektoncd_pipeline@v1.11.1")
_FILES = ("test_crds_gatewayapi_httproute.yaml", "config_300-crds_300-task.yaml")


@dataclass(frozen=True, slots=True)
class Case:
    """One object; ``code`` is empty for one that is taken, and ``path`` is where the finding points."""

    name: str
    obj: Object
    code: str = ""
    path: str = ""


@cache
def crds() -> list[Object]:
    """The definitions that the cases need: HTTPRoute, Tekton's Task, and a Widget with every construct."""
    files = [cache_dir() / "modules" / each for each in map("/".join, zip(_MODULES, _FILES, strict=True))]
    found = [doc for file in files for doc in yaml.load_all(Path(file).read_text(), yaml.CSafeLoader) if doc]
    # The webhook that converts stored Tasks is not there.
    return [{**crd, "spec": {**crd["spec"], "conversion": {"strategy": "None"}}} for crd in found] + [WIDGET]


def _crd(name: str, schema: Object) -> Object:
    served = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"kind": name.capitalize(), "plural": f"{name}s", "singular": name}
    spec = {"group": "rules.example.com", "scope": "Namespaced", "names": names, "versions": [served]}
    meta = {"name": f"{name}s.rules.example.com"}
    kind = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    return {**kind, "metadata": meta, "spec": spec}


_TEXT, _NUMBER = {"type": "string"}, {"type": "integer"}
_SIZED: Object = {"size": {"type": "integer", "default": 1}}
_ITEM: Object = {"type": "object", "required": ["name"], "properties": {"name": _TEXT, **_SIZED}}
_SPEC = {
    "type": "object",
    "x-kubernetes-validations": [
        {"rule": "self.minimum <= self.maximum", "message": "minimum must not be above maximum"},
        {"rule": "!has(self.items) || self.items.all(each, each.size <= self.maximum)", "messageExpression": "'big'"},
        {"rule": "self.minimum == oldSelf.minimum", "message": "never asked when it is created"},
    ],
    "properties": {
        "minimum": _NUMBER,
        "maximum": {"type": "integer", "default": 10},
        "items": {
            "type": "array",
            "maxItems": 8,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
            "items": _ITEM,
        },
        "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": _TEXT},
        "when": {"type": "string", "format": "date-time"},
        "template": {
            "type": "object",
            "x-kubernetes-embedded-resource": True,
            "x-kubernetes-preserve-unknown-fields": True,
        },
        "named.dots": {"type": "string", "x-kubernetes-validations": [{"rule": "self != 'no'"}]},
    },
}
WIDGET = _crd("widget", {"type": "object", "properties": {"spec": _SPEC}})


def widget(name: str, **spec: Any) -> Object:
    """A Widget that is right but for what ``spec`` changes."""
    meta = {"name": name, "namespace": "default"}
    return {"apiVersion": "rules.example.com/v1", "kind": "Widget", "metadata": meta, "spec": {"minimum": 1, **spec}}


def built_in(version: str, kind: str, name: str, **content: Any) -> Object:
    """An object of one of Kubernetes' own kinds."""
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "default"}, **content}


def deployment(name: str, change: Callable[[Object], object] = lambda _pod: None) -> Object:
    """A Deployment whose pod template is changed."""
    container = {"name": "a", "image": "a:1", "ports": [{"containerPort": 80}], "env": [{"name": "A", "value": "1"}]}
    template: Object = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [container]}}
    change(template)
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    return built_in("apps/v1", "Deployment", name, spec=copy.deepcopy(spec))


def task(name: str, **spec: Any) -> Object:
    """A Tekton Task."""
    steps = [{"name": "a", "image": "a:1"}]
    return built_in("tekton.dev/v1", "Task", name, spec={"steps": steps, **spec})


def route(name: str, path: Object, filters: list[Object] | None = None) -> Object:
    """An HTTPRoute with one rule."""
    rules = [{"matches": [{"path": path}], "filters": filters or []}]
    return built_in("gateway.networking.k8s.io/v1", "HTTPRoute", name, spec={"rules": rules})


def meta(name: str, **more: Any) -> Object:
    """A ConfigMap with further metadata."""
    made = built_in("v1", "ConfigMap", name)
    return {**made, "metadata": {**made["metadata"], **more}}


def broken(change: Callable[[Object], object], name: str = "gadget") -> Object:
    """A CRD that is right but for what ``change`` does to the schema of its spec or, by ``root``, to all of it."""
    spec: Object = {"type": "object", "properties": {"size": {"type": "integer"}}}
    crd = _crd(name, {"type": "object", "properties": {"spec": spec}})
    change(crd if change.__code__.co_varnames[:1] == ("root",) else spec)
    return crd


def cases() -> Iterator[Case]:
    """All of them; names are unique, and the name of each object that has a right one."""
    yield from _cel()
    yield from _lists()
    yield from _metadata()
    yield from _definitions()


def _cel() -> Iterator[Case]:
    prefix = {"type": "PathPrefix", "value": "/a"}
    rewrite = {"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplaceFullPath", "replaceFullPath": "/b"}}}
    yield Case("cel-good", widget("cel-good", maximum=2))
    yield Case("cel-default", widget("cel-default"))
    yield Case("cel-above-the-default", widget("cel-above-the-default", minimum=11), "MG235", "/spec")
    yield Case("cel-items", widget("cel-items", items=[{"name": "a", "size": 11}]), "MG235", "/spec")
    yield Case("cel-item-default", widget("cel-item-default", items=[{"name": "a"}]))
    yield Case("cel-dots", widget("cel-dots", **{"named.dots": "no"}), "MG235", "/spec/named.dots")
    yield Case("cel-missing-field", {**widget("cel-missing-field"), "spec": {}}, "MG235", "/spec")
    yield Case("cel-not-asked", widget("cel-not-asked", minimum="a"), "MG231", "/spec/minimum")
    yield Case("format", widget("format", when="yesterday"), "MG231", "/spec/when")
    yield Case("route-good", route("route-good", prefix))
    bad = {**prefix, "value": "/a//b"}
    yield Case("route-path", route("route-path", bad), "MG235", "/spec/rules/0/matches/0/path")
    yield Case("route-filters", route("route-filters", prefix, [rewrite, rewrite]), "MG235", "/spec/rules/0/filters")


def _lists() -> Iterator[Case]:
    def twice(key: str) -> Callable[[Object], object]:
        return lambda pod: pod["spec"]["containers"][0][key].append(dict(pod["spec"]["containers"][0][key][0]))

    def port(**more: Any) -> Callable[[Object], object]:
        return lambda pod: pod["spec"]["containers"][0]["ports"].append({"containerPort": 80, **more})

    pod = "/spec/template/spec/containers"
    yield Case("list-good", deployment("list-good"))
    yield Case("list-env", deployment("list-env", twice("env")), "MG236", f"{pod}/0/env/1")
    yield Case("list-ports", deployment("list-ports", twice("ports")), "MG236", f"{pod}/0/ports/1")
    yield Case("list-protocol", deployment("list-protocol", port(protocol="TCP")), "MG236", f"{pod}/0/ports/1")
    yield Case("list-two-protocols", deployment("list-two-protocols", port(protocol="UDP")))
    same = deployment("list-container", lambda pod: pod["spec"].update(containers=pod["spec"]["containers"] * 2))
    yield Case("list-container", same, "MG236", f"{pod}/1")
    ports = [{"port": 80, "name": "a"}, {"port": 80, "name": "b"}]
    yield Case(
        "list-service", built_in("v1", "Service", "list-service", spec={"ports": ports}), "MG236", "/spec/ports/1"
    )
    yield Case("list-widget", widget("list-widget", items=[{"name": "a"}, {"name": "a"}]), "MG236", "/spec/items/1")
    yield Case("list-set", widget("list-set", tags=["a", "b", "a"]), "MG236", "/spec/tags/2")
    yield Case("list-set-good", widget("list-set-good", tags=["a", "b"]))
    mounts = [{"name": "a", "mountPath": "/a"}] * 2
    step = [{"name": "a", "image": "a:1", "volumeMounts": mounts}]
    yield Case("task-good", task("task-good"))
    claims = task("task-env-open", stepTemplate={"env": [{"name": "A"}, {"name": "A"}]})
    yield Case("task-env-open", claims)  # the kind's own schema names no key for it
    yield Case("task-mounts-open", task("task-mounts-open", steps=step))
    keys = [{"emptyDir": {}, "name": "a"}, {"emptyDir": {}, "name": "b"}]
    yield Case("task-volumes", task("task-volumes", volumes=keys))


def _metadata() -> Iterator[Case]:
    label, annotations, labels = "a" * 64, "/metadata/annotations", "/metadata/labels"
    yield Case("meta-good", meta("meta-good", labels={"a.b/c": "d_E.f"}, annotations={"a/b": "c d"}))
    yield Case("meta-name", meta("Meta_Name"), "MG237", "/metadata/name")
    yield Case("meta-long-name", meta("a" * 254), "MG237", "/metadata/name")
    yield Case("meta-label-value", meta("meta-label-value", labels={"a": label}), "MG237", labels)
    yield Case("meta-label-key", meta("meta-label-key", labels={"a b": "c"}), "MG237", labels)
    yield Case("meta-annotation-key", meta("meta-annotation-key", annotations={"a/b/c": "d"}), "MG237", annotations)
    size = {"a": "b" * 262_145}
    yield Case("meta-annotation-size", meta("meta-annotation-size", annotations=size), "MG237", annotations)
    finalizers = "/metadata/finalizers"
    yield Case("meta-finalizer", meta("meta-finalizer", finalizers=["a b"]), "MG237", finalizers)
    template = deployment("meta-template", lambda pod: pod["metadata"]["labels"].update(c=label))
    yield Case("meta-template", template, "MG237", "/spec/template/metadata/labels")
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "rules": []}
    yield Case("system:a.B", {**role, "metadata": {"name": "system:a.B"}})
    yield Case("a/b", {**role, "metadata": {"name": "a/b"}}, "MG237", "/metadata/name")
    space = {"apiVersion": "v1", "kind": "Namespace"}
    yield Case("space-good", {**space, "metadata": {"name": "space-good"}})
    yield Case("space.dots", {**space, "metadata": {"name": "space.dots"}}, "MG237", "/metadata/name")
    long = "a" * 64
    yield Case(long, {**space, "metadata": {"name": long}}, "MG237", "/metadata/name")
    service = built_in("v1", "Service", "service.dots", spec={"ports": [{"port": 80}]})
    yield Case("service.dots", service, "MG237", "/metadata/name")
    pod = {"containers": [{"name": "a", "image": "a"}], "restartPolicy": "Never"}
    job = {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": {"spec": pod}}}}
    for length, code in ((52, ""), (53, "MG237")):
        name = "c" * length
        yield Case(name, built_in("batch/v1", "CronJob", name, spec=job), code, "/metadata/name" if code else "")
    inner = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    yield Case("embedded-good", widget("embedded-good", template=inner))
    labels = "/spec/template/metadata/labels"
    wrong = {**inner, "metadata": {"name": "a", "labels": {"a b": "c"}}}
    yield Case("embedded-label", widget("embedded-label", template=wrong), "MG237", labels)
    kindless = {"apiVersion": "v1", "metadata": {"name": "a"}}
    yield Case("embedded-kind", widget("embedded-kind", template=kindless), "MG237", "/spec/template/kind")


def _definitions() -> Iterator[Case]:
    def rule(text: str) -> Callable[[Object], object]:
        return lambda spec: spec.update({"x-kubernetes-validations": [{"rule": text}]})

    spec = "/spec/versions/0/schema/openAPIV3Schema/properties/spec"
    validation = f"{spec}/x-kubernetes-validations/0/rule"
    yield Case("gadgets.rules.example.com", broken(rule("self.size > 0")))
    yield Case("crd-no-cel", broken(rule("self.size >"), "nocel"), "MG239", validation)
    yield Case("crd-no-field", broken(rule("self.sice > 0"), "nofield"), "MG239", validation)
    untyped = broken(lambda spec: spec.pop("type"), "untyped")
    yield Case("crd-untyped", untyped, "MG239", f"{spec}/type")

    def misnamed(root: Object) -> None:
        root["metadata"]["name"] = "other.rules.example.com"

    yield Case("crd-misnamed", broken(misnamed, "misnamed"), "MG237", "/metadata/name")
