"""The listeners' filters, by the CEL engine of Gatekeeper: what starts a run, and what is the pipeline's own."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlgate.process import Tool

LISTENERS = sorted((Path(__file__).parents[1] / "base/components/triggers/cicd").glob("listener-*.yaml"))
GATOR = Tool("gator", accept=(0, 1))
RELEASE = "overlays/fraud-demo/dev/release/model-accuracy.yaml"
STAGE = "overlays/fraud-demo/stage/release/kustomization.yaml"
MAIN = "refs/heads/BRANCH"


def commit(*files: str, kind: str = "modified") -> dict[str, Any]:
    return {"added": [], "modified": [], "removed": [], kind: list(files)}


STARTS = {
    "notebook": {"ref": MAIN, "commits": [commit("model/fraud/fraud.ipynb")]},
    "added": {"ref": MAIN, "commits": [commit("model/fraud/new.py", kind="added")]},
    "removed": {"ref": MAIN, "commits": [commit("model/fraud/old.py", kind="removed")]},
    "threshold": {"ref": MAIN, "commits": [commit("overlays/fraud-demo/values/settings.yaml")]},
    "release and more": {"ref": MAIN, "commits": [commit(RELEASE, "README.md")]},
    "two commits": {"ref": MAIN, "commits": [commit(RELEASE), commit("README.md")]},
    "lookalike": {"ref": MAIN, "commits": [commit("model/overlays/a/dev/release/x.yaml")]},
    "lists that are null": {"ref": MAIN, "commits": [{"added": None, "modified": ["README.md"], "removed": None}]},
}
STAYS = {
    "release": {"ref": MAIN, "commits": [commit(RELEASE)]},
    "first release": {"ref": MAIN, "commits": [commit(RELEASE, kind="added")]},
    "stage": {"ref": MAIN, "commits": [commit(STAGE)]},
    "two releases": {"ref": MAIN, "commits": [commit(RELEASE), commit(STAGE)]},
    "no commit": {"ref": MAIN, "commits": []},
    "other branch": {"ref": "refs/heads/topic", "commits": [commit("README.md")]},
    "longer branch": {"ref": f"{MAIN}2", "commits": [commit("README.md")]},
    "tag": {"ref": "refs/tags/BRANCH", "commits": [commit("README.md")]},
}


def started(listener: Path, bodies: dict[str, Any], folder: Path) -> set[str]:
    """Names of the bodies that pass every filter of a listener."""
    (trigger,) = yaml.safe_load(listener.read_text())["spec"]["triggers"]
    filters = [p["value"] for i in trigger["interceptors"] for p in i.get("params", ()) if p["name"] == "filter"]
    passes = " && ".join(f"({each})" for each in filters).replace("body.", "variables.body.")
    source = {
        "variables": [{"name": "body", "expression": "variables.anyObject.spec"}],
        "validations": [{"expression": f"!({passes})", "message": "starts"}],
    }
    code = [{"engine": "K8sNativeValidation", "source": source}]
    target = {"target": "admission.k8s.gatekeeper.sh", "code": code}
    template = {
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {"name": "starts"},
        "spec": {"crd": {"spec": {"names": {"kind": "Starts"}}}, "targets": [target]},
    }
    constraint = {
        "apiVersion": "constraints.gatekeeper.sh/v1beta1",
        "kind": "Starts",
        "metadata": {"name": "starts"},
        "spec": {"match": {"kinds": [{"apiGroups": ["example.com"], "kinds": ["Push"]}]}},
    }
    events = [
        {"apiVersion": "example.com/v1", "kind": "Push", "metadata": {"name": name.replace(" ", "-")}, "spec": body}
        for name, body in bodies.items()
    ]
    file = folder / "all.yaml"
    file.write_text(yaml.safe_dump_all([template, constraint, *events]))
    said = json.loads(GATOR.run(["test", "--filename", str(file), "--output", "json"]).stdout or "[]") or []
    assert {each["msg"] for each in said} <= {"starts"}
    return {each["violatingObject"]["metadata"]["name"].replace("-", " ") for each in said}


@pytest.mark.parametrize("listener", LISTENERS, ids=lambda file: file.stem)
def test_a_push_of_people_starts_a_run_and_a_release_does_not(listener: Path, tmp_path: Path) -> None:
    assert started(listener, STARTS | STAYS, tmp_path) == set(STARTS)


def test_there_is_a_listener_for_each_source() -> None:
    assert [file.stem for file in LISTENERS] == ["listener-gitea", "listener-github", "listener-gogs"]
