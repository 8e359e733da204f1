"""Gatekeeper's engines, run by gator: who is denied by a template, and the CEL twin as a template."""

import copy
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from mlgate.process import Tool

POLICY = Path(__file__).parents[1] / "policy"


class RefusedError(Exception):
    """gator could not load what it was given, so nothing was judged."""


def rego_template() -> dict[str, Any]:
    """The generated ConstraintTemplate of model_accuracy."""
    loaded: dict[str, Any] = yaml.safe_load((POLICY / "model_accuracy" / "template.yaml").read_text())
    return loaded


def cel_template() -> dict[str, Any]:
    """The same template with the text of the ValidatingAdmissionPolicy in place of the Rego."""
    spec = yaml.safe_load((POLICY / "cel" / "model-accuracy.yaml").read_text())["spec"]
    source = {
        "failurePolicy": spec["failurePolicy"],
        "variables": [each for each in spec["variables"] if each["name"] != "params"],
        "validations": spec["validations"],
    }
    template = copy.deepcopy(rego_template())
    template["spec"]["targets"][0]["code"] = [{"engine": "K8sNativeValidation", "source": source}]
    return template


def constraint(name: str, namespace: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A constraint that judges the ModelAccuracies of one namespace."""
    kinds = [{"apiGroups": ["ai.devops.demo"], "kinds": ["ModelAccuracy"]}]
    return {
        "apiVersion": "constraints.gatekeeper.sh/v1beta1",
        "kind": "AIModelAccuracyThreshold",
        "metadata": {"name": name},
        "spec": {"match": {"kinds": kinds, "namespaces": [namespace]}, "parameters": dict(parameters)},
    }


def denials(
    template: Mapping[str, Any], objects: Sequence[Mapping[str, Any]], folder: Path
) -> dict[tuple[str, str], str]:
    """(namespace, name) of every denied object, with one message."""
    path = folder / "objects.yaml"
    path.write_text("---\n".join(json.dumps(item) + "\n" for item in [template, *objects]))
    done = Tool("gator", accept=(0, 1)).run(["test", "-f", str(path), "-o", "json"], timeout_s=300)
    if not done.stdout.strip() and (done.returncode or done.stderr.strip()):
        raise RefusedError(done.stderr.strip())
    found = json.loads(done.stdout or "[]") or []
    assert bool(found) == bool(done.returncode)
    metas = [(each["violatingObject"]["metadata"], each["msg"]) for each in found]
    return {(meta["namespace"], meta["name"]): msg for meta, msg in metas}
