"""The engine renders what kubectl renders, and whatever a build does, its worker is replaced and the others go on."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlgate.errors import MissingTool, ToolFailed
from mlgate.process import Tool
from mlgate.render import kustomize, renderer
from mlgate.render.engine import Answer, EnginePool, Request

ROOT = Path(__file__).parents[1]
BUILDS = sorted(
    file.parent
    for top in ("apps", "base", "policy", "overlays")
    for file in (ROOT / top).rglob("kustomization.yaml")
    if "kind: Component" not in file.read_text() and file.parent.name != "values"
)
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {app: a}\ndata: {key: value}\n"
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'example.com:5000/web:1.0.0'}]}
"""


@pytest.fixture(scope="module")
def pool() -> Iterator[EnginePool]:
    with EnginePool() as made:
        yield made


def tree(top: Path, text: str, **files: str) -> Path:
    """A repository whose folder ``app`` has this kustomization and, by name, these files."""
    (top / "app").mkdir()
    (top / "app/kustomization.yaml").write_text(text)
    for name, content in files.items():
        (top / "app" / f"{name}.yaml").write_text(content)
    return top


def one(pool: EnginePool, root: Path, **given: Any) -> Answer:
    (found,) = pool.render([Request(root / "app", root, **given)])
    return found


def test_every_build_of_the_tree_is_what_kubectl_renders(pool: EnginePool) -> None:
    assert len(BUILDS) > 40
    answers = pool.render([Request(folder, ROOT) for folder in BUILDS])
    for folder, answer in zip(BUILDS, answers, strict=True):
        assert answer.error == "", folder
        assert list(answer.objects) == kustomize.build(folder), folder


@pytest.mark.parametrize(
    "value",
    [
        *("12345678901234567", "18446744073709551615", "1.0", "0.25", "1e6", "'2020-01-01'", "'0123'", "'yes'", "yes"),
        *("null", "true", "'1.0'", "0o17", "'12345678901234567890123'", "é\u2028", '"a\\nb"', "'<&>'", "[]", "-3"),
    ],
)
def test_a_value_is_read_as_yaml_reads_it(pool: EnginePool, tmp_path: Path, value: str) -> None:
    text = f"apiVersion: example.com/v1\nkind: A\nmetadata: {{name: a}}\nspec: {{value: {value}}}\n"
    root = tree(tmp_path, "resources: [a.yaml]\n", a=text)
    assert list(one(pool, root).objects) == kustomize.build(root / "app")


def test_all_files_that_were_read_are_named(pool: EnginePool, tmp_path: Path) -> None:
    text = "resources: [a.yaml, ../base]\npatches: [{path: p.yaml}]\nconfigMapGenerator: [{name: c, files: [f.yaml]}]\n"
    root = tree(tmp_path, text, a=CONFIG_MAP, p=CONFIG_MAP, f="x: 1", unread="y: 1")
    (root / "base").mkdir()
    (root / "base/kustomization.yaml").write_text("resources: [b.yaml]\n")
    (root / "base/b.yaml").write_text(CONFIG_MAP.replace("name: a", "name: b"))
    assert one(pool, root).files == (
        *("app/a.yaml", "app/f.yaml", "app/kustomization.yaml", "app/p.yaml"),
        *("base/b.yaml", "base/kustomization.yaml"),
    )


REPLACE = '[{"op": "replace", "path": "/spec/replicas", "value": 7}]'
OPTIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "prefix": ({"namePrefix": "x-"}, {"namePrefix": "x-"}),
    "suffix": ({"nameSuffix": "-x"}, {"nameSuffix": "-x"}),
    "namespace": ({"namespace": "here"}, {"namespace": "here"}),
    "tag": ({"images": ["example.com:5000/web:2"]}, {"images": [{"name": "example.com:5000/web", "newTag": "2"}]}),
    "image": (
        {"images": ["example.com:5000/web=b.example/w:3"]},
        {"images": [{"name": "example.com:5000/web", "newName": "b.example/w", "newTag": "3"}]},
    ),
    "digest": (
        {"images": ["example.com:5000/web@sha256:aa"]},
        {"images": [{"name": "example.com:5000/web", "digest": "sha256:aa"}]},
    ),
    "replicas": ({"replicas": [{"name": "web", "count": "3"}]}, {"replicas": [{"name": "web", "count": 3}]}),
    "labels": ({"commonLabels": {"a": "b"}}, {"commonLabels": {"a": "b"}}),
    "labels-outside": (
        {"commonLabels": {"a": "b"}, "labelWithoutSelector": True, "labelIncludeTemplates": True},
        {"labels": [{"pairs": {"a": "b"}, "includeTemplates": True}]},
    ),
    "annotations": ({"commonAnnotations": {"a": "b"}}, {"commonAnnotations": {"a": "b"}}),
    "patch": (
        {"patches": [{"target": {"kind": "Deployment"}, "patch": REPLACE}]},
        {"patches": [{"target": {"kind": "Deployment"}, "patch": REPLACE}]},
    ),
    "component": ({"components": ["../more"]}, {"components": ["../more"]}),
}


