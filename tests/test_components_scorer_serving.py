"""The scorer beside each way of serving: it asks what the release runs, and names that image's digest."""

from pathlib import Path
from typing import Any

import pytest
import yaml

import checkouts
from checkouts import ROOT
from mlgate.errors import MlgateError
from mlgate.pipeline import release, serving
from mlgate.render import kustomize

README = ROOT / "base" / "components" / "kafka-scoring" / "README.md"
DIGESTS = ("sha256:" + "a1" * 32, "sha256:" + "b2" * 32)
ADDRESSES = {"kserve": "http://fraud-detection-predictor", "deployment": "http://fraud-detection:9000"}


def released(part: Path, kind: str, digest: str) -> None:
    """What a promotion commits, without the report."""
    image = f"registry.example.com/models/fraud@{digest}"
    made = serving.objects(kind, release.deployment(ROOT / "model" / "fraud", image), image)
    (part / "release" / "model-deployment.yaml").write_text(yaml.safe_dump_all(made))
    file = part / "release" / "kustomization.yaml"
    file.write_text(file.read_text().replace("resources: []", "resources:\n- model-deployment.yaml"))


def prefix(folder: Path, kind: str) -> Path:
    """The dev part of a prefix that serves by ``kind``, as the README tells it."""
    tree = checkouts.make(folder)
    options = ["--serving", kind, "--component", "kafka-scoring"]
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", "fraud-demo", *options) == 0
    part = tree / "overlays" / "fraud-demo" / "dev"
    (part / "scorer-model").mkdir()
    own = README.read_text().split("```yaml\n")[1].partition("```")[0]
    (part / "scorer-model" / "kustomization.yaml").write_text(own.replace("from-kserve", f"from-{kind}"))
    file = part / "kustomization.yaml"
    file.write_text(file.read_text().replace("- release\n", "- release\n- scorer-model\n"))
    return part


def env(part: Path) -> dict[str, Any]:
    [scorer] = [
        each for each in kustomize.build(part) if (each["kind"], each["metadata"]["name"]) == ("Deployment", "scorer")
    ]
    [container] = scorer["spec"]["template"]["spec"]["containers"]
    return {each["name"]: each["value"] for each in container["env"]}


@pytest.mark.parametrize("kind", sorted(ADDRESSES))
def test_the_digest_follows_each_release(tmp_path: Path, kind: str) -> None:
    part = prefix(tmp_path, kind)
    with pytest.raises(MlgateError):
        env(part)  # nothing is released yet: no digest is better than a wrong one
    for digest in DIGESTS:
        released(part, kind, digest)
        found = env(part)
        assert (found["MODEL_URL"], found["MODEL_DIGEST"]) == (ADDRESSES[kind], digest)
        assert found["MODEL_NAMES"]
    released(part, "seldon", DIGESTS[0])
    with pytest.raises(MlgateError):
        env(part)


def test_the_address_of_a_deployment_is_its_service() -> None:
    image = f"registry.example.com/models/fraud@{DIGESTS[0]}"
    template = release.deployment(ROOT / "model" / "fraud", image)
    _, service = serving.objects("deployment", template, image)
    [port] = service["spec"]["ports"]
    assert ADDRESSES["deployment"] == f"http://{service['metadata']['name']}:{port['port']}"
