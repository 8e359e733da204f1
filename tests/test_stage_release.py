"""What stage would release: exactly what stands committed in dev, moved into its own namespace."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from gate_oracle import DIGEST, counts, report
from mlgate.errors import SettingsError, UsageError
from mlgate.pipeline import stage

IMAGE = f"registry.example.com/fraud@{DIGEST}"
OTHER = f"sha256:{'cd' * 32}"
DEPLOYMENT = {"kind": "SeldonDeployment", "metadata": {"name": "fraud-detect"}, "spec": {"image": IMAGE}}


def _dev(root: Path, accuracy: Any = None, deployment: Any = DEPLOYMENT) -> Path:
    folder = root / "overlays" / "demo" / "dev" / "release"
    folder.mkdir(parents=True)
    measured = report(0.976, counts(244, 250), image=IMAGE) if accuracy is None else accuracy
    (folder / "model-accuracy.yaml").write_text(yaml.safe_dump(measured))
    (folder / "model-deployment.yaml").write_text(yaml.safe_dump(deployment))
    return folder


@pytest.mark.parametrize("digest", ["", DIGEST], ids=["as-released", "by-digest"])
def test_what_dev_releases_is_moved(tmp_path: Path, digest: str) -> None:
    _dev(tmp_path)
    found = stage.build(tmp_path, "demo", digest)
    assert found.folder == Path("overlays/demo/stage/release")
    assert found.namespace == found.report["metadata"]["namespace"] == "demo-stage"
    assert found.report["spec"] == report(0.976, counts(244, 250), image=IMAGE)["spec"]
    assert (found.image, found.deployment) == (IMAGE, DEPLOYMENT)
    assert stage.branch_of(found) == "promote/demo-abababababab"


def test_another_digest_than_devs_is_refused(tmp_path: Path) -> None:
    _dev(tmp_path)
    with pytest.raises(UsageError, match=f"dev releases {DIGEST}, not {OTHER}"):
        stage.build(tmp_path, "demo", OTHER)


@pytest.mark.parametrize("digest", ["latest", "sha256:ab", DIGEST.upper(), f"{DIGEST}\n", "--force", "../x"])
def test_what_is_no_digest_is_refused(tmp_path: Path, digest: str) -> None:
    _dev(tmp_path)
    with pytest.raises(UsageError, match="is not a digest"):
        stage.build(tmp_path, "demo", digest)


def test_nothing_released_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing is released in dev"):
        stage.build(tmp_path, "demo")


@pytest.mark.parametrize(
    ("accuracy", "deployment", "words"),
    [
        pytest.param([], DEPLOYMENT, "not one object", id="list"),
        pytest.param({"metadata": 1}, DEPLOYMENT, "not one object", id="metadata"),
        pytest.param({"metadata": {}, "spec": 1}, DEPLOYMENT, "is not a digest", id="spec"),
        pytest.param({"metadata": {}, "spec": {"image": "fraud:1"}}, DEPLOYMENT, "is not a digest", id="tag"),
        pytest.param(None, "text", "not one object", id="deployment"),
    ],
)
def test_files_that_are_no_release_are_refused(tmp_path: Path, accuracy: Any, deployment: Any, words: str) -> None:
    _dev(tmp_path, accuracy, deployment)
    with pytest.raises((SettingsError, UsageError), match=words):
        stage.build(tmp_path, "demo")


def test_a_link_out_of_the_repository_is_refused(tmp_path: Path) -> None:
    folder = _dev(tmp_path / "repo")
    moved = tmp_path / "elsewhere.yaml"
    (folder / "model-accuracy.yaml").rename(moved)
    (folder / "model-accuracy.yaml").symlink_to(moved)
    with pytest.raises(SettingsError, match="leads out"):
        stage.build(tmp_path / "repo", "demo")


def test_a_deployment_that_is_missing_is_refused(tmp_path: Path) -> None:
    (_dev(tmp_path) / "model-deployment.yaml").unlink()
    with pytest.raises(SettingsError, match="cannot be read"):
        stage.build(tmp_path, "demo")
