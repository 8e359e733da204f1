"""Edits change one value and leave the rest as the person wrote it."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import checkouts
from mlgate.errors import SettingsError
from mlgate.render import edit, overlay

ACCURACY = ("spec", "gate", "accuracy")
FILE = Path("overlays/team/dev/kustomization.yaml")
TEXT = overlay.settings(overlay.Choices(prefix="team", repo_url="https://git.example.com/a/b.git"))


@pytest.mark.parametrize(
    "template",
    [
        pytest.param("spec: {gate: {accuracy: @}}", id="flow"),
        pytest.param("spec:\n  gate:\n    accuracy:   @   # é\n", id="comment"),
        pytest.param("spec:\r\n  gate:\r\n    accuracy: @\r\n", id="crlf"),
        pytest.param("\ufeffspec:\n  gate:\n    accuracy: @", id="bom-and-no-newline-at-the-end"),
        pytest.param("# accuracy: 1.0\nspec: {gate: {a: 1.0, accuracy: @}, accuracy: 1.0}", id="same-text-elsewhere"),
        pytest.param("# 🙂\nspec: {gate: {accuracy: @}}", id="astral-characters"),
    ],
)
def test_only_the_value_changes(template: str) -> None:
    assert edit.replace_value(template.replace("@", "1.0"), ACCURACY, "0.5") == template.replace("@", "0.5")


def test_the_same_value_is_left_as_it_is_written() -> None:
    text = "spec: {gate: {accuracy: 0.50}}"
    assert edit.replace_value(text, ACCURACY, "0.5") == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("spec: {gate: {}}", id="missing"),
        pytest.param("spec: []", id="a-list-on-the-way"),
        pytest.param("spec: {gate: {accuracy: [1,\n 2]}}", id="several-lines"),
        pytest.param("", id="empty"),
    ],
)
def test_a_value_that_is_not_on_one_line_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="not a value on one line"):
        edit.replace_value(text, ACCURACY, "0.5")


@given(st.integers(1, 10**9))
def test_one_line_differs_whatever_the_threshold(units: int) -> None:
    wanted = Decimal(units) / 10**9
    edited = edit.settings(TEXT, {"accuracy": wanted})
    pairs = [(a, b) for a, b in zip(TEXT.splitlines(), edited.splitlines(), strict=True) if a != b]
    assert len(pairs) == (wanted != 1)
    assert Decimal(str(yaml.safe_load(edited)["spec"]["gate"]["accuracy"])) == wanted


def test_every_option_has_its_place() -> None:
    given_ = {"repo_url": "https://x/y", "revision": "1.0", "platform": "openshift", "components": ["a", "b"]}
    spec = yaml.safe_load(edit.settings(TEXT, {**given_, "data_source": "csv:a b", "model_path": "model/x"}))["spec"]
    assert [spec["repoURL"], spec["revision"], spec["platform"], spec["components"]] == list(given_.values())
    assert [spec["data"]["source"], spec["model"]["path"]] == ["csv:a b", "model/x"]


RENDERED = f"components:\n- {overlay.COMPONENTS}/prefix\n- {overlay.COMPONENTS}/cel-gate/policy\n"


def test_components_follow_and_a_persons_own_stay() -> None:
    text = (
        "# mine\nresources: [a]\ncomponents:\n"
        f"- {overlay.COMPONENTS}/prefix\n- {overlay.COMPONENTS}/old/policy\n- ../mine\nnamePrefix: 'x-'  # why\n"
    )
    found = edit.components(text, RENDERED, FILE)
    assert yaml.safe_load(found)["components"] == [*yaml.safe_load(RENDERED)["components"], "../mine"]
    assert found.startswith("# mine\nresources: [a]\n")
    assert found.endswith("namePrefix: 'x-'  # why\n")


def test_components_that_agree_are_not_rewritten() -> None:
    text = "components:   [" + ", ".join(yaml.safe_load(RENDERED)["components"]) + "]   # odd   spacing\n"
    assert edit.components(text, RENDERED, FILE) == text


@pytest.mark.parametrize("text", ["a: [", "- a", "", "components: 7", "just text"])
def test_a_file_that_is_no_kustomization_is_named(text: str) -> None:
    with pytest.raises(SettingsError, match=str(FILE)):
        edit.components(text, RENDERED, FILE)


def test_bootstrap_names_a_broken_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree = checkouts.make(tmp_path)
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", "team") == 0
    (tree / "overlays/team/dev/kustomization.yaml").write_bytes(b"\xff")
    before = checkouts.content(tree)
    assert checkouts.mlgate(tree, "bootstrap", "--prefix", "team") == 2
    assert "dev/kustomization.yaml: cannot be read" in capsys.readouterr().err
    assert checkouts.content(tree) == before
