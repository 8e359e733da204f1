"""Applications are followed from their roots as Argo CD would sync them."""

from pathlib import Path
from typing import Any

import pytest

import argo_trees as trees
from mlgate.checks.argo.follow import Options, follow
from mlgate.checks.argo.run import validate_foreign
from mlgate.checks.argo.tree import Tree
from mlgate.checks.model import name_of, namespace_of
from mlgate.errors import UsageError
from mlgate.render import renderer
from mlgate.repo import Repo

PLAIN = {"web/map.yaml": trees.config()}
KUSTOMIZED = {
    "web/kustomization.yaml": {"resources": ["deployment.yaml"]},
    "web/deployment.yaml": {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "a", "image": "web:1"}]}}},
    },
}


def tree(top: Path, files: dict[str, Any], **options: Any) -> Tree:
    if "root" in options:
        options["root"] = top / options["root"]
    return follow(trees.write(top, files), Options(**options))


def chains(found: Tree) -> dict[str, str]:
    """Folder of every unit by the last of the Applications that lead there."""
    return {" ".join(unit.build.chain): unit.build.folder.name for unit in found.units}


def objects(found: Tree, application: str = "web") -> list[dict[str, Any]]:
    return [
        obj
        for unit in found.units
        if unit.application and name_of(unit.application) == application
        for obj in unit.objects
    ]


def troubles(found: Tree) -> list[tuple[str, str]]:
    return [(each.code, each.message) for each in found.troubles]


def test_an_app_of_apps_is_followed_to_its_leaves(tmp_path: Path) -> None:
    apps = {
        "apps/a.yaml": trees.app("web", "web"),
        "apps/b.yaml": trees.appset({"list": {"elements": [{"name": "x"}]}}),
    }
    found = tree(tmp_path, {**PLAIN, "root.yaml": trees.app("root", "apps"), **apps})
    assert chains(found) == {
        "": tmp_path.name,
        "Application/root": "apps",
        "Application/root Application/web": "web",
        "Application/root ApplicationSet/set Application/x": "web",
    }
    assert troubles(found) == []


def test_an_application_that_syncs_itself_is_followed_once(tmp_path: Path) -> None:
    files = {**PLAIN, "apps/root.yaml": trees.app("root", "apps"), "apps/web.yaml": trees.app("web", "web")}
    assert chains(tree(tmp_path, files)) == {"Application/root": "apps", "Application/root Application/web": "web"}


def test_applications_that_sync_each_other_end(tmp_path: Path) -> None:
    files = {"one/a.yaml": trees.app("two", "two"), "two/a.yaml": trees.app("one", "one")}
    found = tree(tmp_path, files)
    assert sorted(unit.build.folder.name for unit in found.units if unit.application) == ["one", "two"]


def test_a_diamond_is_followed_once(tmp_path: Path) -> None:
    both = {f"{name}/web.yaml": trees.app("web", "web") for name in ("left", "right")}
    apps = {f"apps/{name}.yaml": trees.app(name, name) for name in ("left", "right")}
    found = tree(tmp_path, {**PLAIN, **both, **apps, "root.yaml": trees.app("root", "apps")})
    assert len(objects(found)) == 1


def test_only_what_no_other_application_syncs_is_a_root(tmp_path: Path) -> None:
    files = {
        **PLAIN,
        "bootstrap/kustomization.yaml": {"resources": ["../apps"]},
        "apps/kustomization.yaml": {"resources": ["web.yaml"], "namePrefix": "my-"},
        "apps/web.yaml": trees.app("web", "web"),
        "other.yaml": trees.app("other", "web"),
    }
    chains_ = chains(tree(tmp_path, files))
    assert sorted(chains_) == ["", "Application/my-web", "Application/other"]


@pytest.mark.parametrize("root", ["apps", "apps/web.yaml"])
def test_a_root_that_is_named_is_the_only_one(root: str, tmp_path: Path) -> None:
    files = {**PLAIN, "apps/web.yaml": trees.app("web", "web"), "other.yaml": trees.app("other", "web")}
    assert sorted(chains(tree(tmp_path, files, root=root))) == ["", "Application/web"]


def test_a_root_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file or folder"):
        tree(tmp_path, PLAIN, root="nope")


def test_an_object_without_a_namespace_gets_the_destinations(tmp_path: Path) -> None:
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {"group": "example.com", "scope": "Cluster", "names": {"kind": "Widget"}},
    }
    files = {
        "web/a.yaml": [trees.config(), trees.config("own", namespace="own"), trees.namespace("web"), crd],
        "web/b.yaml": {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}},
        "app.yaml": trees.app("web", "web"),
    }
    placed = {name_of(obj): namespace_of(obj) for obj in objects(tree(tmp_path, files))}
    assert placed == {"settings": "web", "own": "own", "web": "", "widgets.example.com": "", "w": ""}


