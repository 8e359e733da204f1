"""Whatever stands in an Application or an ApplicationSet, following it ends with a verdict."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import argo_trees as trees
from mlgate.checks.argo import order, permitted, shared, tekton
from mlgate.checks.argo.follow import Options, follow
from mlgate.repo import Repo

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from(["", "a", "web", "../x", "{{name}}", "*", "[", "!"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["path", "name", "kind"]), inner, max_size=2)
    ),
    max_leaves=4,
)
APPLICATION: list[tuple[str, ...]] = [
    ("metadata",), ("metadata", "annotations"), ("spec",), ("spec", "source"), ("spec", "sources"), ("spec", "project"),
    ("spec", "source", "path"), ("spec", "source", "kustomize"), ("spec", "source", "directory"),
    ("spec", "destination"), ("spec", "syncPolicy"), ("spec", "source", "repoURL"),
    ("spec", "source", "directory", "include"),
]  # fmt: skip
SET: list[tuple[str, ...]] = [
    ("spec",), ("spec", "generators"), ("spec", "template"), ("spec", "templatePatch"), ("spec", "goTemplateOptions"),
    ("spec", "generators", "list"), ("spec", "generators", "git"), ("spec", "generators", "matrix"),
    ("spec", "generators", "merge"), ("spec", "generators", "clusters"), ("spec", "generators", "selector"),
    ("spec", "template", "metadata"), ("spec", "template", "spec", "source"),
]  # fmt: skip
PROJECT: list[tuple[str, ...]] = [
    ("spec",),
    ("spec", "destinations"),
    ("spec", "sourceRepos"),
    ("spec", "clusterResourceWhitelist"),
]


def put(obj: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    key, *rest = path
    if not rest:
        return {**obj, key: value}
    inner = obj.get(key)
    below = put(inner if isinstance(inner, dict) else {}, tuple(rest), value)
    return {**obj, key: [below] if key == "generators" else below}


def objects(base: dict[str, Any], paths: list[tuple[str, ...]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(put, st.just(base), st.sampled_from(paths), VALUES)


LIST = {"list": {"elements": [{"name": "a"}]}}
PROJECT_OBJECT = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "AppProject",
    "metadata": {"name": "default"},
    "spec": {},
}


@settings(max_examples=120, deadline=None)
@given(
    objects(trees.app("web", "web"), APPLICATION)
    | objects(trees.appset(LIST), SET)
    | objects(trees.appset(LIST, go=True, name="{{.name}}"), SET),
    objects(PROJECT_OBJECT, PROJECT),
)
def test_following_ends_with_a_verdict(obj: dict[str, Any], project: dict[str, Any]) -> None:
    with TemporaryDirectory() as name:
        top = trees.write(Path(name), {"web/a.yaml": trees.config(), "apps/p.json": json.dumps(project)})
        (top / "apps" / "a.json").write_text(json.dumps(obj))
        found = follow(top, Options(root=top / "apps", repo_url=trees.URL))
        repo = Repo(top)
        results = [*order.check(repo, found.units), *shared.check(repo, found.units), *permitted.check(repo, found)]
        results += tekton.check(repo, found.units)
        assert results or found.troubles
