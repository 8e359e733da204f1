"""A port by name must be there; what an operator makes is not judged."""

from typing import Any

import pytest

from mlgate.checks import ports


def service(target: object = "http", **more: object) -> dict[str, Any]:
    spec = {"selector": {"app": "a"}, "ports": [{"name": "web", "port": 80, "targetPort": target}], **more}
    return {"kind": "Service", "metadata": {"name": "s", "namespace": "n"}, "spec": spec}


def ingress(**port: object) -> dict[str, Any]:
    path = {"backend": {"service": {"name": "s", "port": port}}}
    spec = {"rules": [{"http": {"paths": [path]}}]}
    return {"kind": "Ingress", "metadata": {"name": "i", "namespace": "n"}, "spec": spec}


POD = {"metadata": {"labels": {"app": "a", "b": "c"}}, "spec": {"containers": [{"ports": [{"name": "http"}]}]}}
DEPLOYMENT = {"kind": "Deployment", "metadata": {"name": "d", "namespace": "n"}, "spec": {"template": POD}}
KNOWN = [
    pytest.param(service(), id="named"),
    pytest.param(service(8080), id="numbered"),
    pytest.param(service("x", selector={"app": "made-by-an-operator"}), id="pods-not-here"),
    pytest.param(service("x", selector=None), id="no-selector"),
    pytest.param(ingress(name="web"), id="ingress-by-name"),
    pytest.param(ingress(number=80), id="ingress-by-number"),
]
UNKNOWN = [
    pytest.param(service("htp"), "/spec/ports/0/targetPort", id="service"),
    pytest.param(ingress(name="wep"), "/spec/rules/0/http/paths/0/backend/service/port", id="ingress-by-name"),
    pytest.param(ingress(number=81), "/spec/rules/0/http/paths/0/backend/service/port", id="ingress-by-number"),
]


@pytest.mark.parametrize("obj", KNOWN)
def test_a_port_that_is_there_is_silent(obj: dict[str, Any]) -> None:
    assert list(ports.unknown(obj, [service(), DEPLOYMENT])) == []


@pytest.mark.parametrize(("obj", "path"), UNKNOWN)
def test_a_port_that_nobody_has_is_found_at_its_place(obj: dict[str, Any], path: str) -> None:
    assert [found for found, _ in ports.unknown(obj, [service(), DEPLOYMENT])] == [path]


def test_another_namespaces_service_is_not_judged() -> None:
    far = {**service(), "metadata": {"name": "s", "namespace": "far"}}
    assert list(ports.unknown(ingress(name="wep"), [far])) == []
