"""Every object of every option and operator may be synced by the project of the Application that syncs it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

import checkouts
import trees
from mlgate.checks import discover, projects, render
from mlgate.checks.model import Rendered
from mlgate.render import overlay
from mlgate.results import Status
from mlgate.settings import alternatives

PROJECTS = checkouts.ROOT / "apps" / "projects"
LISTS = ("clusterResourceWhitelist", "namespaceResourceWhitelist")
ROUNDS = max(len(values) for values in alternatives().values())
URL = "https://git.example.com/team/mlops.git"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both platforms, every component on; the prefixes between them have every alternative."""
    folder = checkouts.make(tmp_path_factory.mktemp("everything"))
    components = [word for name in overlay.known_components(folder / "base") for word in ("--component", name)]
    for platform in discover.PLATFORMS:
        for number in range(ROUNDS):
            chosen = {name: values[min(number, len(values) - 1)] for name, values in alternatives().items()}
            words = [word for name, value in chosen.items() for word in (f"--{name}", value)]
            args = ["--prefix", f"{platform[0]}{number}", "--platform", platform, "--repo-url", URL]
            assert checkouts.mlgate(folder, "bootstrap", *args, *components, *words) == 0
    return folder


@pytest.fixture(scope="module")
def rendered(tree: Path) -> list[Rendered]:
    repo = trees.repo(tree)
    found, results = render.render(repo, discover.builds(repo, repo.prefixes()))
    assert [result.message for result in results if result.status is not Status.VALID] == []
    return found


def test_nothing_that_the_tree_can_render_is_refused(tree: Path, rendered: list[Rendered]) -> None:
    results = projects.check(trees.repo(tree), rendered)
    assert len(results) == sum(len(one.objects) for one in rendered)
    refused = [(each.subject, each.file, each.fix) for each in results if each.status is not Status.VALID]
    assert refused == []


def test_every_build_has_an_application_that_syncs_it(tree: Path, rendered: list[Rendered]) -> None:
    named = {
        str(one.build.folder.relative_to(tree)): (projects.syncing(trees.repo(tree), one.build, rendered) or {})
        for one in rendered
    }
    wrong = {folder: spec.get("project") for folder, spec in named.items() if spec.get("project") != expected(folder)}
    assert wrong == {}


def expected(folder: str) -> str:
    match folder.split("/"):
        case ["apps"] | ["overlays", _]:
            return "mlgate-root"
        case ["policy"]:
            return "mlgate-policy"
        case ["base", "operators", *_]:
            return "mlgate-operators"
        case _:
            return "mlgate-prefixes"


def specs() -> dict[str, dict[str, Any]]:
    files = [path for path in PROJECTS.glob("*.yaml") if path.name != "kustomization.yaml"]
    found = [yaml.safe_load(path.read_text()) for path in files]
    return {each["metadata"]["name"]: each["spec"] for each in found}


@pytest.mark.parametrize("name", sorted(specs()))
def test_a_project_lists_exact_kinds_in_order(name: str) -> None:
    spec = specs()[name]
    for listed in LISTS:
        kinds = [(each["group"], each["kind"]) for each in spec[listed]]
        assert kinds == sorted(set(kinds))
        assert not [pair for pair in kinds if "*" in "".join(pair)]
    assert not [url for url in spec["sourceRepos"] if "*" in url]
    assert not [each for each in spec["destinations"] if each["namespace"].strip("*") == ""]


def test_the_default_project_allows_nothing() -> None:
    spec = specs()["default"]
    assert (spec["sourceRepos"], spec["destinations"]) == ([], [])
    assert spec["namespaceResourceBlacklist"] == [{"group": "*", "kind": "*"}]
