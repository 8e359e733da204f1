"""Repositories as teams have them pass without a false alarm, name what was not rendered, and fail where one breaks."""

import shutil
import subprocess
from pathlib import Path

import pytest

from mlgate.checks.argo.follow import Options
from mlgate.checks.argo.run import validate_foreign
from mlgate.checks.model import Report
from mlgate.repo import Repo

TREES = Path(__file__).parent / "trees"


def checked(name: str, place: Path, edit: tuple[str, str, str] | None = None) -> Report:
    top = place / name
    shutil.copytree(TREES / name, top)
    if edit:
        file = top / edit[0]
        text = file.read_text()
        assert edit[1] in text
        file.write_text(text.replace(edit[1], edit[2]))
    return validate_foreign(Repo(top), Options())


@pytest.mark.parametrize(
    ("name", "objects", "left_out"),
    [
        pytest.param("monorepo", 14, [], id="a-set-of-services-by-stages"),
        pytest.param(
            "platform",
            8,
            [
                "Application/argocd/cert-manager: Helm chart cert-manager of https://charts.jetstack.io",
                "Application/argocd/local-chart: the Helm chart of charts/redis",
            ],
            id="app-of-apps-with-charts",
        ),
        pytest.param("plain", 6, ["Application/argocd/jobs: jsonnet, made.jsonnet"], id="plain-folders"),
    ],
)
def test_a_whole_repository_passes_and_names_what_was_not_rendered(
    name: str, objects: int, left_out: list[str], tmp_path: Path
) -> None:
    report = checked(name, tmp_path)
    assert [(each.code, each.message) for each in report.findings] == []
    assert report.passed
    assert report.objects == objects
    assert [note for note in report.notes if note.startswith("not rendered")] == [
        f"not rendered: {each}" for each in left_out
    ]


BROKEN = [
    pytest.param(
        "monorepo",
        ("services/web/base/service.yaml", "targetPort: http", "targetPort: htp"),
        {"MG262"},
        "services/web/base/service.yaml:6",
        id="a-port-that-no-container-has",
    ),
    pytest.param(
        "monorepo",
        ("clusters/prod/project.yaml", "shop/deploy.git", "shop/other.git"),
        {"MG255"},
        "clusters/prod/root.yaml",
        id="a-project-that-permits-another-repository",
    ),
    pytest.param(
        "monorepo",
        ("clusters/prod/root.yaml", "team.yaml", "service.yaml"),
        {"MG267"},
        "clusters/prod/root.yaml",
        id="a-pattern-that-takes-manifests-too",
    ),
    pytest.param(
        "platform",
        ("monitoring/agent/daemonset.yaml", "serviceAccountName: agent", "serviceAccountName: agnet"),
        {"MG262"},
        "monitoring/agent/daemonset.yaml",
        id="an-account-that-is-not-there",
    ),
    pytest.param(
        "platform",
        ("monitoring/rules/alerts.yml", "name: alerts", "name: alarms"),
        {"MG262"},
        "monitoring/agent/daemonset.yaml",
        id="a-config-map-of-another-name",
    ),
    pytest.param("plain", ("root/site.yaml", "path: site", "path: sites"), {"MG265"}, "root/site.yaml", id="no-folder"),
    pytest.param(
        "plain",
        ("root/site.yaml", "{drafts/*,", "{draft/*,"),
        {"MG221"},
        "site/drafts/next.yaml",
        id="a-draft-that-is-no-yaml",
    ),
    pytest.param(
        "plain", ("jobs/nightly.yaml", "schedule:", "schedul:"), {"MG231"}, "jobs/nightly.yaml", id="a-misspelt-field"
    ),
    pytest.param(
        "plain", ("site/web.yaml", "name: pages}}]", "name: page}}]"), {"MG262"}, "site/web.yaml:16", id="in-a-list"
    ),
]


@pytest.mark.parametrize(("name", "edit", "codes", "place"), BROKEN)
def test_one_broken_place_is_found_there(
    name: str, edit: tuple[str, str, str], codes: set[str], place: str, tmp_path: Path
) -> None:
    report = checked(name, tmp_path, edit)
    assert {each.code for each in report.findings} == codes
    assert all(f"{each.file}:{each.line}".startswith(place) for each in report.findings)


def committed(name: str, place: Path) -> Path:
    top = place / name
    shutil.copytree(TREES / name, top)
    login = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for words in (("init", "--quiet"), ("add", "--all"), (*login, "commit", "--quiet", "--message", "first")):
        subprocess.run(["git", "-C", str(top), *words], check=True)
    return top


@pytest.mark.parametrize(
    ("name", "gone", "codes"),
    [
        pytest.param("monorepo", "", [], id="nothing-of-a-set"),
        pytest.param("platform", "", [], id="nothing-of-a-plain-folder"),
        pytest.param("platform", "monitoring/agent/daemonset.yaml", [], id="one-of-many-files"),
        pytest.param("platform", "monitoring/namespace.yaml", ["MG284"], id="the-namespace"),
        pytest.param("plain", "jobs/nightly.yaml", ["MG285"], id="the-last-file-of-a-folder"),
    ],
)
def test_what_leaves_a_plain_folder_is_a_danger_when_it_is_one(
    name: str, gone: str, codes: list[str], tmp_path: Path
) -> None:
    top = committed(name, tmp_path)
    if gone:
        (top / gone).unlink()
    report = validate_foreign(Repo(top), Options(), base="HEAD")
    (stage,) = [stage for stage in report.stages if stage.name == "danger"]
    assert [each.code for each in stage.findings] == codes