def test_null_and_status_are_left_out_as_the_api_server_does(tmp_path: Path) -> None:
    obj = {**trees.config(creationTimestamp=None), "status": {"x": 1}, "list": [{"a": None, "b": [None]}]}
    (found,) = objects(tree(tmp_path, {"web/a.yaml": obj, "app.yaml": trees.app("web", "web")}))
    assert found == {**trees.config(namespace="web"), "list": [{"b": [None]}]}


DIRECTORY = {
    "web/a.yaml": trees.config("a"),
    "web/b.yml": trees.config("b"),
    "web/c.json": '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Secret"}]}',
    "web/deep/d.yaml": trees.config("d"),
    "web/README.md": "nothing",
    "web/skipped.yaml": "# +argocd:skip-file-rendering\nnot: an object\n",
}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({}, ["a", "b", "None"], id="flat"),
        pytest.param({"recurse": True}, ["a", "b", "None", "d"], id="recurse"),
        pytest.param({"include": "{a,b}.y*ml"}, ["a", "b"], id="include"),
        pytest.param({"recurse": True, "exclude": "{deep/*,*.json}"}, ["a", "b"], id="exclude"),
    ],
)
def test_a_plain_folder_is_read_as_its_options_say(
    options: dict[str, Any], expected: list[str], tmp_path: Path
) -> None:
    files = {**DIRECTORY, "app.yaml": trees.app("web", "web", source={"directory": options})}
    assert [name_of(obj) for obj in objects(tree(tmp_path, files))] == expected


PATCH = "- {op: replace, path: /spec/replicas, value: 7}"


@pytest.mark.parametrize(
    ("options", "path", "expected"),
    [
        pytest.param({"namePrefix": "a-", "nameSuffix": "-z"}, "metadata.name", "a-web-z", id="prefix-and-suffix"),
        pytest.param({"namespace": "there"}, "metadata.namespace", "there", id="namespace"),
        pytest.param({"images": ["web=reg.example.com:5000/w:2"]}, "image", "reg.example.com:5000/w:2", id="image"),
        pytest.param({"images": ["web:3"]}, "image", "web:3", id="tag"),
        pytest.param({"images": [f"web@sha256:{'a' * 64}"]}, "image", f"web@sha256:{'a' * 64}", id="digest"),
        pytest.param({"replicas": [{"name": "web", "count": 4}]}, "spec.replicas", 4, id="replicas"),
        pytest.param({"commonLabels": {"x": "y"}}, "spec.selector.matchLabels.x", "y", id="labels"),
        pytest.param(
            {"commonLabels": {"x": "y"}, "labelWithoutSelector": True}, "spec.selector", None, id="labels-alone"
        ),
        pytest.param({"commonAnnotations": {"x": "y"}}, "metadata.annotations.x", "y", id="annotations"),
        pytest.param({"patches": [{"target": {"kind": "Deployment"}, "patch": PATCH}]}, "spec.replicas", 7, id="patch"),
        pytest.param({"components": ["../part"]}, "metadata.annotations.part", "yes", id="component"),
        pytest.param({"version": "v5.4.0"}, "metadata.name", "web", id="version"),
    ],
)
def test_the_applications_kustomize_options_count(
    options: dict[str, Any], path: str, expected: object, tmp_path: Path
) -> None:
    part = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", "commonAnnotations": {"part": "yes"}}
    app = trees.app("web", "web", source={"kustomize": options})
    (obj,) = objects(tree(tmp_path, {**KUSTOMIZED, "part/kustomization.yaml": part, "app.yaml": app}))
    value: Any = obj["spec"]["template"]["spec"]["containers"][0] if path == "image" else obj
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    assert value == expected


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param({"chart": "x", "path": ""}, "Helm chart x", id="chart"),
        pytest.param({"helm": {"releaseName": "x"}}, "Helm", id="helm"),
        pytest.param({"plugin": {"name": "x"}}, "the plugin", id="plugin"),
        pytest.param({"repoURL": "https://git.example.com/other.git"}, "another repository", id="repository"),
        pytest.param({"path": "jsonnet"}, "jsonnet", id="jsonnet"),
    ],
)
def test_what_is_not_rendered_is_named(source: dict[str, Any], words: str, tmp_path: Path) -> None:
    files = {**PLAIN, "jsonnet/a.jsonnet": "{}", "app.yaml": trees.app("web", "web", source=source)}
    found = tree(tmp_path, files, repo_url=trees.URL)
    assert [each.code for each in found.skipped] == ["MG266"]
    assert words in found.skipped[0].message
    assert troubles(found) == []


def test_a_source_that_only_lends_its_files_is_no_hole(tmp_path: Path) -> None:
    sources = [{"repoURL": trees.URL, "path": "web"}, {"repoURL": trees.URL, "ref": "values"}]
    found = tree(tmp_path, {**PLAIN, "app.yaml": trees.app("web", "web", sources=sources)})
    assert (len(objects(found)), found.skipped) == (1, [])


