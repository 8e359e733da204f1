"""What Argo CD's own generators make of every ApplicationSet that tests know, written to a file that they compare with.

.venv/bin/python tests/argo_oracle.py      # when Argo CD or a case has changed; needs the Go of `make setup` as GO
"""

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import argo_trees as trees
import test_argo_applicationset as known

ROOT = Path(__file__).parents[1]
ANSWERS = ROOT / "tests" / "golden" / "applicationsets.json"
MODULE = ROOT / "tools" / "bin" / "argocd"
PROGRAM = Path(__file__).parent / "oracles" / "applicationset.go"
FILES = {
    **known.FILES,
    "numbers/all.yaml": "name: word\nshort: n\nint: 7\nmillion: 1000000\nid: 123456789012\nhalf: 0.5\ntiny: 0.00001\n"
    "flag: true\nnone: null\nlist: [a, {b: c}]\nempty: {}\nbare: []\ntext: '007'\n",
    "deep/a/config.json": '{"name": "a"}',
    "deep/a/b/config.json": '{"name": "b"}',
    "deep/config.json": '{"name": "top"}',
    "teams/x.yaml": "team: x\nitems: [{name: one, port: 80}, {name: two, port: 443}]\n",
}
SECRETS = (
    *known.SECRETS,
    {
        **trees.cluster("staging", "https://staging.example.com", stage="staging"),
        "metadata": {
            "name": "staging",
            "labels": {"argocd.argoproj.io/secret-type": "cluster", "stage": "staging"},
            "annotations": {"owner": "us", "argocd.argoproj.io/refresh": "hard"},
        },
    },
)
GO: dict[str, Any] = {"go": True}
ONE = {"list": {"elements": [{"name": "a", "stage": "prod"}, {"name": "b", "stage": "dev"}]}}
TWO = {"list": {"elements": [{"zone": "1"}, {"zone": "2"}]}}
NUMBERS = {"git": {"repoURL": trees.URL, "files": [{"path": "numbers/all.yaml"}]}}
TEAMS = {"git": {"repoURL": trees.URL, "files": [{"path": "teams/x.yaml"}]}}
PATCH = """\
metadata: {labels: {who: '{{ .name }}'}, annotations: {gone: null}}
spec:
  project: other
  source: {kustomize: {images: ['a=b:1'], namePrefix: null}}
  syncPolicy: {automated: {prune: true}, syncOptions: [CreateNamespace=true]}
"""


def git(*paths: str, exclude: tuple[str, ...] = (), kind: str = "files", **more: Any) -> dict[str, Any]:
    items = [{"path": path} for path in paths] + [{"path": path, "exclude": True} for path in exclude]
    return {"git": {"repoURL": trees.URL, kind: items, **more}}


def chosen(key: str, operator: str, *values: str) -> dict[str, Any]:
    expression = {"key": key, "operator": operator, **({"values": list(values)} if values else {})}
    return {"selector": {"matchExpressions": [expression]}}


def patched(text: str = PATCH) -> dict[str, Any]:
    obj = trees.appset(ONE, go=True, name="{{ .name }}", templatePatch=text)
    obj["spec"]["template"]["metadata"]["annotations"] = {"gone": "x", "stays": "{{ .stage }}"}
    obj["spec"]["template"]["spec"]["source"]["kustomize"] = {"namePrefix": "p-", "images": ["c=d:2"]}
    return obj


def templated(**own: Any) -> dict[str, Any]:
    return trees.appset({"list": {**ONE["list"], "template": {"metadata": {}, "spec": {}, **own}}})


