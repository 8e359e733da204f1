"""An ApplicationSet makes the Applications that Argo CD's own documentation says it would."""

import json
from pathlib import Path
from typing import Any

import pytest

import argo_trees as trees
from mlgate.checks.argo.applicationset import applications
from mlgate.checks.argo.generators import NotHere
from mlgate.checks.argo.remotes import same
from mlgate.errors import SettingsError

FILES = {
    "apps/web/a.yaml": "a: b\n",
    "apps/Data_Base/a.yaml": "a: b\n",
    "apps/old/a.yaml": "a: b\n",
    "apps/.hidden/a.yaml": "a: b\n",
    "clusters/dev/config.json": json.dumps({"cluster": {"name": "dev", "nodes": 3}, "owner": "a@b"}),
    "clusters/prod/config.yaml": "- {cluster: {name: prod-a, nodes: 5}}\n- {cluster: {name: prod-b, nodes: 7}}\n",
    "clusters/prod/skip.yaml": "cluster: {name: none}\n",
}
SECRETS = (
    trees.cluster("Prod EU", "https://eu.example.com", stage="prod", region="eu"),
    trees.cluster("dev", "https://dev.example.com", stage="dev"),
)
LIST = {"list": {"elements": [{"name": "a", "n": "1"}, {"name": "b", "n": "2"}]}}
GIT = {"git": {"repoURL": trees.URL, "directories": [{"path": "apps/*"}, {"path": "apps/old", "exclude": True}]}}
CONFIGS = {"git": {"repoURL": trees.URL, "files": [{"path": "clusters/**/config.*"}]}}
CLUSTERS: dict[str, Any] = {"clusters": {}}
PROD = {"clusters": {"selector": {"matchLabels": {"stage": "prod"}}, "values": {"who": "ops-{{name}}"}}}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trees.write(tmp_path_factory.mktemp("tree"), FILES)


def names(tree: Path, obj: dict[str, Any]) -> list[str]:
    return [each["metadata"]["name"] for each in applications(obj, trees.world(tree, *SECRETS))]


def matrix(*generators: Any, **more: Any) -> dict[str, Any]:
    return {"matrix": {"generators": list(generators)}, **more}


def merge(*generators: Any, keys: tuple[str, ...] = ("name",)) -> dict[str, Any]:
    return {"merge": {"mergeKeys": list(keys), "generators": list(generators)}}


