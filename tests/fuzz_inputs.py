"""Repositories in which something is not as it should be: YAML, kustomizations, Rego, Applications, our layout."""

from collections.abc import Mapping
from pathlib import Path

import yaml
from hypothesis import strategies as st

from mlgate.checks.guard_fields import FIELDS

APPLICATION = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: app, namespace: argocd}
spec:
  project: default
  source: {repoURL: 'https://git.example.com/a.git', path: app, targetRevision: main}
  destination: {server: 'https://kubernetes.default.svc', namespace: app}
"""
KUSTOMIZATION = """apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: app
resources: [a.yaml]
components: [../more]
patches:
- target: {kind: ConfigMap}
  patch: |-
    - {"op": "add", "path": "/data/b", "value": "c"}
configMapGenerator: [{name: made, files: [a.yaml]}]
replacements:
- source: {kind: ConfigMap, name: a, fieldPath: data.key}
  targets: [{select: {kind: ConfigMap, name: a}, fieldPaths: [data.key]}]
images: [{name: a, newTag: '1'}]
"""
RESOURCE = """apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: {app: a}}
data: {key: value}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'web:1', envFrom: [{configMapRef: {name: a}}]}]}
"""
APPLICATION_SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: set, namespace: argocd}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
  - matrix:
      generators:
      - git: {repoURL: 'https://git.example.com/a.git', revision: main, directories: [{path: plai*}]}
      - list: {elements: [{stage: one}]}
  template:
    metadata: {name: '{{ .path.basename }}-{{ .stage }}'}
    spec:
      project: default
      source: {repoURL: 'https://git.example.com/a.git', path: '{{ .path.path }}', targetRevision: main}
      destination: {server: 'https://kubernetes.default.svc', namespace: plain}
"""
PIPELINE = """apiVersion: tekton.dev/v1
kind: Task
metadata: {name: task, namespace: plain}
spec:
  params: [{name: a}]
  steps: [{name: step, image: 'step:1', script: 'echo $(params.a)'}]
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: pipeline, namespace: plain}
spec:
  tasks:
  - {name: first, taskRef: {name: task}, params: [{name: a, value: '1'}]}
  - {name: second, runAfter: [first], taskRef: {name: task}, params: [{name: a, value: '2'}]}
"""
TEMPLATE = """apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: named}
spec:
  crd: {spec: {names: {kind: Named}, validation: {openAPIV3Schema: {type: object}}}}
  targets:
  - target: admission.k8s.gatekeeper.sh
    rego: |
      package named
      violation[{"msg": "no name"}] { not input.review.object.metadata.name }
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: Named
metadata: {name: named}
spec: {match: {kinds: [{apiGroups: [''], kinds: [ConfigMap]}]}}
"""
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: []\n"
REGO = """package main

deny contains message if {
	input.kind == "ConfigMap"
	not input.data.key
	message := sprintf("%s has no key", [input.metadata.name])
}
"""
SEEDS = {
    "root/app.yaml": APPLICATION,
    "root/set.yaml": APPLICATION_SET,
    "app/kustomization.yaml": KUSTOMIZATION,
    "app/a.yaml": RESOURCE,
    "more/kustomization.yaml": COMPONENT,
    "plain/pipeline.yaml": PIPELINE,
    "plain/template.yaml": TEMPLATE,
    "policy/main.rego": REGO,
}
TOKENS = (
    *(
        "&a ",
        "*a",
        "<<: *a",
        "{",
        "[",
        "}",
        "]",
        ": ",
        "- ",
        "? ",
        "|",
        "---\n",
        "...\n",
        "!!binary ",
        "!!python/none ",
    ),
    *(
        "\t",
        "\x00",
        "\x85",
        "\ud800",
        "\ufeff",
        "\u202e",
        "é",
        "'",
        '"',
        "%YAML 9",
        "null",
        "~",
        "-.inf",
        ".nan",
        "9" * 400,
    ),
    *("../../..", "/etc/passwd", "https://example.com/a", "kustomization.yaml", ".", "$patch: delete", "0x", "1e999"),
    *(
        "2020-01-01",
        "<<<<<<< HEAD",
        "data.inventory",
        "http.send",
        "import future",
        "some x in input",
        "package",
        "{{ . }}",
    ),
)


def text(value: object) -> str:
    return yaml.safe_dump(value, allow_unicode=True)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(TOKENS[-12:]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
paths = st.sampled_from(["a.yaml", "../app", "../more", ".", "missing.yaml", "a.yaml=a.yaml", "key=a.yaml"])
things = values | st.lists(paths, max_size=3) | st.lists(st.dictionaries(st.sampled_from(sorted(FIELDS)), values))
kustomizations = st.dictionaries(st.sampled_from(sorted(FIELDS)), things, max_size=5).map(text)
splices = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(TOKENS)), min_size=1, max_size=4)


@st.composite
def spliced(draw: st.DrawFn, seed: str) -> str:
    """A valid file with tokens put in and pieces cut out."""
    for place, cut, token in draw(splices):
        at = int(place * len(seed))
        seed = seed[:at] + token + seed[at + cut :]
    return seed


@st.composite
def trees(draw: st.DrawFn) -> dict[str, bytes]:
    """A small repository in which one or two files are not what they should be."""
    files = {name: seed.encode() for name, seed in SEEDS.items()}
    for name in draw(st.lists(st.sampled_from(sorted(SEEDS)), min_size=1, max_size=2, unique=True)):
        kinds = [spliced(SEEDS[name]), values.map(text)] + [kustomizations] * name.endswith("kustomization.yaml")
        content = st.one_of(*kinds).map(lambda one: one.encode("utf-8", "surrogatepass"))
        files[name] = draw(content | st.binary(max_size=60))
    return files


OWN = ("values/settings.yaml", "kustomization.yaml", "dev/kustomization.yaml", "policy/kustomization.yaml")
SHARED = (
    "apps/values/settings.yaml",
    "apps/prefixes.yaml",
    "base/stage/kustomization.yaml",
    "base/cicd/pipeline.yaml",
    "policy/lib/accuracy.rego",
    "policy/model_accuracy/template.yaml",
)


def of_own(tree: Path, prefix: str) -> st.SearchStrategy[Mapping[str, bytes]]:
    """One file of a tree of this project, changed."""
    seeds = {name: (tree / name).read_text() for name in [*(f"overlays/{prefix}/{each}" for each in OWN), *SHARED]}

    def changed(name: str) -> st.SearchStrategy[Mapping[str, bytes]]:
        content = (spliced(seeds[name]) | values.map(text)).map(lambda one: one.encode("utf-8", "surrogatepass"))
        return content.map(lambda one: {name: one})

    return st.sampled_from(sorted(seeds)).flatmap(changed)
