"""What breaks a build, or should: files, patches, replacements, paths that lead outside, hostile YAML."""

from pathlib import Path

from corpus.model import Row, both, drop, end, link, listed, put, swap

ALPHA = "overlays/alpha"
SHOP = "deploy/shop/base"
PROD = "deploy/shop/overlays/prod"
BUILD = frozenset({"MG221", "MG201"})
GUARD = frozenset({"MG221", *(f"MG{n}" for n in (205, 206, 207, 208, 209, 224, 225, 226, 227, 228, 229))})
ROLE = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: forgotten}\nrules: []\n"
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more, namespace: shop-prod}\ndata: {a: b}\n"


def _bomb() -> str:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\n" + "\n".join(rows) + "\n"


def _emptied(root: Path) -> None:
    for file in (root / "deploy/web").iterdir():
        file.unlink()


def _folder_link(root: Path) -> None:
    (root / "deploy/shop/outside").symlink_to("/usr/share")


_DANGLING = [
    ("task", drop("base/cicd/tasks/train.yaml"), "own"),
    ("folder", swap("base/cicd/kustomization.yaml", "- rbac\n", "- rabc\n"), "own"),
    ("component", swap(f"{ALPHA}/cicd/kustomization.yaml", "components/prefix", "components/prefx"), "own"),
    ("release", drop(f"{ALPHA}/dev/release/model-accuracy.yaml"), "own"),
    ("policy", drop("policy/crd/modelaccuracy.yaml"), "own"),
    ("apps", drop("apps/projects/default.yaml"), "own"),
    ("base", swap(f"{PROD}/kustomization.yaml", "../../base", "../../bases"), "foreign"),
    ("patch-file", drop(f"{PROD}/replicas.yaml"), "foreign"),
    (
        "generator-file",
        swap(f"{SHOP}/kustomization.yaml", "  literals:\n  - currency=EUR", "  files:\n  - none.txt"),
        "foreign",
    ),
]
_ORPHAN = [
    ("task", put("base/cicd/tasks/unused.yaml", ROLE), "own"),
    ("entry-dropped", swap("base/cicd/kustomization.yaml", "- pvc-source.yaml\n", ""), "own"),
    ("role-dropped", swap("base/cicd/rbac/kustomization.yaml", "- role.yaml\n", ""), "own"),
    ("project-dropped", swap("apps/projects/kustomization.yaml", "- prefixes.yaml\n", ""), "own"),
    ("of-an-option", put("base/components/triggers/cicd/unused.yaml", ROLE), "own"),
    ("in-the-overlay", put(f"{ALPHA}/dev/extra.yaml", ROLE), "own"),
    ("of-the-policy", put("policy/model_accuracy/extra.yaml", ROLE), "own"),
    ("foreign-file", put(f"{SHOP}/unused.yaml", MAP), "foreign"),
    ("foreign-entry-dropped", swap(f"{SHOP}/kustomization.yaml", "- service.yaml\n", ""), "foreign"),
]
_YAML = [
    ("key-twice-in-an-object", swap(f"{SHOP}/claim.yaml", "  name: carts", "  name: other\n  name: carts"), "foreign"),
    (
        "key-twice-in-a-spec",
        swap("deploy/web/deployment.yaml", "  replicas: 1", "  replicas: 1\n  replicas: 2"),
        "foreign",
    ),
    ("key-twice-in-a-kustomization", end(f"{PROD}/kustomization.yaml", "namespace: shop-dev\n"), "foreign"),
    (
        "key-twice-in-settings",
        swap(f"{ALPHA}/values/settings.yaml", "  revision: main", "  revision: main\n  revision: next"),
        "own",
    ),
    ("key-twice-in-a-task", swap("base/cicd/tasks/gate.yaml", "  steps:", "  workspaces: []\n  steps:"), "own"),
    ("tab", swap(f"{SHOP}/claim.yaml", "  accessModes", "\taccessModes"), "foreign"),
    ("conflict-marker", end(f"{SHOP}/service.yaml", "<<<<<<< HEAD\n"), "foreign"),
    ("unclosed", end("base/cicd/pipeline.yaml", "  broken: [\n"), "own"),
    (
        "not-utf8",
        both(put(f"{SHOP}/claim.yaml", ""), lambda root: (root / SHOP / "claim.yaml").write_bytes(b"\xff\xfe\x00k")),
        "foreign",
    ),
]
_PATCH = [
    ("patch-of-no-object", swap(f"{PROD}/replicas.yaml", "name: shop", "name: shp"), "foreign"),
    (
        "target-of-no-object",
        swap(f"{PROD}/kustomization.yaml", "    name: shop\n  patch", "    name: shopp\n  patch"),
        "foreign",
    ),
    ("target-kind-of-no-object", swap(f"{PROD}/kustomization.yaml", "kind: Service", "kind: Servise"), "foreign"),
    (
        "target-of-an-option",
        swap(
            "base/components/triggers/cicd-kubernetes/kustomization.yaml",
            "    kind: TriggerTemplate\n    name: model-dev",
            "    kind: TriggerTemplate\n    name: model-prod",
        ),
        "own",
    ),
    (
        "label-selector",
        swap(f"{PROD}/kustomization.yaml", "    name: shop\n  patch", "    labelSelector: tier=none\n  patch"),
        "foreign",
    ),
    (
        "image-of-no-container",
        swap(
            f"{PROD}/kustomization.yaml",
            "- name: registry.example.com/shop/shop",
            "- name: registry.example.com/shop/store",
        ),
        "foreign",
    ),
    (
        "json-path",
        swap(
            f"{PROD}/kustomization.yaml",
            "op: add\n      path: /metadata/labels",
            "op: replace\n      path: /metadata/lables",
        ),
        "foreign",
    ),
    ("replicas-of-no-object", end(f"{PROD}/kustomization.yaml", "replicas:\n- name: shoop\n  count: 5\n"), "foreign"),
]
_REPLACEMENT = [
    (
        "target-kind",
        swap(
            "base/components/prefix/kustomization.yaml",
            "kind: AIModelRelease\n    fieldPaths:\n    - metadata.name",
            "kind: AIModelReleas\n    fieldPaths:\n    - metadata.name",
        ),
        "own",
    ),
    (
        "source",
        swap("base/components/prefix/kustomization.yaml", "fieldPath: spec.repoURL", "fieldPath: spec.repoUrl"),
        "own",
    ),
    (
        "field",
        swap(
            "base/components/prefix/kustomization.yaml",
            "spec.params.[name=prefix].default",
            "spec.params.[name=prefx].default",
        ),
        "own",
    ),
    (
        "source-kind",
        swap(
            "base/components/prefix/kustomization.yaml",
            "kind: Settings\n    fieldPath: spec.gate\n",
            "kind: Setings\n    fieldPath: spec.gate\n",
        ),
        "own",
    ),
    (
        "foreign-target",
        end(
            f"{PROD}/kustomization.yaml",
            "replacements:\n- source:\n    kind: Deployment\n    name: shop\n    fieldPath: metadata.name\n  targets:\n  - select:\n      kind: Route\n    fieldPaths:\n    - spec.to.name\n",
        ),
        "foreign",
    ),
]
_PLACEHOLDER = [
    (
        "namespace",
        swap(
            "base/cicd/pvc-source.yaml",
            "namespace: PREFIX-cicd",
            "namespace: PREFIX-cicd\n  labels:\n    of: PREFIX-cicd",
        ),
    ),
    ("claim-account", swap("base/cicd/rbac/role-binding.yaml", "  name: pipeline\n", "  name: PREFIX-pipeline\n")),
    ("environment", swap("base/cicd/tasks/gate.yaml", "value: $(params.prefix)", "value: PREFIX-cicd")),
    ("annotation", swap("base/stage/namespace.yaml", "part-of: mlgate", "part-of: PREFIX-x")),
]
_EMPTY = [
    ("part", _emptied, "foreign"),
    (
        "no-resources",
        put(
            f"{PROD}/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n",
        ),
        "foreign",
    ),
    ("only-a-comment", put(f"{PROD}/kustomization.yaml", "# later\n"), "foreign"),
    (
        "policy",
        put(
            "policy/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n",
        ),
        "own",
    ),
    (
        "stage",
        put(
            f"{ALPHA}/stage/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n",
        ),
        "own",
    ),
    ("no-kustomization", drop(f"{ALPHA}/cicd/kustomization.yaml"), "own"),
]
_OUTSIDE = [
    (
        "remote-resource",
        swap(f"{SHOP}/kustomization.yaml", "resources:\n", "resources:\n- https://example.invalid/all.yaml\n"),
        "foreign",
    ),
    (
        "remote-base",
        swap(f"{PROD}/kustomization.yaml", "- ../../base", "- github.com/example/base?ref=main"),
        "foreign",
    ),
    (
        "git-over-ssh",
        swap(f"{PROD}/kustomization.yaml", "- ../../base", "- git@example.invalid:shop/base.git"),
        "foreign",
    ),
    (
        "remote-component",
        end(
            f"{PROD}/kustomization.yaml",
            "components:\n- https://example.invalid/component.git//a?ref=--upload-pack=x\n",
        ),
        "foreign",
    ),
    (
        "remote-schema",
        end(f"{PROD}/kustomization.yaml", "openapi:\n  path: https://example.invalid/schema.json\n"),
        "foreign",
    ),
    (
        "out-of-the-tree",
        swap(f"{SHOP}/kustomization.yaml", "resources:\n", "resources:\n- ../../../../elsewhere\n"),
        "foreign",
    ),
    ("absolute", swap(f"{SHOP}/kustomization.yaml", "resources:\n", "resources:\n- /etc\n"), "foreign"),
    (
        "file-of-the-host",
        swap(f"{SHOP}/kustomization.yaml", "  literals:", "  files:\n  - /etc/hostname\n  literals:"),
        "foreign",
    ),
    ("file-link", link(f"{SHOP}/claim.yaml", "/etc/hostname"), "foreign"),
    (
        "folder-link",
        both(_folder_link, swap(f"{SHOP}/kustomization.yaml", "resources:\n", "resources:\n- ../outside\n")),
        "foreign",
    ),
    ("link-in-a-plain-folder", link("deploy/web/role.yaml", "/etc/hostname"), "foreign"),
    (
        "own-remote",
        swap("base/cicd/kustomization.yaml", "- rbac\n", "- https://example.invalid/rbac.yaml\n- rbac\n"),
        "own",
    ),
]
_HOSTILE = [
    ("bomb", listed(SHOP, "bomb.yaml", _bomb()), "foreign"),
    ("bomb-in-a-plain-folder", put("deploy/web/bomb.yaml", _bomb()), "foreign"),
    (
        "alias-of-itself",
        listed(SHOP, "loop.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: loop}\ndata: &a\n  a: *a\n"),
        "foreign",
    ),
    (
        "nested-a-thousand-deep",
        listed(
            SHOP,
            "deep.yaml",
            f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: deep}}\ndata: {'[' * 20000}{']' * 20000}\n",
        ),
        "foreign",
    ),
    (
        "base-of-itself",
        swap(f"{SHOP}/kustomization.yaml", "resources:\n", "resources:\n- ../overlays/prod\n"),
        "foreign",
    ),
    (
        "python-object",
        listed(
            SHOP,
            "object.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: o}\ndata: {a: !!python/object/apply:os.getcwd []}\n",
        ),
        "foreign",
    ),
]
_PLUGIN = [
    ("helm-chart", end(f"{PROD}/kustomization.yaml", "helmCharts:\n- name: redis\n  repo: https://example.invalid/charts\n  version: 1.0.0\n")),
    ("exec-generator", both(put(f"{PROD}/gen.yaml", "apiVersion: example.com/v1\nkind: Gen\nmetadata:\n  name: gen\n  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: ./run.sh}\n"), end(f"{PROD}/kustomization.yaml", "generators:\n- gen.yaml\n"))),
    ("container-transformer", both(put(f"{PROD}/tr.yaml", "apiVersion: example.com/v1\nkind: Tr\nmetadata:\n  name: tr\n  annotations:\n    config.kubernetes.io/function: |\n      container: {image: registry.example.com/tr:1}\n"), end(f"{PROD}/kustomization.yaml", "transformers:\n- tr.yaml\n"))),
    ("misspelt-field-of-a-kustomization", end(f"{PROD}/kustomization.yaml", "configMapGenerators:\n- name: x\n  literals: [a=b]\n")),
]  # fmt: skip

