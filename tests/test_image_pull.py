"""A model comes out of a registry exactly as its digest says, or not at all."""

import base64
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

import registries
from mlgate.errors import ToolFailed, UsageError
from mlgate.image import registry, store
from mlgate.image.pull import pull
from mlgate.image.registry import Login
from registries import Fake, layer, sha

FILES = {"Fraud.py": b"class Fraud: ...", "model.sav": b"weights", "data/names.txt": b"a"}
LOGIN = Login("robot", "s3cret")


def manifest(files: dict[str, bytes] = FILES) -> bytes:
    return json.dumps(
        {
            "files": {name: {"sha256": sha(data)[7:], "size": len(data)} for name, data in files.items()},
            "modelFile": "model.sav",
            "packages": ["numpy==1.26.4"],
            "python": "3.11",
            "wrapperClass": "Fraud",
        }
    ).encode()


def app(files: dict[str, bytes] = FILES) -> bytes:
    return layer(
        {
            "microservice": None,
            **{f"microservice/{name}": data for name, data in files.items()},
            "microservice/.mlgate/manifest.json": manifest(),
        }
    )


@pytest.mark.parametrize("redirect", [False, True], ids=["direct", "redirected"])
@pytest.mark.parametrize("auth", ["", "basic", "bearer"], ids=["open", "basic", "bearer"])
def test_the_packaged_files_come_out_and_are_stored(auth: str, redirect: bool, tmp_path: Path) -> None:
    with registries.serving(auth, redirect=redirect) as fake:
        image = fake.push([layer({"etc/passwd": b"root", "usr/lib/x": b"y"}), app()])
        found = pull(image, tmp_path, LOGIN if auth else None)
        strangers = [given for path, given in fake.asked if path.startswith("/storage/") and given]
    assert {name: (found.app / name).read_bytes() for name in found.files} == FILES
    assert (found.wrapper_class, found.model_file, found.packages) == ("Fraud", "model.sav", ("numpy==1.26.4",))
    assert store.load(tmp_path, found.digest) == found
    assert strangers == []


def test_the_same_folder_packaged_here_has_the_same_digest(tmp_path: Path) -> None:
    here = store.save(
        tmp_path,
        dict(sorted(FILES.items())),
        wrapper_class="Fraud",
        model_file="model.sav",
        packages=("numpy==1.26.4",),
        python="3.11",
    )
    with registries.serving() as fake:
        assert pull(fake.push([app()]), tmp_path / "other").digest == here.digest


def test_a_later_layer_replaces_hides_and_clears(tmp_path: Path) -> None:
    wrong = {"microservice/Fraud.py": b"old", "microservice/stray/a.py": b"a", "microservice/stray.py": b"a"}
    hiding = {"microservice/.wh.stray.py": b"", "microservice/stray/.wh..wh..opq": b""}
    with registries.serving() as fake:
        assert pull(fake.push([layer(wrong), app(), layer(hiding)]), tmp_path).files.keys() == FILES.keys()
        assert pull(fake.push([layer(wrong), layer({".wh.microservice": b""}), app()]), tmp_path).files
        with pytest.raises(ToolFailed, match=r"stray.* is not what was packaged"):
            pull(fake.push([layer(wrong), app()]), tmp_path)


def _link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return layer({name: info})


@pytest.mark.parametrize(
    ("top", "words"),
    [
        pytest.param(_link("microservice/model.sav", "/etc/passwd"), "no regular file", id="symlink"),
        pytest.param(_link("microservice/a", "etc/passwd", tarfile.LNKTYPE), "no regular file", id="hard-link"),
        pytest.param(_link("microservice", "/srv"), "no regular file", id="folder-is-a-link"),
        pytest.param(layer({"microservice/../../evil": b"x"}), "leads out", id="traversal"),
        pytest.param(layer({"microservice/model.sav": b"other"}), "not what was packaged", id="another-model"),
        pytest.param(layer({"microservice/sitecustomize.py": b"x"}), "not what was packaged", id="stray-module"),
        pytest.param(layer({"microservice/.wh.model.sav": b""}), "model.sav is not", id="model-gone"),
        pytest.param(layer({"microservice/.mlgate/manifest.json": b"{}"}), "no /microservice/.mlg", id="no-manifest"),
        pytest.param(b"no archive", "cannot be read", id="no-archive"),
        pytest.param(layer({"microservice/x": b"y" * 9999})[:60], "cannot be read", id="cut-off"),
    ],
)
def test_what_is_no_packaged_model_is_refused(top: bytes, words: str, tmp_path: Path) -> None:
    with registries.serving() as fake, pytest.raises(ToolFailed, match=words):
        pull(fake.push([app(), top]), tmp_path)


