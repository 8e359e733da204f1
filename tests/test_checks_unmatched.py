"""A patch or replacement that changes nothing anywhere is found, at its line; one that works somewhere is not."""

from pathlib import Path

import pytest

import trees
from mlgate.checks import discover, run, unmatched
from mlgate.checks.model import Build
from mlgate.repo import Repo

ROOT = Path(__file__).parents[1]
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata: {key: value}\n"
COMPONENT = """apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
- target:
    kind: %s
    name: a
  patch: |
    - op: add
      path: /data/b
      value: c
"""
SILENT = {
    "patch": COMPONENT.replace("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n", "\n\n") % "Secret",
    "replacement": """
replacements:
- source: {kind: ConfigMap, fieldPath: metadata.name}
  targets:
  - select: {kind: Secret, name: a}
    fieldPaths: [data.key]
""",
}


def tree(root: Path, files: dict[str, str]) -> tuple[Repo, list[Build]]:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return Repo(root), [Build(root / "a"), Build(root / "b")]


@pytest.mark.parametrize(("field", "line"), [("patch", 5), ("replacement", 6)])
def test_what_matches_nothing_is_found_at_its_line(tmp_path: Path, field: str, line: int) -> None:
    files = {"a/kustomization.yaml": f"resources: [a.yaml]{SILENT[field]}", "a/a.yaml": CONFIG_MAP}
    repo, builds = tree(tmp_path, files)
    (one,) = unmatched.own(repo, tmp_path / "a", builds[:1])
    text = files["a/kustomization.yaml"].splitlines()
    assert (one.code, one.file) == ("MG227", "a/kustomization.yaml")
    assert "kind" in text[one.line - 1][one.column - 1 :]
    assert f"this {field} changes nothing" in one.message
    assert "kind Secret, name a" in one.message


@pytest.mark.parametrize(("kind", "codes"), [("ConfigMap", []), ("Secret", ["MG227"])])
def test_a_component_that_works_in_one_of_its_builds_is_fine(tmp_path: Path, kind: str, codes: list[str]) -> None:
    empty = CONFIG_MAP.replace("ConfigMap", "ServiceAccount").replace("data: {key: value}\n", "")
    files = {
        "a/kustomization.yaml": "resources: [a.yaml]\ncomponents: [../c]\n",
        "a/a.yaml": empty,
        "b/kustomization.yaml": "resources: [b.yaml]\ncomponents: [../c]\n",
        "b/b.yaml": CONFIG_MAP,
        "c/kustomization.yaml": COMPONENT % kind,
    }
    repo, builds = tree(tmp_path, files)
    found = unmatched.shared(repo, builds, [tmp_path / name for name in files])
    assert [one.code for one in found] == codes


@pytest.mark.parametrize(
    ("other", "selects", "codes"),
    [
        ("Component", "kind: Secret", []),
        ("Component", "kind: (Role|Secret)", []),
        ("Component", "kind: Secret\n    name: b", ["MG227"]),
        ("Component", "kind: Secret\n    group: apps", ["MG227"]),
        ("Component", "kind: Secret\n    labelSelector: a=b", ["MG227"]),
        ("Component", "name: a", ["MG227"]),
        ("Component", "kind: Role", ["MG227"]),
        ("Kustomization", "kind: Secret", ["MG227"]),
    ],
)
def test_a_component_for_what_another_one_adds_is_fine(
    tmp_path: Path, other: str, selects: str, codes: list[str]
) -> None:
    mine = (COMPONENT % "Secret").replace("kind: Secret\n    name: a", selects)
    files = {
        "a/kustomization.yaml": "resources: [a.yaml]\ncomponents: [../options/mine]\n",
        "a/a.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: x\n",
        "options/mine/kustomization.yaml": mine,
        "options/other/kustomization.yaml": f"kind: {other}\nresources: [secret.yaml]\n",
        "options/other/secret.yaml": CONFIG_MAP.replace("ConfigMap", "Secret"),
    }
    repo, builds = tree(tmp_path, files)
    found = unmatched.shared(repo, builds[:1], [tmp_path / "options/mine/kustomization.yaml"])
    assert [one.code for one in found] == codes


def test_a_replacement_in_a_file_of_its_own_is_found_there(tmp_path: Path) -> None:
    one = "- source: {kind: ConfigMap, fieldPath: metadata.name}\n  targets:\n  - select: {kind: Secret}\n"
    files = {
        "a/kustomization.yaml": "resources: [a.yaml]\nreplacements:\n- path: r.yaml\n",
        "a/a.yaml": CONFIG_MAP,
        "a/r.yaml": one
        + "    fieldPaths: [data.key]\n"
        + one.replace("Secret", "ConfigMap")
        + "    fieldPaths: [data.key]\n",
    }
    repo, builds = tree(tmp_path, files)
    (found,) = unmatched.own(repo, tmp_path / "a", builds[:1])
    assert (found.file, found.line) == ("a/r.yaml", 3)


def test_a_build_that_fails_accuses_no_patch(tmp_path: Path) -> None:
    files = {"a/kustomization.yaml": f"resources: [none.yaml]{SILENT['patch']}"}
    repo, builds = tree(tmp_path, files)
    assert unmatched.own(repo, tmp_path / "a", builds[:1]) == []


def test_what_no_build_reaches_is_not_accused(tmp_path: Path) -> None:
    files = {
        "a/kustomization.yaml": "resources: [a.yaml]\n",
        "a/a.yaml": CONFIG_MAP,
        "c/kustomization.yaml": COMPONENT % "Secret",
    }
    repo, builds = tree(tmp_path, files)
    assert unmatched.shared(repo, builds[:1], [tmp_path / name for name in files]) == []


def test_every_target_of_this_tree_is_known_to_the_engine_by_the_same_name() -> None:
    repo = Repo(ROOT)
    builds = discover.builds(repo, [])
    answers = unmatched._probed(repo, builds)
    reached = {each for answer in answers for each in answer.reached}
    files = {ROOT / each.partition("#")[0] for each in reached}
    named = {each.id for file in files for each in unmatched.targets(ROOT, file)}
    assert reached
    assert named == reached


def test_validate_tells_what_changes_nothing_in_an_overlay_and_in_a_component(tree: Path) -> None:
    item = """- target: {kind: Deployment, name: no-such}
  patch: '[{"op": "remove", "path": "/spec"}]'
"""
    overlay = tree / "overlays/alpha/stage/kustomization.yaml"
    component = next(
        file
        for file in sorted((tree / "base/components").glob("platform-*/stage/kustomization.yaml"))
        if "patches:\n" in file.read_text()
    )
    assert "patches:" not in overlay.read_text()
    overlay.write_text(f"{overlay.read_text()}patches:\n{item}")
    component.write_text(component.read_text().replace("patches:\n", f"patches:\n{item}"))
    report = run.validate(trees.repo(tree), ["alpha"])
    assert {(one.code, one.file) for one in report.findings} == {
        ("MG227", str(overlay.relative_to(tree))),
        ("MG227", str(component.relative_to(tree))),
    }