# A file that would stop every reader is refused before anything is read.
_REFUSED = "would be expanded to more than"

ROWS = [
    *(Row(f"dangling-{n}", "dangling resource", e, BUILD | {"MG244"}, True, t) for n, e, t in _DANGLING),
    *(Row(f"orphan-{n}", "orphan file", e, frozenset({"MG202", "MG215"}), tree=t) for n, e, t in _ORPHAN),
    *(Row(f"yaml-{n}", "broken YAML", e, GUARD | {"MG211", "MG235", "MG264"}, True, t) for n, e, t in _YAML),
    *(Row(f"patch-{n}", "patch matches nothing", e, GUARD | {"MG231"}, tree=t) for n, e, t in _PATCH),
    *(Row(f"replacement-{n}", "replacement matches nothing", e, GUARD | {"MG223"}, tree=t) for n, e, t in _REPLACEMENT),
    *(Row(f"placeholder-{n}", "placeholder left", e, frozenset({"MG223"})) for n, e in _PLACEHOLDER),
    *(Row(f"empty-{n}", "empty render", e, BUILD | {"MG264", "MG265", "MG246"}, tree=t) for n, e, t in _EMPTY),
    *(Row(f"outside-{n}", "leads outside", e, GUARD, tree=t) for n, e, t in _OUTSIDE),
    *(Row(f"hostile-{n}", "hostile YAML", e, GUARD | {"MG231"}, tree=t, refusal=_REFUSED) for n, e, t in _HOSTILE),
    *(Row(f"plugin-{n}", "helm and plugins", e, GUARD | {"MG246", "MG247"}, tree="foreign") for n, e in _PLUGIN),
]  # fmt: skip
