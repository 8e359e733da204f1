"""A finding leads back through the Applications, and through the options that they write into a kustomization."""

from pathlib import Path
from typing import Any

import pytest

import argo_trees as trees
from mlgate.checks import graft
from mlgate.checks.argo.follow import Options, follow
from mlgate.checks.argo.run import validate_foreign
from mlgate.checks.locate import Locator
from mlgate.checks.model import name_of
from mlgate.repo import Repo

ROOT = f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: root, namespace: argocd}}
spec:
  project: default
  source:
    repoURL: {trees.URL}
    path: apps
  destination: {{server: {trees.SERVER}, namespace: argocd}}
"""
WEB = f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: web, namespace: argocd}}
spec:
  project: default
  destination: {{server: {trees.SERVER}, namespace: web}}
  source:
    repoURL: {trees.URL}
    path: web
    kustomize:
      namePrefix: eu-
      namespace: team
      commonLabels:
        owner: us
      commonAnnotations:
        page: someone
      images:
      - example.com/app=mirror.example.com:5000/app:2
      replicas:
      - {{name: app, count: 3}}
      patches:
      - target: {{kind: Deployment}}
        patch: |-
          - op: add
            path: /spec/paused
            value: true
      components:
      - ../extra
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: 1
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec: {containers: [{name: app, image: "example.com/app:1"}]}
"""
EXTRA = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [more.yaml]\n"
FILES: dict[str, Any] = {
    "root.yaml": ROOT,
    "apps/web.yaml": WEB,
    "web/kustomization.yaml": "namePrefix: dev-\nresources: [app.yaml]\n",
    "web/app.yaml": DEPLOYMENT,
    "extra/kustomization.yaml": EXTRA,
    "extra/more.yaml": trees.config("more"),
}


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trees.write(tmp_path_factory.mktemp("tree"), FILES)


def find(top: Path, name: str, pointer: str) -> tuple[str, list[tuple[str, str]]]:
    tree = follow(top, Options(root=top / "root.yaml"))
    (found,) = [(unit, obj) for unit in tree.units for obj in unit.objects if name_of(obj) == name]
    place = Locator(Repo(top), found[0].build).find(found[1], pointer)
    return str(place), [(step.role, str(step)) for step in place.chain]


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        pytest.param("/spec/template/spec/containers/0/image", "apps/web.yaml:18:9", id="image"),
        pytest.param("/spec/replicas", "apps/web.yaml:20:21", id="replicas"),
        pytest.param("/spec/paused", "apps/web.yaml:26:13", id="patch"),
        pytest.param("/metadata/namespace", "apps/web.yaml:12:7", id="namespace"),
        pytest.param("/metadata/labels/owner", "apps/web.yaml:14:9", id="label"),
        pytest.param("/metadata/annotations/page", "apps/web.yaml:16:9", id="annotation"),
        pytest.param("/spec/selector/matchLabels/app", "web/app.yaml:6:28", id="none"),
    ],
)
def test_an_option_of_the_application_is_where_it_is_edited(top: Path, pointer: str, place: str) -> None:
    assert find(top, "eu-app", pointer)[0] == place


def test_a_chain_begins_with_every_application_and_has_the_prefix_of_the_last(top: Path) -> None:
    assert find(top, "eu-app", "/metadata/name")[1] == [
        ("application", "root.yaml:8:5"),
        ("application", "apps/web.yaml:9:5"),
        ("resource", "web/kustomization.yaml:2:13"),
        ("namePrefix", "apps/web.yaml:11:7"),
        ("namePrefix", "web/kustomization.yaml:1:1"),
        ("object", "web/app.yaml:3:12"),
    ]


def test_a_component_of_the_application_is_named(top: Path) -> None:
    assert find(top, "eu-more", "")[1][-3:] == [
        ("component", "apps/web.yaml:28:9"),
        ("resource", "extra/kustomization.yaml:3:13"),
        ("object", "extra/more.yaml:1:1"),
    ]


def test_what_an_application_set_fills_in_leads_to_its_template(tmp_path: Path) -> None:
    obj = trees.appset({"list": {"elements": [{"name": "a"}]}})
    obj["spec"]["template"]["spec"]["source"]["kustomize"] = {"commonLabels": {"owner": "{{name}}"}}
    files = {"root.yaml": obj, "web/kustomization.yaml": "resources: [x.yaml]\n", "web/x.yaml": trees.config()}
    top = trees.write(tmp_path, files)
    lines = (top / "root.yaml").read_text().splitlines()
    place, chain = find(top, "settings", "/metadata/labels/owner")
    number = next(at for at, line in enumerate(lines, 1) if "owner:" in line)
    assert place.startswith(f"root.yaml:{number}:")
    assert chain[0][0] == "applicationset"
    assert lines[int(chain[0][1].split(":")[1]) - 1].strip() == "path: web"


def test_a_source_that_does_not_render_names_its_application(tmp_path: Path) -> None:
    top = trees.write(tmp_path, {**FILES, "web/app.yaml": "a: [\n"})
    report = validate_foreign(Repo(top), Options(root=top / "root.yaml"))
    (found,) = [each for each in report.findings if each.code == "MG221"]
    assert [str(step) for step in found.chain] == ["root.yaml:8:5", "apps/web.yaml:9:5"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a=b:1", {"name": "a", "newName": "b", "newTag": "1"}),
        ("a=r:5000/b@sha256:0", {"name": "a", "newName": "r:5000/b", "digest": "sha256:0"}),
        ("r:5000/a:1", {"name": "r:5000/a", "newTag": "1"}),
        ("a@sha256:0", {"name": "a", "digest": "sha256:0"}),
    ],
)
def test_an_image_is_read_as_kustomize_does(text: str, found: dict[str, str]) -> None:
    assert graft.image(text) == found