MORE: dict[str, Any] = {
    "matrix-in-matrix": trees.appset(
        known.matrix(ONE, known.matrix(TWO, {"list": {"elements": [{"y": "z"}]}})), name="{{name}}{{zone}}{{y}}"
    ),
    "matrix-in-matrix-go": trees.appset(
        known.matrix(ONE, known.matrix(TWO, {"list": {"elements": [{"name": "c"}]}})), name="{{.name}}{{.zone}}", **GO
    ),
    "merge-in-matrix": trees.appset(
        known.matrix(known.merge(ONE, {"list": {"elements": [{"name": "b", "more": "m"}]}}), TWO),
        name="{{name}}{{zone}}{{stage}}",
    ),
    "matrix-in-merge": trees.appset(
        known.merge(
            known.matrix(ONE, TWO),
            {"list": {"elements": [{"name": "b", "zone": "2", "stage": "x"}]}},
            keys=("name", "zone"),
        ),
        name="{{name}}{{zone}}{{stage}}",
    ),
    "three-in-a-matrix": trees.appset(known.matrix(ONE, TWO, TWO), name="{{name}}{{zone}}"),
    "two-kinds-in-one": trees.appset({**ONE, **known.CLUSTERS}, name="{{name}}"),
    "values-of-the-outer": trees.appset(
        known.matrix(
            {"list": {"elements": [{"env": "prod"}, {"env": "dev"}]}},
            {
                "clusters": {
                    "selector": {"matchLabels": {"stage": "{{env}}"}},
                    "values": {"who": "{{env}}-{{name}}"},
                }
            },
        ),
        name="{{values.who}}",
    ),
    "values-of-the-outer-go": trees.appset(
        known.matrix(
            ONE,
            git("apps/*", kind="directories", values={"who": "{{ .stage }}", "own": "{{ .path.basename | lower }}"}),
        ),
        name="{{ .values.who }}-{{ .values.own | replace `_` `-` }}-{{ .name }}",
        **GO,
    ),
    "numbers": trees.appset(
        NUMBERS,
        name="{{int}}.{{million}}.{{id}}.{{half}}.{{tiny}}.{{flag}}.{{short}}."
        "{{none}}.{{list.0}}.{{list.1.b}}.{{empty}}.{{bare}}.{{text}}",
    ),
    "numbers-go": trees.appset(
        NUMBERS,
        name="{{.int}}.{{.million}}.{{.id}}.{{.half}}.{{.tiny}}.{{.flag}}.{{.short}}."
        "{{.none}}.{{index .list 0}}.{{.empty}}.{{.bare}}.{{.text}}",
        **GO,
    ),
    "a-star-crosses-slashes": trees.appset(git("deep/*/config.json"), name="{{name}}"),
    "two-stars": trees.appset(git("deep/**/config.json"), name="{{name}}"),
    "two-stars-first": trees.appset(git("**/config.json"), name="{{path.basename}}"),
    "a-star-alone": trees.appset(git("deep/*.json"), name="{{name}}"),
    "a-folder-of-files": trees.appset(git("deep"), name="{{name}}"),
    "files-excluded": trees.appset(git("deep/*", exclude=("deep/a/*",)), name="{{name}}"),
    "folders-two-stars": trees.appset(git("apps/**", kind="directories"), name="{{path.basenameNormalized}}"),
    "folders-deep": trees.appset(git("*/*/*", "deep", kind="directories"), name="{{path}}-{{path[1]}}"),
    "folders-by-class": trees.appset(git("[ad]*/*", kind="directories"), name="{{path.basenameNormalized}}"),
    "folders-hidden": trees.appset(git("apps/.*", "*", kind="directories"), name="{{path.basename}}"),
    "folders-prefix-go": trees.appset(
        git("apps/w*", kind="directories", pathParamPrefix="my"), name="{{ .my.path.basename }}", **GO
    ),
    "patched": patched(),
    "patched-away": patched("spec: {syncPolicy: null, destination: {namespace: '{{ .stage }}'}}"),
    "template-of-a-generator": templated(
        metadata={"labels": {"x": "{{name}}"}},
        spec={"destination": {"namespace": "mine"}, "syncPolicy": {"syncOptions": ["A=b"]}},
    ),
    "selector-on-values": trees.appset(
        {**git("apps/*", kind="directories", values={"x": "{{path.basename}}"}), **chosen("values.x", "In", "web")},
        name="{{path.basename}}",
    ),
    "selector-on-labels-go": trees.appset(
        {"clusters": {"selector": {}}, **chosen("metadata.labels.stage", "Exists")}, name="{{ normalize .name }}", **GO
    ),
    "selector-absent-key": trees.appset({**ONE, **chosen("none", "NotIn", "x")}),
    "selector-on-a-number": trees.appset({**NUMBERS, "selector": {"matchLabels": {"int": "7"}}}, name="{{name}}"),
    "annotations-kept-for-itself": trees.appset(
        {"clusters": {"selector": {"matchLabels": {"stage": "staging"}}}},
        name="{{metadata.annotations.owner}}-{{metadata.annotations.argocd.argoproj.io/refresh}}",
    ),
    "annotations-kept-for-itself-go": trees.appset(
        {"clusters": {"selector": {"matchLabels": {"stage": "staging"}}}}, name="{{ len .metadata.annotations }}", **GO
    ),
    "no-annotations-go": trees.appset(
        {"clusters": {"selector": {"matchLabels": {"stage": "dev"}}}}, name="{{ .metadata.annotations.x }}", **GO
    ),
    "no-cluster": trees.appset({"clusters": {"selector": {"matchLabels": {"stage": "none"}}}}),
    "flat-list-of-none": trees.appset(
        {"clusters": {"flatList": True, "selector": {"matchLabels": {"stage": "none"}}}},
        name="x{{ len .clusters }}",
        **GO,
    ),
    "elements-of-a-file": trees.appset(
        known.matrix(TEAMS, {"list": {"elements": [], "elementsYaml": "{{ .items | toJson }}"}}),
        name="{{ .team }}-{{ .name }}-{{ .port }}",
        **GO,
    ),
    "elements-yaml-with-a-number": trees.appset(
        {"list": {"elements": [], "elementsYaml": "[{name: c, n: 1}]"}}, name="{{name}}{{n}}"
    ),
    "functions": trees.appset(
        ONE, name='{{ slugify 5 true "Hello World" }}-{{ normalize "A_b" }}-{{ .name | upper | quote }}', **GO
    ),
    "missing-key-default": {**trees.appset(ONE, name="{{ .name }}{{ .nome }}", **GO)},
}
MORE["missing-key-default"]["spec"]["goTemplateOptions"] = []