def _swap_blob(fake: Fake) -> None:
    fake.blobs[sha(app())] = app({**FILES, "model.sav": b"WEIGHTS"})


def _longer(fake: Fake) -> None:
    fake.blobs[sha(app())] = app() + b"x"


def _shorter(fake: Fake) -> None:
    fake.blobs[sha(app())] = app()[:-1]


def _swap_manifest(fake: Fake) -> None:
    for digest in fake.manifests:
        fake.manifests[digest] += b" "


def _nothing(fake: Fake) -> None:
    fake.blobs.clear()


@pytest.mark.parametrize("tamper", [_swap_blob, _longer, _shorter, _swap_manifest, _nothing], ids=lambda f: f.__name__)
def test_other_bytes_than_the_digest_stands_for_are_refused(tamper: Callable[[Fake], None], tmp_path: Path) -> None:
    with registries.serving() as fake:
        image = fake.push([app()])
        tamper(fake)
        with pytest.raises(ToolFailed, match=r"the registry (sent|answered 404)"):
            pull(image, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "layers",
    [
        pytest.param("x", id="text"),
        pytest.param([{"digest": "sha256:../../x", "size": 1, "mediaType": "t"}], id="path-for-digest"),
        pytest.param([{"digest": "sha256:" + "ab" * 32, "size": 1 << 40, "mediaType": "t"}], id="too-large"),
        pytest.param([{"digest": "sha256:" + "ab" * 32, "size": -1, "mediaType": "t"}], id="negative"),
    ],
)
def test_a_manifest_that_asks_for_too_much_is_refused(layers: object, tmp_path: Path) -> None:
    with registries.serving() as fake, pytest.raises(ToolFailed):
        pull(fake.put({"layers": layers}), tmp_path)


@pytest.mark.parametrize("login", [None, Login("robot", "wrong")], ids=["none", "wrong"])
@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_a_refused_login_names_the_secret_and_shows_nothing(auth: str, login: Login | None, tmp_path: Path) -> None:
    with registries.serving(auth) as fake, pytest.raises(ToolFailed, match="401") as caught:
        pull(fake.push([app()]), tmp_path, login)
    assert "registry-credentials" in caught.value.fix
    assert "wrong" not in str(caught.value) + repr(login)


@pytest.mark.parametrize(
    "image", ["fraud:1", "r.example.com/fraud:1", "-x/y@sha256:" + "a" * 64, "r/a/../y@sha256:" + "a" * 64, ""]
)
def test_a_reference_by_anything_but_a_digest_is_refused(image: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        pull(image, tmp_path)


def test_a_registry_that_is_not_there_is_said(tmp_path: Path) -> None:
    with registries.serving() as fake:
        image = fake.push([app()])
    with pytest.raises(ToolFailed, match="does not answer"):
        pull(image, tmp_path)


@pytest.mark.parametrize(
    ("config", "found"),
    [
        pytest.param("", Login(), id="none"),
        pytest.param('{"auths": {"other": {"auth": "eA=="}}}', Login(), id="other-host"),
        pytest.param(
            json.dumps({"auths": {"r.io": {"auth": base64.b64encode(b"robot:s3c:ret").decode()}}}),
            Login("robot", "s3c:ret"),
            id="auth",
        ),
        pytest.param(
            '{"auths": {"r.io": {"username": "robot", "password": "s3cret"}}}', Login("robot", "s3cret"), id="pair"
        ),
    ],
)
def test_the_login_of_a_host_is_read(config: str, found: Login) -> None:
    assert registry.login(config, "r.io/team/fraud") == found


@pytest.mark.parametrize("config", ["{", "[]", '{"auths": {"r.io": 1}}', '{"auths": {"r.io": {"auth": "%"}}}'])
def test_credentials_that_cannot_be_read_are_not_shown(config: str) -> None:
    with pytest.raises(UsageError) as caught:
        registry.login(config, "r.io/team/fraud")
    assert "auths" not in str(caught.value)
