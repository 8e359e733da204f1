"""Changes that are documented or usual and valid: a finding in any of them is a false alarm."""

from pathlib import Path

import yaml

import checkouts
from corpus.model import Edit, Row, both, end, listed, put, swap

SETTINGS = "overlays/alpha/values/settings.yaml"
PIPELINE = "base/cicd/pipeline.yaml"
SHOP = "deploy/shop/base"
PROD = "deploy/shop/overlays/prod"
URL = "https://git.example.com/team/mlops.git"


def option(*args: str) -> Edit:
    """A second prefix with options of its own, as bootstrap makes it."""

    def apply(root: Path) -> None:
        words = ("--prefix", "beta", "--repo-url", URL, "--threshold", "95", *args)
        assert checkouts.mlgate(root, "bootstrap", *words) == 0

    return apply


def rewritten(name: str, *, width: int = 40, sort: bool = True, flow: bool = False) -> Edit:
    """The same documents, written another way."""

    def apply(root: Path) -> None:
        documents = list(yaml.safe_load_all((root / name).read_text()))
        text = yaml.safe_dump_all(documents, sort_keys=sort, default_flow_style=flow, width=width)
        put(name, text)(root)

    return apply


_OPTIONS = {
    **{name: ("--component", name) for name in (
        "cel-gate", "kafka-scoring", "network-policy", "object-storage", "pruning", "pull-secret", "sonarqube",
        "spark-training", "triggers", "workbench",
    )},
    "slack-promotion": ("--component", "slack-promotion"),
    **{f"serving-{name}": ("--serving", name) for name in ("kserve", "deployment")},
    **{f"git-{name}": ("--git", name) for name in ("gitea", "gogs")},
    **{f"index-{name}": ("--index", name) for name in ("devpi", "nexus")},
    "virtualization-postgresql": ("--virtualization", "postgresql"),
    "secrets-external": ("--secrets", "external"),
    "split-time": ("--split", "time"),
    "openshift": ("--platform", "openshift"),
    "openshift-s2i": ("--platform", "openshift", "--build", "s2i"),
    "openshift-teiid": ("--platform", "openshift", "--virtualization", "teiid"),
    "without-the-twin": ("--without", "cel-gate"),
}  # fmt: skip
_ANCHORS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: anchored, namespace: PREFIX-cicd, labels: &labels {app.kubernetes.io/part-of: mlgate}}
data: {first: &text same, second: *text}
"""
_OWN = [
    ("comments", swap(PIPELINE, "  tasks:\n", "  # The tasks, in order.\n  tasks:  # of the run\n")),
    ("keys-reordered", rewritten(PIPELINE)),
    ("flow-style", rewritten("base/cicd/tasks/gate.yaml", flow=True)),
    ("wide-lines", rewritten("base/apps/dev.yaml", width=200)),
    ("json-in-yaml", rewritten("base/cicd/rbac/role.yaml", flow=True, width=1000)),
    ("blank-lines", swap("base/dev/namespace.yaml", "metadata:\n", "\n\nmetadata:\n")),
    (
        "document-marker",
        both(
            swap("base/cicd/pvc-source.yaml", "apiVersion: v1", "---\napiVersion: v1"),
            end("base/cicd/pvc-source.yaml", "...\n"),
        ),
    ),
    ("double-quotes", swap("base/dev/namespace.yaml", "'-1'", '"-1"')),
    ("windows-line-ends", swap("base/dev/service-account.yaml", "\n", "\r\n")),
    (
        "resources-reordered",
        swap(
            "base/cicd/kustomization.yaml",
            "- namespace.yaml\n- pipeline-stage.yaml\n- pipeline.yaml",
            "- pipeline.yaml\n- pipeline-stage.yaml\n- namespace.yaml",
        ),
    ),
    ("threshold-with-decimals", swap(SETTINGS, "accuracy: 0.95", "accuracy: 0.950000000")),
    ("threshold-lower", swap(SETTINGS, "accuracy: 0.95", "accuracy: 0.9")),
    ("minimum-that-is-met", swap(SETTINGS, "minimums: {}", "minimums: {recall: 0.5}")),
    ("another-seed", swap(SETTINGS, "seed: 2020", "seed: 7")),
    ("another-hold-out", swap(SETTINGS, "holdout: 0.25", "holdout: 0.3")),
    ("another-branch", swap(SETTINGS, "revision: main", "revision: release/2026")),
    ("data-from-a-file", swap(SETTINGS, "source: synthetic", "source: csv:data/creditcard.csv")),
    ("readme-in-a-folder", put("base/cicd/README.md", "What is built here.\n")),
    ("another-step", swap("base/cicd/tasks/gate.yaml", "    env:\n", "    workingDir: /tmp\n    env:\n")),
    ("anchors", listed("base/cicd", "anchored.yaml", _ANCHORS)),
]
_SIDE = """\
apiVersion: v1
kind: Service
metadata: {name: shop-metrics, labels: {app.kubernetes.io/name: shop}}
spec: {selector: {app.kubernetes.io/name: shop}, ports: [{name: metrics, port: 9090, targetPort: 8080}]}
"""
_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: colours}\ndata: {first: red}\n"
_FOREIGN = [
    ("anchors", listed(SHOP, "side.yaml", _SIDE.replace("{app.kubernetes.io/name: shop}}\n", "&l {app.kubernetes.io/name: shop}}\n", 1).replace("selector: {app.kubernetes.io/name: shop}", "selector: *l"))),
    ("second-service", listed(SHOP, "side.yaml", _SIDE)),
    ("several-documents", put("deploy/web/more.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: web}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: web}\n")),
    ("list-object", put("deploy/web/more.yaml", "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a, namespace: web}\n")),
    ("json-file", put("deploy/web/more.json", '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "web"}}\n')),
    ("name-suffix", end(f"{PROD}/kustomization.yaml", "nameSuffix: -eu\n")),
    ("common-labels", end(f"{PROD}/kustomization.yaml", "labels:\n- pairs:\n    team: shop\n")),
    ("digest", swap(f"{PROD}/kustomization.yaml", "newTag: 1.4.1", f"digest: sha256:{'ab' * 32}")),
    ("generator-with-file", both(put(f"{SHOP}/shop.properties", "colour=red\n"), swap(f"{SHOP}/kustomization.yaml", "  literals:", "  files:\n  - shop.properties\n  literals:"))),
    ("replicas-field", end(f"{PROD}/kustomization.yaml", "replicas:\n- name: shop\n  count: 4\n")),
    ("another-element", both(lambda root: [put(f"deploy/shop/overlays/test/{f}", (root / f"deploy/shop/overlays/dev/{f}").read_text().replace("shop-dev", "shop-test"))(root) for f in ("namespace.yaml", "kustomization.yaml")], swap("apps/shop.yaml", "      - stage: dev\n", "      - stage: dev\n      - stage: test\n"))),
    ("config-map-by-name", listed(SHOP, "colours.yaml", _MAP)),
    ("strategic-delete", swap(f"{PROD}/kustomization.yaml", "patches:\n", "patches:\n- patch: |\n    $patch: delete\n    apiVersion: batch/v1\n    kind: CronJob\n    metadata:\n      name: tidy\n")),
    ("optional-config-map", swap(f"{SHOP}/deployment.yaml", "            name: shop\n        ports", "            name: shop\n        - configMapRef:\n            name: not-there\n            optional: true\n        ports")),
    ("comments", swap(f"{SHOP}/deployment.yaml", "  replicas: 1", "  # One is enough here.\n  replicas: 1  # see prod")),
    ("keys-reordered", rewritten(f"{SHOP}/deployment.yaml")),
]  # fmt: skip

VARIANTS = [
    Row("clean-own", "unchanged", lambda _: None),
    Row("clean-foreign", "unchanged", lambda _: None, tree="foreign"),
    *(Row(f"option-{name}", "option", option(*args)) for name, args in _OPTIONS.items()),
    *(Row(f"own-{name}", "written another way", edit) for name, edit in _OWN),
    *(Row(f"foreign-{name}", "written another way", edit, tree="foreign") for name, edit in _FOREIGN),
]
