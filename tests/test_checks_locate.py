"""A value of a rendered object leads to the file, line and column that set it, and the chain to it."""

from pathlib import Path
from typing import Any

import pytest

from mlgate.checks import schema
from mlgate.checks.locate import Locator
from mlgate.checks.model import Build
from mlgate.checks.rules import Answer
from mlgate.render import kustomize
from mlgate.repo import Repo
from mlgate.results import Place

FILES = {
    "base/kustomization.yaml": "resources:\n- app.yaml\n- service.yaml\n",
    "base/app.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: PREFIX-app
spec:
  replicas: 1
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      containers:
      - name: first
        image: example.com/first:1
        env:
        - name: MODE
          value: slow
      - name: second
        image: example.com/second:1
""",
    "base/service.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  type: ClusterIP\n",
    "part/kustomization.yaml": """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
resources: [extra.yaml]
patches:
- target: {kind: Service, name: web}
  patch: |-
    - op: replace
      path: /spec/type
      value: NodePort
    - op: add
      path: /spec/ports
      value:
      - port: 80
replacements:
- source: {kind: Settings, fieldPath: metadata.name}
  targets:
  - select: {kind: Deployment}
    fieldPaths: [metadata.name]
    options: {delimiter: '-', index: 0}
- source: {kind: Settings, fieldPath: spec.mode}
  targets:
  - select: {kind: Deployment}
    fieldPaths:
    - spec.template.spec.containers.[name=first].env.[name=MODE].value
""",
    "part/extra.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\ndata:\n  key: value\n",
    "overlay/settings.yaml": """\
apiVersion: example.com/v1
kind: Settings
metadata:
  name: alpha
  annotations: {config.kubernetes.io/local-config: "true"}
spec:
  mode: fast
""",
    "overlay/patch.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: alpha-app}
spec:
  template:
    spec:
      containers:
      - name: second
        command: [run]
""",
    "overlay/file.txt": "words\n",
    "overlay/kustomization.yaml": """\
namespace: team
resources:
- settings.yaml
- ../base
components:
- ../part
patches:
- path: patch.yaml
- patch: |
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec:
      clusterIP: None
images:
- name: example.com/first
  newTag: "2"
replicas:
- name: alpha-app
  count: 3
labels:
- pairs:
    owner: us
configMapGenerator:
- name: made
  literals:
  - one=1
  files:
  - two=file.txt
""",
}
CONTAINERS = "/spec/template/spec/containers"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locate")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def objects(root: Path) -> dict[str, dict[str, Any]]:
    built = kustomize.build(root / "overlay")
    return {
        f"{obj['kind']} {obj['metadata']['name'].split('-')[-1 if obj['kind'] != 'ConfigMap' else 0]}": obj
        for obj in built
    }


def find(root: Path, obj: dict[str, Any], path: str, origin: Place | None = None) -> Place:
    return Locator(Repo(root), Build(root / "overlay"), origin).find(obj, path)


@pytest.mark.parametrize(
    ("name", "pointer", "place"),
    [
        pytest.param("Service web", "", "base/service.yaml:1:1", id="an-object"),
        pytest.param("Service web", "/metadata/name", "base/service.yaml:4:3", id="from-the-base"),
        pytest.param("Service web", "/spec/sessionAffinity", "base/service.yaml:5:1", id="missing-in-the-base"),
        pytest.param("Service web", "/spec/type", "part/kustomization.yaml:9:7", id="from-a-json6902-operation"),
        pytest.param("Service web", "/spec/ports/0/port", "part/kustomization.yaml:13:9", id="inside-an-operation"),
        pytest.param("Service web", "/spec/clusterIP", "overlay/kustomization.yaml:14:7", id="from-an-inline-patch"),
        pytest.param("Deployment app", f"{CONTAINERS}/0/command", "overlay/patch.yaml:9:9", id="from-a-patch-file"),
        pytest.param("Deployment app", f"{CONTAINERS}/0/image", "base/app.yaml:18:9", id="the-item-by-its-name"),
        pytest.param("Deployment app", f"{CONTAINERS}/1/image", "overlay/kustomization.yaml:17:3", id="from-images"),
        pytest.param(
            "Deployment app", f"{CONTAINERS}/1/env/0/value", "overlay/settings.yaml:7:3", id="from-a-replacement"
        ),
        pytest.param("Deployment app", "/metadata/name", "base/app.yaml:4:3", id="half-from-a-replacement"),
        pytest.param("Deployment app", "/spec/replicas", "overlay/kustomization.yaml:20:3", id="from-replicas"),
        pytest.param("Deployment app", "/metadata/namespace", "overlay/kustomization.yaml:1:1", id="from-namespace"),
        pytest.param("Deployment app", "/metadata/labels/owner", "overlay/kustomization.yaml:23:5", id="from-labels"),
        pytest.param("ConfigMap extra", "/data/key", "part/extra.yaml:5:3", id="from-a-component"),
        pytest.param("ConfigMap made", "/data/one", "overlay/kustomization.yaml:27:5", id="from-a-literal"),
        pytest.param("ConfigMap made", "/data/two", "overlay/file.txt:1:1", id="from-a-generator's-file"),
    ],
)
def test_the_place_to_edit(root: Path, objects: dict[str, dict[str, Any]], name: str, pointer: str, place: str) -> None:
    assert str(find(root, objects[name], pointer)) == place


