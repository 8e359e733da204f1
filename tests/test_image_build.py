"""Building by what buildah and s2i are told: their places are taken by programs that note it and answer."""

import json
import os
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import registries
from mlgate.errors import MissingTool, SettingsError, ToolFailed, UsageError
from mlgate.image import build, context, store
from mlgate.image.pull import pull
from mlgate.image.store import Image
from mlgate.pipeline import workspace
from mlgate.verbs.steps import model
from registries import layer, sha

REPOSITORY = "registry.example.com/team/fraud"
DIGEST = "sha256:" + "cd" * 32
SECRET = "hunter2-planted"
FILES = {"Fraud.py": b"class Fraud: ...", "model.sav": b"weights", "requirements.txt": b"numpy\n"}
_NOTE = """#!/bin/sh
printf '%s\\n' "$*" >> "{notes}/argv"
env >> "{notes}/env"
while [ $# -gt 0 ]; do
  case "$1" in
    --digestfile) printf '%s' "{answer}" > "$2" ;;
    --authfile) stat -c %a "$2" >> "{notes}/modes"; cat "$2" >> "{notes}/auth" ;;
    --secret) cat "${{2#*src=}}" >> "{notes}/pip" ;;
    --as-dockerfile) printf 'FROM x\\n' > "$2" ;;
  esac
  shift
done
exit {code}
"""


@pytest.fixture
def image(tmp_path: Path) -> Image:
    return _saved(tmp_path / "images")


def _saved(images: Path, files: dict[str, bytes] | None = None) -> Image:
    packages = ("numpy==1.26.4", "seldon-core==1.17.1")
    kept = files or FILES
    return store.save(images, kept, wrapper_class="Fraud", model_file="model.sav", packages=packages, python="3.11")


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return _tools(tmp_path, monkeypatch)


def _tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str = DIGEST, code: int = 0) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    for name in ("buildah", "s2i"):
        (folder / name).write_text(_NOTE.format(notes=folder, answer=answer, code=code))
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def test_buildah_builds_rootless_and_pushes_by_the_registrys_digest(image: Image, notes: Path, tmp_path: Path) -> None:
    assert build.build(image, REPOSITORY, "buildah", tmp_path / "work") == DIGEST
    made, pushed = (notes / "argv").read_text().splitlines()
    for wanted in ("--storage-driver vfs", "--isolation chroot", "--timestamp 0", "context/Containerfile"):
        assert wanted in made
    name = f"{REPOSITORY}:{image.digest[7:19]}"
    assert f"--tag {name}" in made
    assert pushed.endswith(f"{name} docker://{name}")


