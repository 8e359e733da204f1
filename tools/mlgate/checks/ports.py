"""Ports that are named and that nobody has: of a Service's pods, of an Ingress's Service."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlgate.checks import mentions
from mlgate.checks.model import Object, name_of, namespace_of


def unknown(obj: Object, objects: Sequence[Object]) -> Iterator[tuple[str, str]]:
    """JSON pointer and words for each port of ``obj`` that none of ``objects``, which the cluster gets, has.

    Pods and Services that are not among ``objects`` are not judged: an operator may make them.
    """
    if obj.get("kind") not in ("Service", "Ingress"):
        return
    near = [each for each in objects if namespace_of(each) == namespace_of(obj)]
    if obj.get("kind") == "Service":
        yield from _of_pods(obj, near)
    if obj.get("kind") == "Ingress":
        yield from _of_services(obj, near)


def _of_pods(service: Object, near: Sequence[Object]) -> Iterator[tuple[str, str]]:
    spec = service.get("spec") or {}
    wanted = spec.get("selector") or {}
    pods = [spec for obj in near for labels, spec in _pods(obj) if wanted and wanted.items() <= labels.items()]
    names = {port.get("name") for pod in pods for port in _ports(pod)}
    for index, port in enumerate(spec.get("ports") or [] if pods else []):
        target = port.get("targetPort")
        if isinstance(target, str) and target not in names:
            yield f"/spec/ports/{index}/targetPort", f"no container of its pods has a port called {target}"


def _pods(obj: Object) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Labels and spec of the pods that ``obj`` makes."""
    for _, value in mentions.walk(obj):
        template = value.get("template")
        if isinstance(template, dict) and isinstance(template.get("spec"), dict) and "containers" in template["spec"]:
            yield (template.get("metadata") or {}).get("labels") or {}, template["spec"]


def _ports(pod: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for field in ("containers", "initContainers"):
        for container in pod.get(field) or []:
            yield from container.get("ports") or []


def _of_services(ingress: Object, near: Sequence[Object]) -> Iterator[tuple[str, str]]:
    services = {name_of(obj): obj for obj in near if obj.get("kind") == "Service"}
    for path, value in mentions.walk(ingress.get("spec"), "/spec"):
        named = value.get("service")
        if isinstance(named, dict) and named.get("name") in services:
            port = named.get("port") or {}
            has = (services[named["name"]].get("spec") or {}).get("ports") or []
            if not any(
                port == {key: each.get(of)} for each in has for key, of in (("name", "name"), ("number", "port"))
            ):
                words = f"Service {named['name']} has no port {port.get('name', port.get('number'))}"
                yield f"{path}/service/port", words
