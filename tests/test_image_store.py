"""The store gives back what was packaged, or nothing."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mlgate.errors import ToolFailed, UsageError
from mlgate.image.store import Image, load, save

FILES = {"Small.py": b"class Small: ...\n", "model.sav": bytes(range(256)), "deploy/environment": b"MODEL_NAME=Small\n"}


def stored(store: Path, files: dict[str, bytes] | None = None, packages: tuple[str, ...] = ("a==1",)) -> Image:
    return save(store, files or FILES, wrapper_class="Small", model_file="model.sav", packages=packages, python="3.11")


def test_the_digest_is_the_hash_of_the_manifest_and_the_manifest_names_every_byte(tmp_path: Path) -> None:
    image = stored(tmp_path)
    text = (image.app.parent / "manifest.json").read_bytes()
    assert image.digest == f"sha256:{hashlib.sha256(text).hexdigest()}"
    assert json.loads(text) == {
        "files": {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in FILES.items()
        },
        "modelFile": "model.sav",
        "packages": ["a==1"],
        "python": "3.11",
        "wrapperClass": "Small",
    }
    assert load(tmp_path, image.digest) == image
    assert {name: (image.app / name).read_bytes() for name in image.files} == FILES


def test_the_same_content_is_the_same_image_whatever_its_order(tmp_path: Path) -> None:
    first = stored(tmp_path)
    again = stored(tmp_path, dict(reversed(FILES.items())))
    assert again == first
    assert [path.name for path in (tmp_path / "sha256").iterdir()] == [first.digest.removeprefix("sha256:")]


@pytest.mark.parametrize(
    ("files", "packages"),
    [({**FILES, "model.sav": b"x"}, ("a==1",)), ({**FILES, "more.py": b""}, ("a==1",)), (FILES, ("a==2",))],
    ids=["a file differs", "a file more", "a package differs"],
)
def test_other_content_is_another_image(tmp_path: Path, files: dict[str, bytes], packages: tuple[str, ...]) -> None:
    assert stored(tmp_path, files, packages).digest != stored(tmp_path).digest


def _one_bit(app: Path) -> Path:
    data = bytearray((app / "model.sav").read_bytes())
    data[17] ^= 1
    (app / "model.sav").write_bytes(data)
    return app / "model.sav"


def _write(name: str) -> Callable[[Path], Path]:
    def act(app: Path) -> Path:
        (app / name).parent.mkdir(exist_ok=True)
        (app / name).write_bytes(b"planted")
        return app / name

    return act


def _remove(name: str) -> Callable[[Path], Path]:
    def act(app: Path) -> Path:
        (app / name).unlink()
        return app / name

    return act


def _link_to_a_folder(app: Path) -> Path:
    (app / "numpy").symlink_to("/", target_is_directory=True)
    return app / "numpy"


def _link_to_the_same_bytes(app: Path) -> Path:
    (app / "model.sav").rename(app.parent / "elsewhere")
    (app / "model.sav").symlink_to(app.parent / "elsewhere")
    return app / "model.sav"


def _folder_in_its_place(app: Path) -> Path:
    (app / "Small.py").unlink()
    (app / "Small.py").mkdir()
    return app / "Small.py"


TAMPERING = {
    "one bit": _one_bit,
    "other content": _write("Small.py"),
    "file removed": _remove("model.sav"),
    "file added": _write("numpy.py"),
    "file added in a folder": _write("deploy/more"),
    "compiled module planted": _write("__pycache__/Small.cpython-311.pyc"),
    "folder linked in": _link_to_a_folder,
    "file replaced by a link to the same bytes": _link_to_the_same_bytes,
    "file replaced by a folder": _folder_in_its_place,
    "manifest changed": _write("../manifest.json"),
    "manifest removed": _remove("../manifest.json"),
}


@pytest.mark.parametrize("tamper", TAMPERING.values(), ids=TAMPERING)
def test_tampering_is_refused_by_the_name_of_the_file(tmp_path: Path, tamper: Callable[[Path], Path]) -> None:
    image = stored(tmp_path)
    culprit = tamper(image.app)
    with pytest.raises(ToolFailed, match=re.escape(f"{culprit.parent.resolve() / culprit.name} was changed")):
        load(tmp_path.resolve(), image.digest)


def test_packaging_again_does_not_hide_that_the_stored_image_was_changed(tmp_path: Path) -> None:
    _one_bit(stored(tmp_path).app)
    with pytest.raises(ToolFailed, match=r"model\.sav was changed"):
        stored(tmp_path)


@pytest.mark.parametrize(
    "digest", ["", "latest", "sha256:", "sha256:" + "A" * 64, "sha256:../../x", "sha512:" + "a" * 64, "a" * 64]
)
def test_what_is_no_digest_is_refused(tmp_path: Path, digest: str) -> None:
    with pytest.raises(UsageError, match="is not an image digest"):
        load(tmp_path, digest)


def test_an_unknown_digest_says_how_to_get_the_image(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no image sha256:0{64} on this machine") as caught:
        load(tmp_path, "sha256:" + "0" * 64)
    assert "mlgate pipeline run" in caught.value.fix


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b'{"files":{"a":"0"},"modelFile":"a","packages":[],"wrapperClass":"A"}', b"\xff"]
)
def test_a_manifest_of_another_version_is_an_error_without_a_traceback(tmp_path: Path, text: bytes) -> None:
    name = hashlib.sha256(text).hexdigest()
    (tmp_path / "sha256" / name / "app").mkdir(parents=True)
    (tmp_path / "sha256" / name / "manifest.json").write_bytes(text)
    with pytest.raises(ToolFailed, match=r"manifest\.json was written by another version"):
        load(tmp_path, f"sha256:{name}")
