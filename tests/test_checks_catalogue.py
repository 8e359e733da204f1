"""Schemas of the tree's own kinds are strict, and stay right where a field has a keyword's name."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from mlgate.checks import catalogue

ROOT = Path(__file__).parents[1]


def fits(schema: Any, value: Any) -> bool:
    return jsonschema.Draft202012Validator(schema).is_valid(value)


NESTED = {"type": "object", "properties": {"properties": {"type": "object", "properties": {"a": {"type": "string"}}}}}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        pytest.param(NESTED, {"properties": {"a": "x"}}, True, id="a-field-called-properties"),
        pytest.param(NESTED, {"properties": {"b": "x"}}, False, id="unknown-below-it"),
        pytest.param({"type": "array", "items": NESTED}, [{"c": 1}], False, id="unknown-in-a-list"),
        pytest.param({"type": "object", "additionalProperties": NESTED}, {"k": {"c": 1}}, False, id="unknown-in-a-map"),
        pytest.param({"type": "object", "additionalProperties": {"type": "number"}}, {"k": 1}, True, id="map"),
        pytest.param(
            {**NESTED, "x-kubernetes-preserve-unknown-fields": True}, {"c": 1}, True, id="unknown-fields-preserved"
        ),
        pytest.param({"x-kubernetes-int-or-string": True}, "50%", True, id="int-or-string-text"),
        pytest.param({"x-kubernetes-int-or-string": True}, [], False, id="int-or-string-list"),
        pytest.param({"type": "string", "nullable": True}, None, True, id="nullable"),
        pytest.param({"type": "string"}, None, False, id="not-nullable"),
    ],
)
def test_a_structural_schema_becomes_a_strict_one(schema: Any, value: Any, expected: bool) -> None:
    assert fits(catalogue.strict(schema), value) is expected


def test_the_trees_own_kinds_are_written_in_kubeconforms_layout(tmp_path: Path) -> None:
    files = [ROOT / "policy/crd/modelaccuracy.yaml", *sorted((ROOT / "policy").glob("*/template.yaml"))]
    locations = catalogue.locations([yaml.safe_load(file.read_text()) for file in files], tmp_path)
    assert [place.split("/{{")[0] for place in locations] == [str(tmp_path), str(catalogue.folder())]
    expected = {
        "ai.devops.demo/modelaccuracy_v1.json",
        "constraints.gatekeeper.sh/aimodelaccuracythreshold_v1beta1.json",
        "constraints.gatekeeper.sh/aimodelrelease_v1beta1.json",
    }
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.json")}
    assert written == expected | {f".definitions/{name}" for name in expected}


@pytest.mark.parametrize(
    "spec", [None, "text", {}, {"group": "g"}, {"group": "g", "names": {"kind": "K"}, "versions": "v1"}], ids=repr
)
@pytest.mark.parametrize("kind", ["CustomResourceDefinition", "ConstraintTemplate"])
def test_a_malformed_definition_defines_nothing(kind: str, spec: Any, tmp_path: Path) -> None:
    catalogue.locations([{"kind": kind, "spec": spec}], tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"kinds": [{"apiGroups": ["a"], "kinds": ["b"]}], "namespaces": ["c"]}, True),
        ({"kindss": []}, False),
        ({"kinds": [{"apiGroup": ["a"]}]}, False),
        ({"scope": "Everywhere"}, False),
    ],
    ids=repr,
)
def test_what_a_constraint_matches_is_closed(match: dict[str, Any], expected: bool, tmp_path: Path) -> None:
    template = yaml.safe_load((ROOT / "policy/model_accuracy/template.yaml").read_text())
    [(_, schema)] = catalogue.defined(template)
    spec = {"match": match, "parameters": {"accuracyThreshold": 0.9}}
    obj = {"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "AIModelAccuracyThreshold"}
    assert fits(schema, {**obj, "metadata": {"name": "a"}, "spec": spec}) is expected
