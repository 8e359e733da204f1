"""How the Applications sync: what they refresh for, what they never take away, and in which order."""

import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
import yaml

import checkouts
import trees
from mlgate.checks import discover, graph, render
from mlgate.checks.model import Object, Rendered
from mlgate.render import overlay

PREFIX = "beta"
SETTINGS = f"overlays/{PREFIX}/values/settings.yaml"
PATHS = "argocd.argoproj.io/manifest-generate-paths"
OPTIONS = "argocd.argoproj.io/sync-options"
WAVE = "argocd.argoproj.io/sync-wave"
KEPT = {"CustomResourceDefinition", "Namespace", "ObjectBucketClaim", "PersistentVolumeClaim"}
WITH_DATA = ("base/cicd", "base/dev", "base/stage", "base/components", "policy")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every component on, so that what options add is looked at, too."""
    folder = trees.whole(tmp_path_factory.mktemp("apps"))
    components = [word for name in overlay.known_components(folder / "base") for word in ("--component", name)]
    url = ["--repo-url", "https://git.example.com/team/mlops.git"]
    assert checkouts.mlgate(folder, "bootstrap", "--prefix", PREFIX, *url, "--threshold", "95", *components) == 0
    return folder


def rendered(tree: Path) -> dict[str, Rendered]:
    repo = trees.repo(tree)
    found, _ = render.render(repo, discover.builds(repo, [PREFIX]))
    return {str(one.build.folder.relative_to(tree)): one for one in found}


@pytest.fixture(scope="module")
def objects(tree: Path) -> dict[str, Rendered]:
    return rendered(tree)


def templates(objects: dict[str, Rendered]) -> Iterator[tuple[str, str, Object]]:
    """Where an Application that syncs this tree stands, the folder it syncs, and the Application or its template."""
    for folder in ("apps", f"overlays/{PREFIX}"):
        for obj in objects[folder].objects:
            name = obj["metadata"]["name"]
            if obj["kind"] == "Application":
                yield name, obj["spec"]["source"]["path"], obj
            elif obj["kind"] == "ApplicationSet":
                path = obj["spec"]["template"]["spec"]["source"]["path"]
                values = {"{{ .name }}": "gatekeeper", "{{ .path.path }}": f"overlays/{PREFIX}"}
                for old, new in values.items():
                    path = path.replace(old, new)
                yield name, path, obj["spec"]["template"]


def refreshed_by(path: str, application: Object) -> list[PurePosixPath]:
    """Folders and files of an Application's annotation, from the top of the repository."""
    found = []
    for each in application["metadata"]["annotations"][PATHS].split(";"):
        start = PurePosixPath(each[1:]) if each.startswith("/") else PurePosixPath(path, each)
        parts: list[str] = []
        for part in start.parts:
            if part == "..":
                parts.pop()
            else:
                parts.append(part)
        found.append(PurePosixPath(*parts))
    return found


def covers(listed: list[PurePosixPath], file: PurePosixPath) -> bool:
    return any(file == each or each in file.parents for each in listed)


def test_each_application_refreshes_for_every_file_that_it_is_rendered_from(
    tree: Path, objects: dict[str, Rendered]
) -> None:
    """A path that is missing would keep old manifests for good."""
    seen = 0
    for name, path, application in templates(objects):
        listed = refreshed_by(path, application)
        read = [PurePosixPath(file.relative_to(tree.resolve())) for file in graph.reachable([tree / path])]
        assert [str(file) for file in read if not covers(listed, file)] == [], name
        # Positive control: without any one of its entries, something is left uncovered.
        for left_out in listed:
            rest = [each for each in listed if each != left_out]
            assert [file for file in read if not covers(rest, file)], (name, left_out)
        seen += len(read)
    assert seen > len(objects)


