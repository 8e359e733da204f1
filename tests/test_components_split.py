"""Choosing the split by time reaches the Pipeline, and the virtual database that splits for itself."""

from pathlib import Path
from typing import Any

import pytest
import yaml

import checkouts
from mlgate.process import Tool


def objects(tree: Path, part: str) -> dict[tuple[str, str], dict[str, Any]]:
    text = Tool("kubectl").run(["kustomize", str(tree / "overlays" / "fraud-demo" / part)]).stdout
    return {(each["kind"], each["metadata"]["name"]): each for each in yaml.safe_load_all(text)}


@pytest.mark.parametrize(("chosen", "expected"), [("stratified", []), ("time", ["time"])])
def test_every_step_that_splits_splits_alike(tmp_path: Path, chosen: str, expected: list[str]) -> None:
    tree = checkouts.make(tmp_path)
    options = ["--virtualization", "postgresql", "--split", chosen]
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", "fraud-demo", *options) == 0
    pipeline = objects(tree, "cicd")["Pipeline", "model-dev"]["spec"]
    assert [param["default"] for param in pipeline["params"] if param["name"] == "split"] == [chosen]
    database = objects(tree, "dev")["StatefulSet", "virtual-database"]["spec"]["template"]["spec"]
    given = [each["value"] for each in database["initContainers"][0]["env"] if each["name"] == "SPLIT"]
    assert given == expected