def test_secrets_reach_files_of_one_user_and_nothing_else(
    image: Image, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = json.dumps({"auths": {"registry.example.com": {"auth": SECRET}}})
    monkeypatch.setenv("REGISTRY_CREDENTIALS", config)
    monkeypatch.setenv("PIP_INDEX_URL", f"https://user:{SECRET}@index.example.com/simple")
    build.build(image, REPOSITORY, "buildah", tmp_path / "work", config)
    assert SECRET in (notes / "auth").read_text()  # it was there to be found
    assert f"index-url = https://user:{SECRET}@" in (notes / "pip").read_text()
    assert set((notes / "modes").read_text().split()) == {"600"}
    assert SECRET not in (notes / "argv").read_text() + (notes / "env").read_text()
    left = [path for path in (tmp_path / "work").rglob("*") if path.is_file() and SECRET in path.read_text()]
    assert left == []


def test_s2i_makes_the_file_that_buildah_builds(image: Image, notes: Path, tmp_path: Path) -> None:
    assert build.build(image, REPOSITORY, "s2i", tmp_path / "work") == DIGEST
    s2i, made, _pushed = (notes / "argv").read_text().splitlines()
    assert s2i.startswith(f"build {tmp_path}/work/context/app {build.S2I_BUILDER} --as-dockerfile")
    assert "--env=MODEL_NAME=Fraud" in s2i
    assert f"--file {tmp_path}/work/s2i/Dockerfile" in made


@pytest.mark.parametrize("answer", ["", "latest", "sha256:ab"], ids=["nothing", "tag", "short"])
def test_a_push_that_names_no_digest_is_an_error(
    answer: str, image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _tools(tmp_path, monkeypatch, answer)
    with pytest.raises(ToolFailed, match="named no digest"):
        build.build(image, REPOSITORY, "buildah", tmp_path / "work")


def test_a_failed_build_says_so_and_leaves_no_secret(
    image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _tools(tmp_path, monkeypatch, code=1)
    with pytest.raises(ToolFailed, match="exited 1"):
        build.build(image, REPOSITORY, "buildah", tmp_path / "work", SECRET)
    assert not (tmp_path / "work" / "private").exists()


@pytest.mark.parametrize(
    ("repository", "how"),
    [
        ("registry.example.com/fraud:1", "buildah"),
        ("--all", "buildah"),
        ("fraud", "buildah"),
        (REPOSITORY, "kaniko"),
    ],
)
def test_what_cannot_be_built_is_refused(repository: str, how: str, image: Image, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        build.build(image, repository, how, tmp_path / "work")


def test_a_missing_tool_is_named(image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.defpath)
    with pytest.raises(MissingTool, match="s2i is not installed"):
        build.build(image, REPOSITORY, "s2i", tmp_path / "work")


def test_the_context_installs_exactly_what_was_packaged(tmp_path: Path) -> None:
    given = {**FILES, "deploy/environment": b'MODEL_NAME=Fraud\nGREETING=a "$HOME"\n'}
    packaged = _saved(tmp_path / "images", given)
    context.write(packaged, tmp_path / "context")
    assert (tmp_path / "context" / "packages.txt").read_text() == "numpy==1.26.4\nseldon-core==1.17.1\n"
    text = (tmp_path / "context" / "Containerfile").read_text()
    assert text.startswith("FROM docker.io/library/python:3.11-slim-bookworm\n")
    assert "--no-deps --requirement /opt/mlgate/packages.txt" in text
    assert 'GREETING="a \\"\\$HOME\\""' in text
    assert 'CMD ["seldon-core-microservice", "Fraud", "--service-type", "MODEL", "--persistence", "0"]' in text
    files = {path.relative_to(tmp_path / "context" / "app") for path in (tmp_path / "context" / "app").rglob("*")}
    assert {Path(name) for name in given} < files


def test_what_is_built_from_the_context_comes_back_as_it_was_packaged(image: Image, tmp_path: Path) -> None:
    context.write(image, tmp_path / "context")
    app = tmp_path / "context" / "app"
    members = {f"microservice/{p.relative_to(app)}": p.read_bytes() for p in app.rglob("*") if p.is_file()}
    with registries.serving() as fake:
        found = pull(fake.push([layer(members)]), tmp_path / "pulled")
    assert (found.digest, found.packages, found.python) == (image.digest, image.packages, image.python)


def _noted(source: Path, image: str, digest: str) -> None:
    (source / workspace.IMAGE).write_text(json.dumps({"image": image, "digest": digest}))


def test_evaluation_scores_what_the_registry_holds(image: Image, tmp_path: Path) -> None:
    images = tmp_path / "images"
    _noted(tmp_path, "127.0.0.1:1/team/fraud", image.digest)
    assert model.measured_image(tmp_path, images) == image
    context.write(image, tmp_path / "context")
    app = tmp_path / "context" / "app"
    members = {f"microservice/{p.relative_to(app)}": p.read_bytes() for p in app.rglob("*") if p.is_file()}
    other = _saved(tmp_path / "others", {**FILES, "model.sav": b"another"})
    with registries.serving() as fake:
        name, _, digest = fake.push([layer(members)]).partition("@")
        _noted(tmp_path, name, image.digest)
        workspace.built(tmp_path, digest)
        measured = model.measured_image(tmp_path, tmp_path / "elsewhere")
        assert (measured.digest, measured.files) == (digest, image.files)
        assert workspace.image(tmp_path) == f"{name}@{digest}"
        _noted(tmp_path, name, other.digest)
        workspace.built(tmp_path, digest)
        with pytest.raises(ToolFailed, match=f"packaged was {other.digest}"):
            model.measured_image(tmp_path, images)


def test_a_second_build_keeps_the_digest_of_the_folder(tmp_path: Path) -> None:
    _noted(tmp_path, REPOSITORY, DIGEST)
    assert workspace.packaged(tmp_path) == (DIGEST, False)
    for each in (b"1", b"2"):
        workspace.built(tmp_path, sha(each))
        assert workspace.packaged(tmp_path) == (DIGEST, True)
    (tmp_path / workspace.IMAGE).write_text('{"image": 1, "digest": "x"}')
    with pytest.raises(SettingsError):
        workspace.image(tmp_path)


def test_the_step_notes_the_registrys_digest(
    image: Image, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _noted(tmp_path, REPOSITORY, image.digest)
    monkeypatch.setenv("RESULT_DIGEST", str(tmp_path / "result"))
    monkeypatch.setenv("REGISTRY_CREDENTIALS", json.dumps({"auths": {"a": SECRET}}))
    done = CliRunner().invoke(model.build, ["--source", str(tmp_path), "--builder", "buildah"], catch_exceptions=False)
    assert done.output == f"{REPOSITORY}@{DIGEST}\n"
    assert (tmp_path / "result").read_text() == DIGEST
    assert workspace.image(tmp_path) == f"{REPOSITORY}@{DIGEST}"
    assert workspace.packaged(tmp_path) == (image.digest, True)
    assert SECRET in (notes / "auth").read_text()


def test_the_pipeline_builds_where_a_cluster_judges_and_measures_after() -> None:
    cicd = Path(__file__).parents[1] / "base" / "cicd"
    tasks = {each["name"]: each for each in yaml.safe_load((cicd / "pipeline.yaml").read_text())["spec"]["tasks"]}
    assert tasks["build"]["when"] == tasks["admit"]["when"]
    assert tasks["build"]["runAfter"] == ["package"]
    assert tasks["evaluate"]["runAfter"] == ["build"]
    for name in ("build", "evaluate"):
        (step,) = yaml.safe_load((cicd / "tasks" / f"{name}.yaml").read_text())["spec"]["steps"]
        (login,) = [each for each in step["env"] if each["name"] == model.CREDENTIALS]
        assert login["valueFrom"]["secretKeyRef"]["name"] == "registry-credentials"
