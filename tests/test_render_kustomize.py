"""The door to kustomize fails closed."""

from pathlib import Path

import pytest

from mlgate.errors import ToolFailed
from mlgate.render import kustomize

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {number: '1.0'}\n"


def folder(place: Path, text: str, **files: str) -> Path:
    place.mkdir()
    (place / "kustomization.yaml").write_text(text)
    for name, content in files.items():
        (place / f"{name}.yaml").write_text(content)
    return place


def test_objects_come_back_in_order_and_typed(tmp_path: Path) -> None:
    place = folder(tmp_path / "a", "resources: [one.yaml]\nnamePrefix: x-\n", one=CONFIG_MAP)
    (found,) = kustomize.build(place)
    assert (found["kind"], found["metadata"]["name"], found["data"]) == ("ConfigMap", "x-one", {"number": "1.0"})


def test_nothing_rendered_is_a_failure(tmp_path: Path) -> None:
    local = CONFIG_MAP.replace("{name: one}", "{name: one, annotations: {config.kubernetes.io/local-config: 'true'}}")
    with pytest.raises(ToolFailed, match="renders to nothing"):
        kustomize.build(folder(tmp_path / "a", "resources: [one.yaml]\n", one=local))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("resources: [../outside.yaml]\n", "is not in or below", id="file-outside-of-the-folder"),
        pytest.param("resources: [missing.yaml]\n", r"missing\.yaml", id="file-that-is-not-there"),
        pytest.param("resourcez: [one.yaml]\n", "resourcez", id="unknown-field"),
        pytest.param("resources: [one.yaml\n", "YAML|yaml", id="broken-yaml"),
    ],
)
def test_kustomizes_own_words_come_through(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "outside.yaml").write_text(CONFIG_MAP)
    with pytest.raises(ToolFailed, match=says):
        kustomize.build(folder(tmp_path / "a", text, one=CONFIG_MAP))


def test_a_folder_without_kustomization_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed):
        kustomize.build(tmp_path)