MADE = [
    pytest.param(trees.appset(LIST), ["a", "b"], id="list"),
    pytest.param(trees.appset(LIST, go=True, name="{{ .name }}-{{ .n }}"), ["a-1", "b-2"], id="list-go"),
    pytest.param(
        trees.appset({"list": {"elements": [{"name": "a", "values": {"x": "y"}}]}}, name="{{name}}-{{ values.x }}"),
        ["a-y"],
        id="list-values",
    ),
    pytest.param(
        trees.appset({"list": {"elementsYaml": "[{name: c}]"}}, go=True, name="{{ .name }}"), ["c"], id="elements-yaml"
    ),
    pytest.param(trees.appset(LIST, name="{{name}}-{{unknown}}"), ["a-{{unknown}}", "b-{{unknown}}"], id="unknown"),
    pytest.param(
        trees.appset(GIT, name="{{path.basenameNormalized}}.{{path[0]}}"),
        ["data-base.apps", "web.apps"],
        id="git-folders",
    ),
    pytest.param(
        trees.appset(GIT, go=True, name="{{ .path.basename | lower | replace `_` `-` }}{{ index .path.segments 0 }}"),
        ["data-baseapps", "webapps"],
        id="git-folders-go",
    ),
    pytest.param(
        trees.appset({"git": {**GIT["git"], "pathParamPrefix": "my"}}, name="{{my.path.basenameNormalized}}"),
        ["data-base", "web"],
        id="path-prefix",
    ),
    pytest.param(
        trees.appset({"git": {**GIT["git"], "values": {"x": "{{ .path.basename }}-1"}}}, go=True, name="{{.values.x}}"),
        ["Data_Base-1", "web-1"],
        id="git-values",
    ),
    pytest.param(
        trees.appset(CONFIGS, name="{{cluster.name}}-{{cluster.nodes}}-{{path.filename}}"),
        ["dev-3-config.json", "prod-a-5-config.yaml", "prod-b-7-config.yaml"],
        id="git-files",
    ),
    pytest.param(
        trees.appset(CONFIGS, go=True, name="{{ .cluster.name }}-{{ .path.basename }}"),
        ["dev-dev", "prod-a-prod", "prod-b-prod"],
        id="git-files-go",
    ),
    pytest.param(trees.appset(CLUSTERS, name="{{nameNormalized}}"), ["prod-eu", "dev", "in-cluster"], id="clusters"),
    pytest.param(
        trees.appset(PROD, name="{{metadata.labels.region}}-{{values.who}}"), ["eu-ops-Prod EU"], id="selected"
    ),
    pytest.param(
        trees.appset({"clusters": {"selector": {"matchLabels": {"stage": "prod"}}}}, go=True,
                     name="{{ .metadata.labels.region }}-{{ normalize .name }}"),
        ["eu-prod-eu"],
        id="clusters-go",
    ),
    pytest.param(
        trees.appset({"clusters": {"flatList": True}}, go=True, name="{{range .clusters}}{{normalize .name}}.{{end}}"),
        ["prod-eu.dev.in-cluster."],
        id="flat-list",
    ),
    pytest.param(
        trees.appset(matrix(GIT, LIST), name="{{path.basenameNormalized}}-{{name}}"),
        ["data-base-a", "data-base-b", "web-a", "web-b"],
        id="matrix",
    ),
    pytest.param(
        trees.appset(
            matrix(CONFIGS, {"clusters": {"selector": {"matchLabels": {"stage": "{{ .path.basename }}"}}}}),
            go=True,
            name="{{ .cluster.name }}-{{ normalize .name }}",
        ),
        ["dev-dev", "prod-a-prod-eu", "prod-b-prod-eu"],
        id="second-child-uses-the-first",
    ),
    pytest.param(
        trees.appset(matrix(LIST, {"list": {"elements": [{"m": "1"}, {"m": "2"}]},
                                   "selector": {"matchLabels": {"m": "2"}}}), name="{{name}}{{m}}"),
        ["a2", "b2"],
        id="nested-selector",
    ),
    pytest.param(
        trees.appset({**LIST, "selector": {"matchExpressions": [{"key": "n", "operator": "NotIn", "values": ["1"]}]}}),
        ["b"],
        id="selector",
    ),
    pytest.param(
        trees.appset(merge(LIST, {"list": {"elements": [{"name": "b", "n": "9"}, {"name": "z", "n": "0"}]}}),
                     name="{{name}}{{n}}"),
        ["a1", "b9"],
        id="merge",
    ),
    pytest.param(
        trees.appset(merge(LIST, {"list": {"elements": [{"name": "b", "deep": {"x": "1"}}]}}), go=True,
                     name="{{ .name }}{{ with index . `deep` }}{{ .x }}{{ end }}"),
        ["a", "b1"],
        id="merge-go",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("obj", "expected"), MADE)
def test_it_makes(obj: dict[str, Any], expected: list[str], tree: Path) -> None:
    assert names(tree, obj) == expected


def test_every_text_of_the_template_is_rendered_and_the_rest_stays(tree: Path) -> None:
    obj = trees.appset(LIST, path="apps/{{name}}", name="{{name}}")
    obj["spec"]["template"]["metadata"]["labels"] = {"x-{{name}}": "{{n}}"}
    first, _ = applications(obj, trees.world(tree))
    assert first["spec"]["source"]["path"] == "apps/a"
    assert first["metadata"] == {"name": "a", "namespace": "argocd", "labels": {"x-a": "1"}}


def test_a_generators_own_template_wins_over_the_common_one(tree: Path) -> None:
    own = {"metadata": {}, "spec": {"destination": {"namespace": "mine"}}}
    obj = trees.appset({"list": {**LIST["list"], "template": own}})
    first, _ = applications(obj, trees.world(tree))
    assert first["spec"]["destination"] == {"server": trees.SERVER, "namespace": "mine"}


def test_a_patch_changes_all_but_the_project(tree: Path) -> None:
    patch = "spec:\n  project: other\n  source: {path: 'patched/{{ .name }}'}\n  syncPolicy: {automated: {}}\n"
    first, _ = applications(trees.appset(LIST, go=True, name="{{ .name }}", templatePatch=patch), trees.world(tree))
    assert (first["spec"]["project"], first["spec"]["source"]["path"]) == ("default", "patched/a")
    assert first["spec"]["source"]["repoURL"] == trees.URL
    assert first["spec"]["syncPolicy"] == {"automated": {}}


REFUSED = [
    pytest.param(trees.appset(LIST, go=True, name="{{ .nome }}"), "nome", id="missing-key"),
    pytest.param(trees.appset(LIST, go=True, name="{{ .name "), "unclosed action", id="open-action"),
    pytest.param(trees.appset(LIST, go=True, name='{{ env "HOME" }}'), "env", id="environment"),
    pytest.param(trees.appset(LIST, name="same"), "makes the Application same twice", id="one-name-twice"),
    pytest.param(trees.appset(LIST, name=""), "without a name", id="no-name"),
    pytest.param(trees.appset({"list": {"elements": [{"name": 1}]}}), "is no string", id="number-without-go"),
    pytest.param(trees.appset({}), "exactly one of", id="no-generator"),
    pytest.param(trees.appset(matrix(LIST)), "two generators or more", id="lonely-matrix"),
    pytest.param(trees.appset(matrix(LIST, LIST)), "different values", id="matrix-clash"),
    pytest.param(trees.appset(merge(LIST, LIST, keys=())), "no mergeKeys", id="merge-without-keys"),
    pytest.param(
        trees.appset(merge(LIST, {"list": {"elements": [{"name": "a"}, {"name": "a"}]}})),
        "share name",
        id="merge-twice",
    ),
    pytest.param(trees.appset({"git": {"repoURL": trees.URL}}), "directories or files", id="git-of-nothing"),
    pytest.param(
        trees.appset({"git": {"repoURL": trees.URL, "files": [{"path": "../*.json"}]}}), "no path inside", id="escape"
    ),
    pytest.param(
        trees.appset({**LIST, "selector": {"matchExpressions": [{"key": "n", "operator": "Like"}]}}),
        "unknown operator",
        id="operator",
    ),
    pytest.param(
        trees.appset(LIST, go=True, name="{{ .name }}", templatePatch="- 1"), "no object", id="patch-is-a-list"
    ),
]


@pytest.mark.parametrize(("obj", "words"), REFUSED)
def test_what_argo_cd_would_refuse_is_refused(obj: dict[str, Any], words: str, tree: Path) -> None:
    with pytest.raises(SettingsError, match=words):
        names(tree, obj)


@pytest.mark.parametrize(
    "generator",
    [
        pytest.param({"pullRequest": {"github": {}}}, id="pull-requests"),
        pytest.param(
            {"git": {"repoURL": "https://git.example.com/other.git", "directories": [{"path": "*"}]}}, id="git"
        ),
        pytest.param(matrix(LIST, {"scmProvider": {}}), id="inside-a-matrix"),
    ],
)
def test_what_is_not_here_is_told_apart_from_what_is_wrong(generator: dict[str, Any], tree: Path) -> None:
    with pytest.raises(NotHere):
        names(tree, trees.appset(generator))


def test_clusters_that_no_secret_describes_are_not_here(tree: Path) -> None:
    with pytest.raises(NotHere):
        applications(trees.appset(PROD), trees.world(tree))


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example.com/team/deploy",
        "https://GIT.example.com/team/deploy.git/",
        "ssh://git@git.example.com:22/team/deploy.git",
        "git@git.example.com:team/deploy.git",
    ],
)
def test_one_repository_has_many_urls(url: str) -> None:
    assert same(url) == same(trees.URL)


def test_another_repository_is_another() -> None:
    assert same("https://git.example.com/team/deploy2.git") != same(trees.URL)
