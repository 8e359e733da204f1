"""No object is written twice, and no overlay carries a copy of another's."""

import json
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

import checkouts

ROOT = checkouts.ROOT


def copies(root: Path) -> list[list[str]]:
    """Groups of files below apps/ and base/ that say the same; kustomizations are indexes, not content."""
    groups = defaultdict(list)
    for top in ("apps", "base"):
        for file in sorted((root / top).rglob("*.yaml")):
            if file.name != "kustomization.yaml":
                content = json.dumps(list(yaml.safe_load_all(file.read_text())), sort_keys=True)
                groups[content].append(str(file.relative_to(root)))
    return [files for files in groups.values() if len(files) > 1]


def test_no_object_is_written_twice() -> None:
    assert copies(ROOT) == []


def test_a_copy_is_found(tmp_path: Path) -> None:
    tree = checkouts.make(tmp_path)
    (tree / "base" / "dev" / "again.yaml").write_text((tree / "base" / "cicd" / "pvc-source.yaml").read_text())
    assert ["base/cicd/pvc-source.yaml", "base/dev/again.yaml"] in copies(tree)


@pytest.mark.parametrize("part", ["policy", "cicd", "dev", "stage"])
def test_an_overlay_holds_names_and_no_objects(tmp_path: Path, part: str) -> None:
    tree = checkouts.make(tmp_path)
    every = [word for name in ("cel-gate", "network-policy") for word in ("--component", name)]
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", "fraud-demo", *every) == 0
    folder = tree / "overlays" / "fraud-demo" / part
    assert {path.name for path in folder.rglob("*") if path.is_file()} == {"kustomization.yaml"}
    content = yaml.safe_load((folder / "kustomization.yaml").read_text())
    assert set(content) <= {"apiVersion", "kind", "resources", "components", "namespace"}