@pytest.mark.parametrize(
    ("app", "code", "words"),
    [
        pytest.param(trees.app("web", "wbe"), "MG265", "there is no folder wbe", id="no-such-path"),
        pytest.param(trees.app("web", "../web"), "MG265", "leads out of the repository", id="path-leads-out"),
        pytest.param(trees.app("web", "/web"), "MG265", "leads out of the repository", id="absolute-path"),
        pytest.param(trees.app("web", "bad"), "MG221", "a.yaml is no YAML", id="broken-manifest"),
        pytest.param(trees.app("web", "odd"), "MG221", "no object with apiVersion, kind", id="no-object"),
        pytest.param(
            trees.app("web", "kustomized", source={"kustomize": {"replicas": [{"name": "web", "count": "x"}]}}),
            "MG221",
            "x is no number",
            id="option",
        ),
        pytest.param(
            trees.app("web", "web", source={"kustomize": {"a": 1}, "helm": {"a": 1}}),
            "MG267",
            "several",
            id="two-tools",
        ),
        pytest.param({**trees.app("web", "web"), "spec": {}}, "MG267", "has no source", id="no-source"),
        pytest.param({**trees.app("web", "web"), "spec": {"sources": [1]}}, "MG267", "no source", id="odd-source"),
        pytest.param({**trees.app("web", "web"), "spec": [1]}, "MG267", "form of its kind", id="malformed"),
        pytest.param(trees.appset({}), "MG267", "exactly one of", id="generator"),
        pytest.param({**trees.appset(), "spec": [1]}, "MG267", "no spec", id="malformed-set"),
        pytest.param(trees.appset({"list": {"elements": 7}}), "MG267", "form of its kind", id="malformed-generator"),
        pytest.param(trees.appset({"list": {"elements": []}}), "MG269", "", id="set-that-makes-nothing"),
    ],
)
def test_what_cannot_be_followed_has_its_code(app: dict[str, Any], code: str, words: str, tmp_path: Path) -> None:
    kustomized = {f"kustomized/{name}": KUSTOMIZED[f"web/{name}"] for name in ("kustomization.yaml", "deployment.yaml")}
    files = {**PLAIN, **kustomized, "bad/a.yaml": "a: [", "odd/a.yaml": "a: 1", "app.yaml": app}
    found = tree(tmp_path, files, repo_url=trees.URL)
    assert [each.code for each in found.troubles] == [code]
    assert words in found.troubles[0].message


def test_the_clusters_of_a_file_are_those_of_the_generator(tmp_path: Path) -> None:
    prod = {"clusters": {"selector": {"matchLabels": {"stage": "prod"}}}}
    files = {**PLAIN, "app.yaml": trees.appset(prod), "outside": trees.cluster("eu", "https://eu", stage="prod")}
    assert tree(tmp_path, files).skipped
    found = tree(tmp_path, files, clusters=tmp_path / "outside")
    assert sorted(chains(found)) == ["", "ApplicationSet/set Application/eu"]


def test_a_file_of_clusters_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no readable file"):
        tree(tmp_path, PLAIN, clusters=tmp_path / "nope")


def test_what_is_hostile_is_refused_before_it_is_rendered(tmp_path: Path) -> None:
    files = {
        "web/kustomization.yaml": {"resources": ["https://example.com/x.yaml"]},
        "app.yaml": trees.app("web", "web"),
    }
    assert [each.code for each in tree(tmp_path, files).guarded] == ["MG205"]


def test_a_link_out_of_the_repository_is_not_read(tmp_path: Path) -> None:
    outside = trees.write(tmp_path / "outside", PLAIN)
    top = trees.write(tmp_path / "top", {"web/map.yaml": trees.config(), "app.yaml": trees.app("web", "web")})
    (top / "web" / "link.yaml").symlink_to(outside / "web" / "map.yaml")
    assert troubles(follow(top, Options())) == [("MG221", "link.yaml is a link that leads out of the repository")]


def test_kubectl_does_not_pass_over_an_applications_options(tmp_path: Path) -> None:
    app = trees.app("web", "web", source={"kustomize": {"namePrefix": "a-"}})
    renderer.choose("kubectl")
    try:
        found = tree(tmp_path, {**KUSTOMIZED, "app.yaml": app})
    finally:
        renderer.choose("engine")
    assert [each.code for each in found.troubles] == ["MG221"]


def test_a_project_beside_a_set_is_asked(tmp_path: Path) -> None:
    project = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": "default", "namespace": "argocd"},
        "spec": {"sourceRepos": ["https://git.example.com/other.git"], "destinations": []},
    }
    files = {"argo/set.yaml": trees.app("web", "web"), "argo/project.yaml": project, "web/x.yaml": trees.config()}
    report = validate_foreign(Repo(trees.write(tmp_path, files)), Options())
    assert "MG255" in {each.code for each in report.findings}


def test_a_template_that_needs_what_a_file_has_not_names_the_file(tmp_path: Path) -> None:
    generator = {"git": {"repoURL": trees.URL, "files": [{"path": "conf/*"}]}}
    made = trees.appset(generator, go=True, name="{{ .name }}")
    tree = follow(trees.write(tmp_path, {"root.yaml": made, "conf/a.json": "{}"}), Options())
    assert ["(parameters of conf/a.json)" in each.message for each in tree.troubles] == [True]
