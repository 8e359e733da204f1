"""What goes into an image: by default only what serves."""

import dataclasses
from pathlib import Path

import pytest

import notebook_folders
from mlgate.errors import SettingsError
from mlgate.image.environment import Environment
from mlgate.image.package import ignored, package
from mlgate.image.store import Image
from mlgate.notebook.extract import Extraction, extract

ENVIRONMENT = Environment(Path("python"), ("a==1",))
DEFAULT = ["*", "!requirements.txt", "!Small.py", "!model.sav"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model folder with more in it than serves."""
    model_dir = notebook_folders.folder(tmp_path / "model")
    (model_dir / "README.md").write_text("x")
    (model_dir / "helper").mkdir()
    (model_dir / "helper" / "units.py").write_text("EURO = 1\n")
    (model_dir / "helper" / "__pycache__").mkdir()
    (model_dir / "helper" / "__pycache__" / "units.pyc").write_text("x")
    (model_dir / "secret").symlink_to("/etc/hostname")
    (model_dir / "deploy" / "constraints.txt").write_text("joblib==1.6.0\n")
    (tmp_path / "model.sav").write_bytes(b"model")
    return model_dir


def extracted(model_dir: Path) -> Extraction:
    extraction, results = extract(model_dir, model_dir.parent / "extracted")
    assert extraction is not None, results
    return extraction


def built(model_dir: Path) -> Image:
    here = model_dir.parent
    return package(
        model_dir,
        here / "extracted",
        extracted(model_dir),
        here / "model.sav",
        store=here / "images",
        environment=ENVIRONMENT,
    )


SERVES = ["Small.py", "deploy/constraints.txt", "deploy/environment", "model.sav", "requirements.txt"]


def test_by_default_only_what_serves_is_packaged(folder: Path) -> None:
    image = built(folder)
    assert sorted(image.files) == SERVES
    assert (image.wrapper_class, image.model_file) == ("Small", "model.sav")
    assert (image.packages, image.python) == (ENVIRONMENT.packages, ENVIRONMENT.version)
    assert (image.app / "model.sav").read_bytes() == b"model"
    assert (image.app / "Small.py").read_text() == (folder.parent / "extracted" / "Small.py").read_text()


def test_a_persons_rules_are_kept_to(folder: Path) -> None:
    (folder / "deploy" / ".s2iignore").write_text("# notes\n*.ipynb\n\nREADME.md\nmodel_deployment.yaml\ndeploy\n")
    assert sorted(built(folder).files) == sorted([*SERVES, "helper/units.py"])


@pytest.mark.parametrize("name", ["requirements.txt", "Small.py", "model.sav"])
def test_rules_that_exclude_what_serves_are_refused(folder: Path, name: str) -> None:
    (folder / "deploy" / ".s2iignore").write_text(f"*.ipynb\n{name}\n")
    with pytest.raises(SettingsError, match=f"excludes {name}, without which nothing serves") as caught:
        built(folder)
    assert caught.value.fix == f"add !{name}"


def test_a_model_that_was_not_trained_is_named(folder: Path) -> None:
    (folder.parent / "model.sav").unlink()
    with pytest.raises(SettingsError, match=r"model\.sav: cannot be read"):
        built(folder)


@pytest.mark.parametrize("name", ["model.sav", "deploy/constraints.txt", "deploy/environment", "requirements.txt"])
def test_every_packaged_file_decides_the_digest(folder: Path, name: str) -> None:
    before = built(folder).digest
    path = folder.parent / name if name == "model.sav" else folder / name
    path.write_text(path.read_text() + "\n")
    assert built(folder).digest != before


def test_what_is_left_out_does_not_decide_the_digest(folder: Path) -> None:
    before = built(folder).digest
    (folder / "README.md").write_text("another")
    assert built(folder).digest == before


def test_the_locked_packages_decide_the_digest(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = built(folder).digest
    monkeypatch.setitem(globals(), "ENVIRONMENT", dataclasses.replace(ENVIRONMENT, packages=("a==2",)))
    assert built(folder).digest != before


@pytest.mark.parametrize(
    ("name", "rules", "out"),
    [
        ("model.sav", DEFAULT, False),
        ("notes.md", DEFAULT, True),
        ("data/creditcard.csv", DEFAULT, True),
        ("data/model.sav", DEFAULT, True),
        ("a.py", [], False),
        ("a.py", ["# a.py", "", "  "], False),
        ("a.py", [" a.py "], True),
        ("data/a/b.csv", ["data/"], True),
        ("data/a/b.csv", ["/data/a"], True),
        ("database/a", ["data"], False),
        ("data/a.csv", ["data", "!data/a.csv"], False),
        ("data/a.csv", ["!data/a.csv", "data"], True),
        ("A.py", ["a.py"], False),
        ("with space.py", ["with space.py"], True),
        ("a.py", ["!"], False),
    ],
)
def test_rules(name: str, rules: list[str], out: bool) -> None:
    assert ignored(name, rules) is out