def cases() -> dict[str, dict[str, Any]]:
    """Every ApplicationSet by a name."""
    made = {f"makes-{each.id}": each.values[0] for each in known.MADE}
    refused = {f"refused-{each.id}": each.values[0] for each in known.REFUSED}
    return {**made, **refused, **MORE}


def version() -> str:
    """The Argo CD that is pinned."""
    found = re.search(r"argo-cd/v3 (v\S+)", (MODULE / "go.mod").read_text())
    assert found
    return found[1]


def short(application: dict[str, Any]) -> dict[str, Any]:
    """Name, labels, annotations and spec, without what is empty."""
    metadata = {key: application["metadata"].get(key) for key in ("name", "labels", "annotations")}
    found = _whole({"metadata": metadata, "spec": application.get("spec")})
    assert isinstance(found, dict)
    return found


def _sorted(applications: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(map(short, applications), key=lambda each: json.dumps(each, sort_keys=True))


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: told for key, each in value.items() if (told := _whole(each)) not in (None, {}, [], "")}
    return [_whole(each) for each in value] if isinstance(value, list) else value


def _ask(top: Path) -> dict[str, Any]:
    sets = cases()
    asked = json.dumps({"root": str(top), "secrets": SECRETS, "cases": sets})
    go = os.environ.get("GO", "go")
    # The flags of `make setup`, so that what it has built is used.
    command = [go, "run", "-C", str(MODULE), "-trimpath", str(PROGRAM)]
    env = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True, timeout=1800, env=env)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        top = trees.write(Path(name), FILES)
        for command in (["init", "--quiet"], ["add", "--all"]):
            subprocess.run(["git", "-C", name, *command], check=True)
        answers = _ask(top)
    told = {
        name: {"error": True} if each.get("error") else {"applications": _sorted(each.get("applications") or [])}
        for name, each in sorted(answers.items())
    }
    ANSWERS.write_text(json.dumps({"version": version(), "answers": told}, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
