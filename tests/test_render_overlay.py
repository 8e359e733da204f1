"""The files of an overlay."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import checkouts
from mlgate.render import overlay
from mlgate.settings import parse

BASE = checkouts.ROOT / "base"
CHOICES = overlay.Choices(prefix="team", repo_url="https://git.example.com/a/b.git")


def test_every_file_is_yaml_and_the_settings_are_valid() -> None:
    settings = parse(BASE / "settings.yaml", overlay.settings(CHOICES))
    files = overlay.files("team", settings.options, BASE)
    assert all(isinstance(yaml.safe_load(text), dict) for text in files.values())
    assert settings.prefix == "team"
    assert set(files) == {
        "kustomization.yaml",
        "values/kustomization.yaml",
        *(f"{part}/kustomization.yaml" for part in ("policy", "cicd", "dev", "stage")),
        "dev/release/kustomization.yaml",
        "stage/release/kustomization.yaml",
    }


@pytest.mark.parametrize(
    ("part", "components", "expected"),
    [
        pytest.param("policy", ["cel-gate", "network-policy"], ["prefix", "cel-gate/policy"], id="only-what-it-has"),
        pytest.param(
            "dev",
            ["pull-secret", "network-policy"],
            ["prefix", "platform-openshift/dev", "network-policy/dev", "pull-secret/dev"],
            id="pull-secret-last",
        ),
        pytest.param("dev", [], ["prefix", "platform-openshift/dev"], id="platform-always"),
        pytest.param(
            "stage",
            ["network-policy", "no-such"],
            ["prefix", "platform-openshift/stage", "network-policy/stage"],
            id="in-order",
        ),
    ],
)
def test_components_of_a_part(part: str, components: list[str], expected: list[str]) -> None:
    found = overlay.wanted(BASE, part, ["platform-openshift", *components])
    assert found == [f"{overlay.COMPONENTS}/{name}" for name in expected]


def test_a_component_is_a_folder_that_is_no_alternative() -> None:
    known = overlay.known_components(BASE)
    assert {"cel-gate", "network-policy"} <= set(known)
    assert not any(name.startswith(("platform-", "prefix", "serving-", "git-")) for name in known)


def test_what_is_for_one_platform_only_stands_beside(tmp_path: Path) -> None:
    for name in ("git-gitea/cicd", "git-gitea/cicd-openshift", "git-gitea/cicd-kubernetes"):
        (tmp_path / "components" / name).mkdir(parents=True)
        (tmp_path / "components" / name / "kustomization.yaml").touch()
    found = overlay.wanted(tmp_path, "cicd", ["platform-kubernetes", "git-gitea"])
    assert [each.rpartition("components/")[2] for each in found] == [
        "prefix",
        "git-gitea/cicd",
        "git-gitea/cicd-kubernetes",
    ]


def test_an_option_that_has_nothing_for_the_platform_is_in_vain(tmp_path: Path) -> None:
    (tmp_path / "components" / "git-gogs" / "cicd-openshift").mkdir(parents=True)
    (tmp_path / "components" / "git-gogs" / "cicd-openshift" / "kustomization.yaml").touch()
    assert overlay.idle(tmp_path, ["platform-kubernetes", "serving-seldon", "git-gogs"]) == ["git-gogs"]
    assert overlay.idle(tmp_path, ["platform-openshift", "serving-seldon", "git-gogs"]) == []


@given(st.one_of(st.text(st.characters()), st.from_regex(r"[A-Za-z0-9./:-]+", fullmatch=True)))
def test_a_scalar_reads_as_its_text(text: str) -> None:
    assert yaml.safe_load(overlay.scalar(text)) == text


@pytest.mark.parametrize(
    "text", ["1e5", "1.0", "0o17", "2001-99-99", "yes", "null", "~", "a: b", "#a", "x #y", "", "e"]
)
def test_what_could_read_as_something_else_is_quoted(text: str) -> None:
    assert overlay.scalar(text) == f'"{text}"'
