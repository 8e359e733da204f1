"""The model's environment is locked, cached, and the one that an image stands for."""

import dataclasses
from pathlib import Path

import pytest

from mlgate.errors import SettingsError, ToolFailed
from mlgate.image import environment
from mlgate.image.environment import Environment, check, ensure, locked_packages, of
from mlgate.image.store import Image
from mlgate.process import Tool
from model_images import FRAUD, Packaged, changed


def test_it_has_what_the_constraints_lock_and_the_last_free_seldon_core() -> None:
    ready = ensure(FRAUD)
    constraints = (FRAUD / "deploy" / "constraints.txt").read_text().split()
    locked = {line.lower().replace("_", "-") for line in constraints}
    assert {package.lower().replace("_", "-") for package in ready.packages} == locked
    assert "seldon-core==1.17.1" in ready.packages
    printed = Tool(str(ready.python)).run(["-c", "import seldon_core; print(seldon_core.__version__)"]).stdout
    assert printed == "1.17.1\n"


def test_the_second_time_nothing_is_built(capsys: pytest.CaptureFixture[str]) -> None:
    first = ensure(FRAUD)
    capsys.readouterr()
    assert ensure(FRAUD) == first
    assert capsys.readouterr() == ("", "")


def test_without_requirements_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"requirements\.txt is missing"):
        ensure(tmp_path)


def test_one_that_could_not_be_built_is_never_taken_for_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLGATE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "requirements.txt").write_text("./not-there\n")
    with pytest.raises(ToolFailed, match="not-there"):
        ensure(tmp_path)
    (built,) = (tmp_path / "cache" / "environments").iterdir()
    assert (built / "bin" / "python").exists()
    assert not list(built.glob(".ready*"))


def test_requirements_and_constraints_decide_which_one(tmp_path: Path) -> None:
    files = [tmp_path / "requirements.txt", tmp_path / "constraints.txt"]
    keys = set()
    for texts in (("a==1", None), ("a==2", None), ("a==1", "b==1"), ("a==1", "b==2")):
        for path, text in zip(files, texts, strict=True):
            path.unlink(missing_ok=True)
            if text is not None:
                path.write_text(text)
        keys.add(environment._key(files))
    assert len(keys) == 4


@pytest.mark.parametrize(
    "line", ["-e git+https://example.com/a.git#egg=a", "a @ file:///a.whl", "a", "a>=1", "a===1 ; x"]
)
def test_a_package_without_an_exact_version_is_refused(line: str) -> None:
    with pytest.raises(SettingsError, match="cannot be locked"):
        locked_packages(f"b==1\n{line}\n")


def test_locked_packages_are_sorted_and_without_pip() -> None:
    assert locked_packages("b==2\npip==23.2\n# editable\na==1.0+local\n") == ("a==1.0+local", "b==2")


@pytest.mark.parametrize("frozen", ["", "\n", "pip==23.2\n"])
def test_no_package_at_all_is_an_error(frozen: str) -> None:
    with pytest.raises(ToolFailed, match="has no packages"):
        locked_packages(frozen)


def test_an_image_finds_its_own_environment(fraud: Packaged) -> None:
    assert of(fraud.image) == fraud.environment


def _lacking(image: Image, ready: Environment) -> tuple[Image, Environment]:
    return image, dataclasses.replace(ready, packages=ready.packages[1:])


def _other_version(image: Image, ready: Environment) -> tuple[Image, Environment]:
    return dataclasses.replace(image, packages=("numpy==0.1", *image.packages[1:])), ready


def _other_python(image: Image, ready: Environment) -> tuple[Image, Environment]:
    return dataclasses.replace(image, python="2.7"), ready


@pytest.mark.parametrize("differ", [_lacking, _other_version, _other_python])
def test_an_environment_that_was_not_packaged_is_refused(fraud: Packaged, differ) -> None:  # type: ignore[no-untyped-def]
    check(fraud.image, fraud.environment)
    with pytest.raises(ToolFailed, match=r"the environment is not the one|needs Python 2\.7"):
        check(*differ(fraud.image, fraud.environment))


def test_an_image_whose_manifest_locks_other_packages_is_not_run(fraud: Packaged, tmp_path: Path) -> None:
    packages = ("backdoor==1", *fraud.image.packages)
    claimed = dataclasses.replace(fraud, image=dataclasses.replace(fraud.image, packages=packages))
    with pytest.raises(ToolFailed, match=r"differs in backdoor==1$"):
        of(changed(claimed, tmp_path, {}))
