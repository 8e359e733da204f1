"""A person's repository, its clones and its releases, for the tests of promotion."""

import shutil
from pathlib import Path
from typing import Any

import yaml

from gate_oracle import DIGEST, counts, report
from mlgate.pipeline import release
from mlgate.pipeline.checkout import clone
from mlgate.pipeline.release import Release
from mlgate.repo import Repo, git

ROOT = Path(__file__).parents[1]
IMAGE = f"registry.example.com/fraud@{DIGEST}"
SETTINGS = "overlays/demo/values/settings.yaml"


def policy(root: Path, threshold: str) -> None:
    """The settings, and an overlay part that renders the two constraints."""
    text = f"""apiVersion: ai.devops.demo/v1
kind: Settings
metadata: {{name: demo, annotations: {{config.kubernetes.io/local-config: "true"}}}}
spec:
  repoURL: https://git.example.com/team/mlops.git
  revision: main
  platform: kubernetes
  components: []
  gate:
    accuracy: {threshold}
    minimums: {{}}
  data: {{source: synthetic, holdout: 0.25, seed: 2020}}
  model: {{path: model/fraud, image: registry.example.com/fraud}}
  images: {{tools: "registry.example.com/tools:1"}}
"""
    files = {SETTINGS: text, "overlays/demo/policy/kustomization.yaml": "resources: [gate.yaml]\n"}
    parameters = {"accuracyThreshold": float(threshold), "minimums": {}}
    constraints = [
        {"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": kind, "metadata": {"name": kind.lower()}}
        | {"spec": {"parameters": parameters}}
        for kind in ("AIModelAccuracyThreshold", "AIModelRelease")
    ]
    files["overlays/demo/policy/gate.yaml"] = yaml.safe_dump_all(constraints)
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)


def commit_all(root: Path, message: str) -> str:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", message)
    return Repo(root).head()


def person(root: Path) -> Path:
    """A person's repository with ``main`` checked out and a threshold of 93 %."""
    shutil.copytree(ROOT / "policy", root / "policy")
    shutil.copytree(ROOT / "model" / "fraud", root / "model" / "fraud")
    policy(root, "0.93")
    git(root, "init", "--quiet", "--initial-branch", "main")
    for key, value in (("user.name", "person"), ("user.email", "person@example.com")):
        git(root, "config", key, value)
    commit_all(root, "start")
    return root


def cloned(origin: Path, name: str = "repo") -> Path:
    into = origin.parent / name
    clone(str(origin), Repo(origin).head(), into)
    return into


def built(root: Path, correct: int = 244, **more: Any) -> Release:
    evidence = {"datasetSha256": "a", "gitCommit": "b", "modelSha256": "c", "wrapperSha256": "d", **more}
    found = report(correct / 250, counts(correct, 250), image=IMAGE, evidence=evidence)
    return release.build("demo", IMAGE, found, root / "model" / "fraud")
