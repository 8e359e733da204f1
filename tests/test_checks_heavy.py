"""One file that would stop every reader ends the run with its name, before anything is read."""

from pathlib import Path

import pytest

from mlgate import cli
from mlgate.checks import danger_base, heavy
from mlgate.errors import SettingsError
from mlgate.repo import Repo
from mlgate.results import Status

BOMB = "z: &z [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{above}'] * 9)}]\n"
    for above, name in zip("zabcdefghijklm", "abcdefghijklmn", strict=True)
)


@pytest.mark.parametrize(
    "text", [BOMB, "[" * 900 + "]" * 900, "- " * 900 + "a", "".join(f"{' ' * n}a:\n" for n in range(900))]
)
def test_a_file_that_would_stop_every_reader_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(SettingsError, match=r"bad\.yaml"):
        heavy.refuse([tmp_path])


@pytest.mark.parametrize(
    "text", ["a: &a {b: c}\n" + "".join(f"k{n}: *a\n" for n in range(50)), "a: '* * *'\n", "{{ a }}"]
)
def test_a_few_anchors_are_fine(tmp_path: Path, text: str) -> None:
    (tmp_path / "good.yaml").write_text(text)
    heavy.refuse([tmp_path])


@pytest.mark.parametrize(
    "name",
    [
        "overlays/alpha/dev/kustomization.yaml",
        "overlays/alpha/values/settings.yaml",
        "base/stage/kustomization.yaml",
        "apps/values/settings.yaml",
        "policy/model_accuracy/samples/more.yaml",
    ],
)
def test_validate_ends_with_the_name_of_the_file(tree: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = tree / name
    file.write_text((file.read_text() if file.exists() else "") + BOMB)
    assert cli.main(["validate", str(tree)]) == 2
    assert name in capsys.readouterr().err


def test_validate_of_another_repository_ends_with_the_name_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yaml").write_text(BOMB)
    assert cli.main(["validate", str(tmp_path), "--root", str(tmp_path)]) == 2
    assert "a.yaml" in capsys.readouterr().err


def test_a_base_that_would_stop_every_reader_is_compared_with_nothing(tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "bad.yaml").write_text(BOMB)
    base = danger_base.Base("main", "0" * 40, Repo(tmp_path), {})
    (found,) = danger_base.heavy(base)
    assert (found.code, found.status, found.subject) == ("MG280", Status.ERROR, "apps/bad.yaml")
    (tmp_path / "apps" / "bad.yaml").write_text("a: b\n")
    assert danger_base.heavy(base) == []