@pytest.mark.parametrize(("options", "fields"), OPTIONS.values(), ids=OPTIONS)
def test_options_of_an_application_are_as_if_written_into_the_kustomization(
    pool: EnginePool, tmp_path: Path, options: dict[str, Any], fields: dict[str, Any]
) -> None:
    root = tree(tmp_path, "resources: [web.yaml]\n", web=DEPLOYMENT)
    (root / "more").mkdir()
    (root / "more/kustomization.yaml").write_text("kind: Component\nnameSuffix: -more\n")
    plain = one(pool, root).objects
    answer = one(pool, root, options=options)
    (root / "app/kustomization.yaml").write_text(yaml.safe_dump({"resources": ["web.yaml"], **fields}))
    assert list(answer.objects) == kustomize.build(root / "app") != list(plain)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"commonLabels": {"a": "c"}}, "does not force"),
        ({"images": ["web"]}, "no other name, tag or digest"),
        ({"replicas": [{"name": "web", "count": "many"}]}, "is no number"),
        ({"patches": [{"path": "none.yaml"}]}, "none.yaml"),
    ],
)
def test_options_that_cannot_be_taken_are_an_error(
    pool: EnginePool, tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    root = tree(tmp_path, "resources: [web.yaml]\ncommonLabels: {a: b}\n", web=DEPLOYMENT)
    answer = one(pool, root, options=options)
    assert words in answer.error
    assert not answer.killed


@pytest.mark.parametrize(
    "path", ["https://127.0.0.1:1/a.yaml", "github.com/a/b?ref=c", "../../outside.yaml", "away.yaml"]
)
def test_the_engine_itself_reaches_nothing_outside(pool: EnginePool, tmp_path: Path, path: str) -> None:
    (tmp_path / "outside.yaml").write_text(CONFIG_MAP)
    (tmp_path / "repo").mkdir()
    root = tree(tmp_path / "repo", f"resources: ['{path}']\n")
    (root / "app/away.yaml").symlink_to("../../outside.yaml")
    answer = one(pool, root)
    assert answer.error
    assert answer.objects == ()


def test_a_build_that_takes_too_long_is_ended_and_the_next_is_built(tmp_path: Path) -> None:
    root = tree(tmp_path, "resources: [a.yaml]\n", a=CONFIG_MAP)
    with EnginePool(workers=1, limit_s=0) as slow:
        assert one(slow, root).killed
    with EnginePool(workers=1) as fine:
        assert one(fine, root).objects


def test_a_worker_that_dies_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree(tmp_path, "resources: [a.yaml]\n", a=CONFIG_MAP)
    with EnginePool(workers=1) as pool:
        monkeypatch.setattr(Request, "line", lambda _self, _number: "no request")
        answer = one(pool, root)
        assert (answer.killed, answer.objects) == (True, ())
        assert "invalid character" in answer.error
        monkeypatch.undo()
        assert one(pool, root).objects


def test_the_memory_of_a_worker_is_limited() -> None:
    limits = Tool("mlgate-engine").worker(["render"], cwd=ROOT, env={})
    try:
        limits.ask(json.dumps({"folder": str(ROOT / "policy"), "root": str(ROOT)}), 20)
        shown = Path(f"/proc/{limits.pid}/limits").read_text()
    finally:
        limits.close()
    (line,) = [each for each in shown.splitlines() if each.startswith("Max address space")]
    assert line.split()[3] != "unlimited"


def test_without_the_engine_nothing_is_rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("MLGATE_CACHE", str(tmp_path))
    with EnginePool() as empty, pytest.raises(MissingTool, match="mlgate-engine"):
        empty.render([Request(ROOT / "policy", ROOT)])


@pytest.mark.parametrize("name", renderer.RENDERERS)
def test_both_renderers_give_the_same(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(renderer, "_chosen", [name])
    root = tree(tmp_path, "resources: [a.yaml]\n", a=CONFIG_MAP)
    (root / "bad").mkdir()
    good, bad = renderer.render_all([Request(root / "app", root), Request(root / "bad", root)])
    assert (good.objects, good.error) == ((yaml.safe_load(CONFIG_MAP),), "")
    assert bad.objects == ()
    assert "kustomization" in bad.error


def test_kubectl_ignores_no_options_in_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderer, "_chosen", ["kubectl"])
    root = tree(tmp_path, "resources: [a.yaml]\n", a=CONFIG_MAP)
    (answer,) = renderer.render_all([Request(root / "app", root, {"namePrefix": "x-"})])
    assert "--renderer engine" in answer.error


def test_no_program_of_the_person_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = tmp_path / "ran"
    (tmp_path / "bin").mkdir()
    for name in ("git", "helm"):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\ntouch {ran}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin:{shutil.which('kubectl')}")
    (tmp_path / "repo").mkdir()
    root = tree(tmp_path / "repo", "resources: ['https://127.0.0.1:1/a.git?ref=b']\nhelmCharts: [{name: a}]\n")
    with EnginePool() as pool:
        assert one(pool, root).error
    with pytest.raises(ToolFailed):
        kustomize.build(root / "app")
    assert not ran.exists()


TARGETED = """resources: [a.yaml]
patches:
- target: {kind: %s}
  patch: '[{"op": "add", "path": "/data/more", "value": "b"}]'
"""
DELETED = """resources: [a.yaml]
patches:
- target: {kind: %s}
  patch: |
    $patch: delete
    kind: any
    metadata: {name: any}
"""
REPLACED = """resources: [a.yaml]
replacements:
- source: {kind: ConfigMap, fieldPath: metadata.name}
  targets:
  - select: {kind: %s}
    fieldPaths: [data.key]
"""
REJECTED = """resources: [a.yaml]
replacements:
- source: {kind: ConfigMap, fieldPath: metadata.name}
  targets:
  - select: {kind: ConfigMap}
    reject: [{name: %s}]
    fieldPaths: [data.key]
"""
PROBES = {
    "patch": (TARGETED, "ConfigMap", "Secret"),
    "delete": (DELETED, "ConfigMap", "Secret"),
    "replacement": (REPLACED, "ConfigMap", "Secret"),
    "reject": (REJECTED, "b", "a"),
}


@pytest.mark.parametrize(("text", "right", "wrong"), PROBES.values(), ids=PROBES)
def test_a_probe_tells_what_matches_an_object(
    pool: EnginePool, tmp_path: Path, text: str, right: str, wrong: str
) -> None:
    root = tree(tmp_path, "", a=CONFIG_MAP)
    for name, hit in ((right, True), (wrong, False)):
        (root / "app/kustomization.yaml").write_text(text % name)
        answer = one(pool, root, probe=True)
        assert answer.error == ""
        assert answer.reached
        assert bool(answer.matched) is hit


def test_a_probe_sees_what_is_local_or_deleted_later(pool: EnginePool, tmp_path: Path) -> None:
    text = (
        "resources: [a.yaml]\npatches:\n"
        '- {target: {kind: ConfigMap}, patch: \'[{"op": "add", "path": "/data/b", "value": "c"}]\'}\n'
        '- {target: {kind: Settings}, patch: \'[{"op": "add", "path": "/spec", "value": "c"}]\'}\n'
        '- {patch: "$patch: delete\\napiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: a}"}\n'
    )
    only = "{config.kubernetes.io/local-config: 'true'}"
    local = f"apiVersion: a/v1\nkind: Settings\nmetadata: {{name: s, annotations: {only}}}"
    root = tree(tmp_path, text, a=f"{CONFIG_MAP}---\n{local}\n")
    answer = one(pool, root, probe=True)
    assert answer.error == ""
    assert answer.reached == answer.matched == ("app/kustomization.yaml#patches/0", "app/kustomization.yaml#patches/1")
