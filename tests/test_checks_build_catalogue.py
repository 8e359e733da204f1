"""The real catalogue: a field that no API knows is found in every kind that the tree relies on."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlgate.checks import build_catalogue, catalogue, swagger
from mlgate.errors import MissingTool
from mlgate.process import Tool

ROOT = Path(__file__).parents[1]
Change = Callable[[dict[str, Any]], object]


def verdict(obj: dict[str, Any], folder: Path) -> str:
    path = folder / "object.yaml"
    path.write_text(json.dumps(obj))
    locations = [f"-schema-location={place}" for place in catalogue.locations([], folder / "own")]
    kubeconform = Tool("kubeconform", accept=(0, 1))
    done = kubeconform.run(["-strict", "-verbose", "-output", "json", *locations, str(path)])
    return str(json.loads(done.stdout)["resources"][0]["status"])


def load(path: str) -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / path).read_text()))


TASK, PIPELINE = "base/cicd/tasks/train.yaml", "base/cicd/pipeline.yaml"
CASES: list[tuple[str, Change]] = [
    (TASK, lambda o: o["spec"]["steps"][0].update(comand=["x"])),
    (TASK, lambda o: o["spec"].update(stepsss=[])),
    (PIPELINE, lambda o: o["spec"]["tasks"][1].update(runAftr=["clone"])),
    ("apps/root.yaml", lambda o: o["spec"]["syncPolicy"]["automated"].update(selfheal=True)),
    ("apps/prefixes.yaml", lambda o: o["spec"].update(generator=[])),
    ("apps/projects/root.yaml", lambda o: o["spec"].update(sourceRepo="x")),
    ("policy/model_accuracy/template.yaml", lambda o: o["spec"].update(target=[])),
    ("policy/cel/model-accuracy.yaml", lambda o: o["spec"].update(failPolicy="Fail")),
    ("policy/crd/modelaccuracy.yaml", lambda o: o["spec"].update(scoped="Namespaced")),
    ("base/cicd/rbac/role.yaml", lambda o: o["rules"][0].update(verb=["create"])),
    ("base/cicd/rbac/role-binding.yaml", lambda o: o.update(roleref={})),
    ("base/cicd/pvc-source.yaml", lambda o: o["spec"].update(accessMode="x")),
    ("base/dev/namespace.yaml", lambda o: o.update(metdata={})),
    ("model/fraud/model_deployment.yaml", lambda o: o["spec"].update(predictor=[])),
]


@pytest.mark.parametrize(("path", "change"), CASES, ids=[f"{path}-{i}" for i, (path, _) in enumerate(CASES)])
def test_a_field_that_does_not_exist_is_found(path: str, change: Change, tmp_path: Path) -> None:
    obj = load(path)
    assert verdict(obj, tmp_path) == "statusValid"
    broken = copy.deepcopy(obj)
    change(broken)
    assert verdict(broken, tmp_path) == "statusInvalid"


def test_without_sources_nothing_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLGATE_CACHE", str(tmp_path))
    with pytest.raises(MissingTool):
        build_catalogue.build()


def test_a_module_of_an_earlier_pin_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pins = json.loads(build_catalogue.PINS.read_text())
    names = [f"{each['module'].replace('/', '_')}@{each['version']}" for each in pins]
    for name in [*names, "zz_earlier@v0"]:
        folder = tmp_path / "modules" / name
        folder.mkdir(parents=True)
        (folder / ".complete").touch()
        (folder / "a.yaml").touch()
    monkeypatch.setenv("MLGATE_CACHE", str(tmp_path))
    used = {path.parent.name for path in build_catalogue._sources() if path.name == "a.yaml"}
    assert used == set(names)


def test_a_pinned_module_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in json.loads(build_catalogue.PINS.read_text())[1:]:
        folder = tmp_path / "modules" / f"{each['module'].replace('/', '_')}@{each['version']}"
        folder.mkdir(parents=True)
        (folder / ".complete").touch()
    monkeypatch.setenv("MLGATE_CACHE", str(tmp_path))
    with pytest.raises(MissingTool, match=r"k8s\.io_kubernetes"):
        build_catalogue._sources()


def test_a_field_that_is_called_properties_stays_a_field() -> None:
    schema = {
        "type": "object",
        "properties": {"properties": {"type": "object", "properties": {"a": {"type": "string"}}}},
    }
    made = swagger.closed(schema)
    assert made["properties"]["properties"]["additionalProperties"] is False
    assert made["properties"]["properties"]["properties"] == {"a": {"type": "string"}}
