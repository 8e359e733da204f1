"""What a prefix renders to, on both platforms, is what was reviewed.

To accept a change, run these tests once with UPDATE_GOLDEN=1 and review the difference that git shows.
"""

import difflib
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

import checkouts
from mlgate import prefixes
from mlgate.process import Tool

GOLDEN = Path(__file__).parent / "golden"
PARTS = ("applications", "policy", "cicd", "dev", "stage")
CLUSTER_SCOPED = {
    "Namespace",
    "AIModelAccuracyThreshold",
    "AIModelRelease",
    "ValidatingAdmissionPolicyBinding",
}
NAMESPACED = {
    "Application",
    "NetworkPolicy",
    "PersistentVolumeClaim",
    "Pipeline",
    "Role",
    "RoleBinding",
    "ServiceAccount",
    "Task",
}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """Text by platform and part, every option switched on."""
    found = {}
    for platform in ("kubernetes", "openshift"):
        tree = checkouts.make(tmp_path_factory.mktemp(platform))
        options = ["--component", "cel-gate", "--component", "network-policy", "--platform", platform]
        assert checkouts.mlgate(tree, "bootstrap", "--prefix", "fraud-demo", "--threshold", "98.87", *options) == 0
        for part in PARTS:
            folder = tree / "overlays" / "fraud-demo" / part.removeprefix("applications")
            found[platform, part] = Tool("kubectl").run(["kustomize", str(folder)]).stdout
    return found


def agrees(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text(), f"{path.name} differs; {__doc__}"


@pytest.mark.parametrize("part", PARTS)
def test_kubernetes(rendered: dict[tuple[str, str], str], part: str) -> None:
    agrees(f"{part}.yaml", rendered["kubernetes", part])


def test_openshift_differs_only_where_it_must(rendered: dict[tuple[str, str], str]) -> None:
    lines: list[str] = []
    for part in PARTS:
        one, other = (rendered[platform, part].splitlines(True) for platform in ("kubernetes", "openshift"))
        lines += difflib.unified_diff(one, other, f"kubernetes/{part}", f"openshift/{part}", n=0)
    agrees("openshift.diff", "".join(lines))


def objects(rendered: dict[tuple[str, str], str]) -> list[dict[str, Any]]:
    return [item for text in rendered.values() for item in yaml.safe_load_all(text)]


def test_every_kind_is_known_to_this_test(rendered: dict[tuple[str, str], str]) -> None:
    assert {str(item["kind"]) for item in objects(rendered)} == CLUSTER_SCOPED | NAMESPACED


def test_cluster_scoped_names_begin_with_the_prefix(rendered: dict[tuple[str, str], str]) -> None:
    names = [yaml_name(item) for item in objects(rendered) if item["kind"] in CLUSTER_SCOPED]
    assert names
    assert [name for name in names if not name.startswith("fraud-demo-")] == []


def test_namespaced_objects_are_in_a_namespace_of_the_prefix(rendered: dict[tuple[str, str], str]) -> None:
    places = {
        (str(item["kind"]), str(item["metadata"].get("namespace")))
        for item in objects(rendered)
        if item["kind"] in NAMESPACED
    }
    own = {f"fraud-demo-{part}" for part in prefixes.PARTS}
    assert {place for kind, place in places if kind != "Application"} == own
    assert {place for kind, place in places if kind == "Application"} == {"argocd"}


def test_the_longest_suffix_is_the_one_that_limits_prefixes(rendered: dict[tuple[str, str], str]) -> None:
    names = {yaml_name(item) for item in objects(rendered)}
    suffixes = {name.removeprefix("fraud-demo") for name in names if name.startswith("fraud-demo")}
    assert max(suffixes, key=len) == prefixes.LONGEST_SUFFIX


def test_no_placeholder_is_left(rendered: dict[tuple[str, str], str]) -> None:
    assert [key for key, text in rendered.items() if "PREFIX-" in text or "/PREFIX" in text or "_IMAGE" in text] == []


def test_training_cannot_mount_the_hold_out(rendered: dict[tuple[str, str], str]) -> None:
    tasks = [item for item in yaml.safe_load_all(rendered["kubernetes", "cicd"]) if item["kind"] == "Task"]
    sealed = {t["metadata"]["name"] for t in tasks if "sealed" in {w["name"] for w in t["spec"]["workspaces"]}}
    assert sealed == {"split", "evaluate"}


def test_the_pipelines_account_cannot_change_a_report(rendered: dict[tuple[str, str], str]) -> None:
    roles = [item for item in objects(rendered) if item["kind"] == "Role"]
    verbs = {verb for role in roles for rule in role["rules"] for verb in rule["verbs"]}
    assert verbs == {"create"}


def yaml_name(item: dict[str, Any]) -> str:
    return str(item["metadata"]["name"])