def test_a_threshold_refreshes_its_own_prefix_and_changes_its_policy_alone(tree: Path, tmp_path: Path) -> None:
    before = rendered(tree)
    changed = shutil.copytree(tree, tmp_path / "changed")
    trees.edit(changed, SETTINGS, "accuracy: 0.95", "accuracy: 0.96")
    after = rendered(changed)
    assert [name for name in before if before[name].objects != after[name].objects] == [f"overlays/{PREFIX}/policy"]
    for name, path, application in templates(before):
        wanted = path.startswith("overlays/")
        assert covers(refreshed_by(path, application), PurePosixPath(SETTINGS)) is wanted, name


def test_another_prefix_is_not_refreshed(objects: dict[str, Rendered]) -> None:
    other = PurePosixPath("overlays/other/values/settings.yaml")
    assert [name for name, path, each in templates(objects) if covers(refreshed_by(path, each), other)] == []


def test_a_release_refreshes_its_own_part_alone(objects: dict[str, Rendered]) -> None:
    release = PurePosixPath(f"overlays/{PREFIX}/dev/release/model-accuracy.yaml")
    found = [path for _, path, each in templates(objects) if covers(refreshed_by(path, each), release)]
    assert found == [f"overlays/{PREFIX}/dev"]


def test_every_application_heals_but_never_to_nothing(objects: dict[str, Rendered]) -> None:
    found = list(templates(objects))
    assert len(found) == 8
    for name, _, application in found:
        policy = application["spec"]["syncPolicy"]
        assert policy["automated"] == {"prune": True, "selfHeal": True, "allowEmpty": False}, name
        assert policy["retry"]["limit"] > 0, name
        assert {"PruneLast=true", "SkipDryRunOnMissingResource=true"} <= set(policy["syncOptions"]), name


def test_only_leaves_skip_what_is_in_sync(objects: dict[str, Rendered]) -> None:
    """Skipping it would skip its wave, too, and the next would not wait for it."""
    options = {name: each["spec"]["syncPolicy"]["syncOptions"] for name, _, each in templates(objects)}
    found = {name for name, each in options.items() if "ApplyOutOfSyncOnly=true" in each}
    assert found == {f"{PREFIX}-{part}" for part in discover.PARTS}


def test_an_application_that_is_deleted_takes_its_objects_along(objects: dict[str, Rendered]) -> None:
    for one in objects.values():
        for obj in one.objects:
            if obj["kind"] == "Application" and "chart" not in obj["spec"]["source"]:
                assert obj["metadata"]["finalizers"] == ["resources-finalizer.argocd.argoproj.io"]


def test_a_set_that_generates_nothing_deletes_nothing(objects: dict[str, Rendered]) -> None:
    sets = [obj for obj in objects["apps"].objects if obj["kind"] == "ApplicationSet"]
    assert len(sets) == 2
    for each in sets:
        assert each["spec"]["syncPolicy"] == {"applicationsSync": "create-update", "preserveResourcesOnDeletion": True}
        assert "finalizers" not in each["spec"]["template"]["metadata"]


def test_what_holds_data_outlives_the_tree() -> None:
    found = [(file, obj) for top in WITH_DATA for file, obj in documents(top) if obj.get("kind") in KEPT]
    assert {obj["kind"] for _, obj in found} == KEPT
    for file, obj in found:
        options = (obj["metadata"].get("annotations") or {}).get(OPTIONS, "").split(",")
        assert {"Prune=false", "Delete=false"} <= set(options), file


def documents(top: str) -> Iterator[tuple[Path, Object]]:
    for file in sorted((checkouts.ROOT / top).rglob("*.yaml")):
        yield from ((file, each) for each in yaml.safe_load_all(file.read_text()) if isinstance(each, dict))


def test_waves_go_from_operators_to_policy_to_prefixes_to_stage(objects: dict[str, Rendered]) -> None:
    waves = {
        obj["metadata"]["name"]: int(obj["metadata"]["annotations"][WAVE])
        for folder in ("apps", f"overlays/{PREFIX}")
        for obj in objects[folder].objects
        if obj["kind"] in {"Application", "ApplicationSet"}
    }
    assert waves["operators"] < waves["mlgate-policy"] < waves["prefixes"]
    assert [waves[f"{PREFIX}-{part}"] for part in discover.PARTS] == [0, 1, 2, 3]