def test_the_chain_leads_from_the_application_to_the_document(root: Path, objects: dict[str, dict[str, Any]]) -> None:
    origin = Place("apps/app.yaml", 12, 5, "application")
    found = find(root, objects["Deployment app"], f"{CONTAINERS}/1/env/0/value", origin)
    assert [(step.role, str(step)) for step in found.chain] == [
        ("application", "apps/app.yaml:12:5"),
        ("resource", "overlay/kustomization.yaml:4:3"),
        ("resource", "base/kustomization.yaml:2:3"),
        ("source", "overlay/settings.yaml:7:3"),
        ("replacement", "part/kustomization.yaml:24:7"),
        ("object", "base/app.yaml:16:11"),
    ]


def test_an_object_of_a_component_names_the_component(root: Path, objects: dict[str, dict[str, Any]]) -> None:
    found = find(root, objects["ConfigMap extra"], "")
    assert [(step.role, str(step)) for step in found.chain][:2] == [
        ("component", "overlay/kustomization.yaml:6:3"),
        ("resource", "part/kustomization.yaml:3:13"),
    ]


def test_a_part_of_a_prefix_begins_with_its_application(root: Path, objects: dict[str, dict[str, Any]]) -> None:
    (root / "base" / "apps").mkdir()
    (root / "base" / "apps" / "dev.yaml").write_text("kind: Application\nspec:\n  source:\n    path: overlay\n")
    found = Locator(Repo(root), Build(root / "overlay", "alpha", "dev")).find(objects["Service web"])
    assert (found.chain[0].role, str(found.chain[0])) == ("application", "base/apps/dev.yaml:4:5")


def test_an_unknown_object_is_the_kustomization(root: Path) -> None:
    found = find(root, {"kind": "Pod", "metadata": {"name": "none"}}, "/spec")
    assert (found.file, found.line) == ("overlay/kustomization.yaml", 0)


def test_a_plain_folder_has_its_documents(root: Path) -> None:
    (root / "plain").mkdir()
    (root / "plain" / "a.yaml").write_text("---\nkind: Pod\nmetadata:\n  name: p\n")
    found = Locator(Repo(root), Build(root / "plain")).find(
        {"kind": "Pod", "metadata": {"name": "p"}}, "/metadata/name"
    )
    assert str(found) == "plain/a.yaml:4:3"


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "resources: [.]\n",
        "resources: [../overlay]\n",
        "resources: {a: b}\n",
        "patches: [a, {patch: '['}]\n",
        "- a\n",
        "a: &a [*a]\n",
        "replacements: [{targets: [{select: {name: '('}, fieldPaths: [a]}]}]\nresources: [x.yaml]\n",
    ],
    ids=["no-yaml", "itself", "another", "no-list", "no-patch", "a-list", "a-cycle", "no-pattern"],
)
def test_a_kustomization_that_means_nothing_leads_nowhere(tmp_path: Path, text: str) -> None:
    (tmp_path / "overlay").mkdir()
    (tmp_path / "overlay" / "kustomization.yaml").write_text(text)
    (tmp_path / "overlay" / "x.yaml").write_text("kind: Pod\nmetadata: {name: x}\n")
    found = find(tmp_path, {"kind": "Pod", "metadata": {"name": "x"}, "a": 1}, "/a")
    assert found.file.startswith("overlay/")


def test_nothing_outside_the_repository_is_read(root: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out.yaml").write_text("kind: Pod\nmetadata: {name: x}\n")
    (tmp_path / "in" / "kustomization.yaml").write_text("resources: [../out.yaml]\n")
    found = Locator(Repo(tmp_path / "in"), Build(tmp_path / "in")).find({"kind": "Pod", "metadata": {"name": "x"}})
    assert (found.file, found.line) == ("kustomization.yaml", 0)


def test_an_unknown_field_of_a_patch_is_the_line_of_the_patch(root: Path, objects: dict[str, dict[str, Any]]) -> None:
    document = schema._Document(objects["Deployment app"], Locator(Repo(root), Build(root / "overlay")))
    words = " - at '/spec': validation failed - at '/spec': additional properties 'replicas' not allowed - at '': x"
    answer = {
        "status": "statusInvalid",
        "msg": words,
        "validationErrors": [{"path": "/spec", "msg": "validation failed"}],
    }
    (found,) = schema.match([document], [{**answer, "filename": "000000.json"}], [[Answer(known=True, problems=())]])
    assert found.message == "/spec: additional properties 'replicas' not allowed"
    assert (found.file, found.line, found.column) == ("overlay/kustomization.yaml", 20, 3)
