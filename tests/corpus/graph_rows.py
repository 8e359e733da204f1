"""What names something else: Tekton's graph, references, Applications and their projects, waves, one object twice."""

import shutil
from pathlib import Path

from corpus.model import Row, both, drop, listed, put, swap

PIPELINE = "base/cicd/pipeline.yaml"
TRIGGERS = "base/components/triggers"
SHOP = "deploy/shop/base"
PROD = "deploy/shop/overlays/prod"
GRAPH = frozenset({"MG261"})
NOWHERE = frozenset({"MG262", "MG263", "MG269", "MG270"})
ARGO = frozenset(
    f"MG{n}" for n in (246, 247, 248, 249, 256, 257, 258, 259, 264, 265, 266, 267, 268, 269, 270, 201, 221, 255)
)
WAVE = frozenset(f"MG{n}" for n in (246, 247, 248, 249, 256, 257, 258, 259, 264, 265, 266, 267, 268))
TWICE = frozenset({"MG251", "MG221", "MG214", "MG253", "MG255"})
CLUSTER_ROLE = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: shared}\nrules: []\n"
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s, namespace: %s}\ndata: {a: b}\n"


def _copied(root: Path) -> None:
    """A further prefix, as somebody makes it who copies the folder and forgets what is inside."""
    shutil.copytree(root / "overlays/alpha", root / "overlays/beta")


_TEKTON = [
    ("task-of-no-name", swap(PIPELINE, "taskRef:\n      name: train", "taskRef:\n      name: trian")),
    ("task-file-removed", swap("base/cicd/tasks/kustomization.yaml", "- scan.yaml\n", "")),
    (
        "cycle",
        swap(
            PIPELINE,
            "    taskRef:\n      name: clone\n",
            "    taskRef:\n      name: clone\n    runAfter:\n    - promote\n",
        ),
    ),
    ("cycle-of-one", swap(PIPELINE, "runAfter:\n    - scan", "runAfter:\n    - promote")),
    ("run-after-nobody", swap(PIPELINE, "runAfter:\n    - gate", "runAfter:\n    - gates")),
    ("task-twice", swap(PIPELINE, "  - name: scan\n", "  - name: gate\n")),
    (
        "param-missing",
        swap(
            PIPELINE, "    - name: model-path\n      value: $(params.model-path)\n    - name: seed", "    - name: seed"
        ),
    ),
    ("param-unknown-to-the-task", swap(PIPELINE, "- name: holdout\n      value", "- name: hold-out\n      value")),
    ("param-of-no-pipeline", swap(PIPELINE, "$(params.data-source)", "$(params.datasource)")),
    ("param-in-a-step", swap("base/cicd/tasks/gate.yaml", "$(params.prefix)", "$(params.prefx)")),
    (
        "workspace-missing",
        swap(
            PIPELINE,
            "    - name: source\n      workspace: source\n    - name: sealed\n      workspace: sealed\n  - name: train",
            "    - name: source\n      workspace: source\n  - name: train",
        ),
    ),
    ("workspace-of-no-pipeline", swap(PIPELINE, "      workspace: sealed", "      workspace: seeled")),
    ("workspace-unknown-to-the-task", swap("base/cicd/tasks/evaluate.yaml", "  - name: sealed\n", "  - name: seal\n")),
    ("result-of-no-task", swap(PIPELINE, "$(tasks.clone.results.branch)", "$(tasks.clone.results.brunch)")),
    ("result-of-a-missing-task", swap(PIPELINE, "$(tasks.clone.results.branch)", "$(tasks.cloned.results.branch)")),
    ("result-undeclared", swap("base/cicd/tasks/clone.yaml", "  - name: branch\n    type: string\n  steps", "  steps")),
    ("status-of-a-missing-task", swap(PIPELINE, "$(tasks.train.status)", "$(tasks.trained.status)")),
    ("stage-task-of-no-name", swap("base/cicd/pipeline-stage.yaml", "name: promote-stage", "name: promote-staging")),
    (
        "final-task-runs-after",
        swap(
            PIPELINE, "  finally:\n  - name: report\n", "  finally:\n  - name: report\n    runAfter:\n    - promote\n"
        ),
    ),
]
_REFERENCES = [
    (
        "account-of-a-binding",
        swap("base/cicd/rbac/role-binding.yaml", "  name: pipeline\n", "  name: pipelin\n"),
        "own",
    ),
    (
        "role-of-a-binding",
        swap(
            "base/cicd/rbac/role-binding.yaml",
            "  name: model-accuracy-reporter\nsubjects",
            "  name: model-accuracy-report\nsubjects",
        ),
        "own",
    ),
    (
        "account-of-a-model",
        swap(
            "overlays/alpha/dev/release/model-deployment.yaml",
            "serviceAccountName: model",
            "serviceAccountName: modell",
        ),
        "own",
    ),
    (
        "account-of-a-listener",
        swap(f"{TRIGGERS}/cicd/listener-gogs.yaml", "serviceAccountName: triggers", "serviceAccountName: trigger"),
        "own",
    ),
    (
        "template-of-a-listener",
        swap(f"{TRIGGERS}/cicd/listener-github.yaml", "ref: model-dev", "ref: model-prod"),
        "own",
    ),
    ("binding-of-a-listener", swap(f"{TRIGGERS}/cicd/listener-gitea.yaml", "ref: push", "ref: pushed"), "own"),
    (
        "pipeline-of-a-template",
        swap(
            f"{TRIGGERS}/cicd/trigger-template.yaml",
            "pipelineRef:\n        name: model-dev",
            "pipelineRef:\n        name: model",
        ),
        "own",
    ),
    (
        "interceptor-service",
        swap(f"{TRIGGERS}/cicd/interceptor.yaml", "      name: gogs-interceptor", "      name: gogs-intercept"),
        "own",
    ),
    (
        "service-selects-nothing",
        swap(
            f"{TRIGGERS}/cicd/interceptor-service.yaml",
            "  selector:\n    app.kubernetes.io/name: gogs-interceptor",
            "  selector:\n    app.kubernetes.io/name: gogs",
        ),
        "own",
    ),
    (
        "service-of-an-ingress",
        swap(f"{TRIGGERS}/cicd-kubernetes/ingress-webhook-gogs.yaml", "name: el-gogs", "name: gogs"),
        "own",
    ),
    ("claim-of-a-pod", swap(f"{SHOP}/deployment.yaml", "claimName: carts", "claimName: cart"), "foreign"),
    (
        "config-map-of-a-pod",
        swap(
            f"{SHOP}/deployment.yaml", "configMapRef:\n            name: shop", "configMapRef:\n            name: store"
        ),
        "foreign",
    ),
    (
        "account-of-a-pod",
        swap(f"{SHOP}/deployment.yaml", "serviceAccountName: shop", "serviceAccountName: shoop"),
        "foreign",
    ),
    (
        "account-of-a-cron-job",
        swap(f"{SHOP}/cron-job.yaml", "serviceAccountName: shop", "serviceAccountName: tidy"),
        "foreign",
    ),
    (
        "ingress-service",
        swap("deploy/web/ingress.yaml", "            name: web\n", "            name: wep\n"),
        "foreign",
    ),
    ("ingress-port", swap("deploy/web/ingress.yaml", "name: http", "name: https"), "foreign"),
    ("service-port-name", swap(f"{SHOP}/service.yaml", "targetPort: http", "targetPort: web"), "foreign"),
    (
        "foreign-selector",
        swap(
            "deploy/web/service.yaml",
            "  selector:\n    app.kubernetes.io/name: web",
            "  selector:\n    app.kubernetes.io/name: site",
        ),
        "foreign",
    ),
    (
        "foreign-role",
        swap("deploy/web/role-binding.yaml", "  kind: Role\n  name: web", "  kind: Role\n  name: wab"),
        "foreign",
    ),
    ("autoscaler-target", swap(f"{PROD}/autoscaler.yaml", "    name: shop\n", "    name: store\n"), "foreign"),
]
_PATHS = [
    ("of-an-application", swap("apps/web.yaml", "path: deploy/web", "path: deploy/site"), "foreign"),
    ("of-an-application-set", swap("apps/shop.yaml", "deploy/shop/overlays/", "deploy/shop/stages/"), "foreign"),
    ("of-one-element", swap("apps/shop.yaml", "- stage: prod", "- stage: production"), "foreign"),
    ("folder-removed", lambda root: shutil.rmtree(root / "deploy/shop/overlays/dev"), "foreign"),
    ("outside", swap("apps/web.yaml", "path: deploy/web", "path: ../elsewhere"), "foreign"),
    ("misspelt-parameter", swap("apps/shop.yaml", "{{ .stage }}", "{{ .stages }}"), "foreign"),
    ("own-part", swap("base/apps/dev.yaml", "path: overlays/PREFIX/dev", "path: overlays/PREFIX/development"), "own"),
    ("own-policy", swap("apps/policy.yaml", "path: policy", "path: policies"), "own"),
]
_PROJECT = [
    ("namespace", swap("apps/project.yaml", "    namespace: web", "    namespace: website"), "foreign"),
    (
        "cluster-kind",
        swap(
            "apps/project.yaml",
            "  clusterResourceWhitelist:\n  - group: ''\n    kind: Namespace\n",
            "  clusterResourceWhitelist: []\n",
        ),
        "foreign",
    ),
    ("kind", swap("apps/project.yaml", "  - group: batch\n    kind: CronJob\n", ""), "foreign"),
    ("group", swap("apps/project.yaml", "  - group: autoscaling\n", "  - group: autoscale\n"), "foreign"),
    (
        "source",
        swap("apps/project.yaml", "https://git.example.com/shop/deploy.git", "https://git.example.com/shop/other.git"),
        "foreign",
    ),
    (
        "server",
        swap("apps/web.yaml", "server: https://kubernetes.default.svc", "server: https://elsewhere.example.com"),
        "foreign",
    ),
    ("no-such-project", swap("apps/web.yaml", "project: shop", "project: shopping"), "foreign"),
    ("own-kind", swap("apps/projects/prefixes.yaml", "  - group: tekton.dev\n    kind: Task\n", ""), "own"),
    ("own-namespace", swap("apps/projects/prefixes.yaml", "namespace: '*-dev'", "namespace: '*-develop'"), "own"),
    (
        "own-cluster-kind",
        swap("apps/projects/prefixes.yaml", "  - group: constraints.gatekeeper.sh\n    kind: AIModelRelease\n", ""),
        "own",
    ),
    ("own-no-such-project", swap("base/apps/stage.yaml", "project: mlgate-prefixes", "project: mlgate-prefix"), "own"),
]
_CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: colours.example.com, annotations: {argocd.argoproj.io/sync-wave: '5'}}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Colour, plural: colours}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
---
apiVersion: example.com/v1
kind: Colour
metadata: {name: red, namespace: web}
"""
_WAVES = [
    ("no-number", swap("deploy/web/namespace.yaml", "'-1'", "'first'"), "foreign"),
    ("fraction", swap("deploy/web/namespace.yaml", "'-1'", "'-1.5'"), "foreign"),
    ("namespace-after-use", swap("deploy/web/namespace.yaml", "'-1'", "'5'"), "foreign"),
    ("project-after-use", swap("apps/project.yaml", "'-1'", "'9'"), "foreign"),
    ("own-no-number", swap("base/apps/dev.yaml", "sync-wave: '2'", "sync-wave: two"), "own"),
    ("own-namespace-after-use", swap("base/dev/namespace.yaml", "sync-wave: '-1'", "sync-wave: '7'"), "own"),
    ("template-after-constraint", swap("apps/policy.yaml", "sync-wave: '1'", "sync-wave: '8'"), "own"),
    ("policy-after-consumer", swap("base/apps/policy.yaml", "sync-wave: '0'", "sync-wave: '6'"), "own"),
    ("operators-after-consumer", swap("apps/operators.yaml", "sync-wave: '0'", "sync-wave: '9'"), "own"),
    ("crd-after-use", put("deploy/web/colour.yaml", _CRD), "foreign"),
]  # fmt: skip
_TWICE = [
    (
        "in-one-build",
        listed(PROD, "again.yaml", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: shop}\n"),
        True,
        "foreign",
    ),
    (
        "in-one-plain-folder",
        put("deploy/web/again.yaml", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: web}\n"),
        False,
        "foreign",
    ),
    (
        "from-two-applications",
        both(
            put("deploy/web/map.yaml", MAP % ("both", "shop-prod")),
            listed(PROD, "map.yaml", MAP % ("both", "shop-prod")),
        ),
        False,
        "foreign",
    ),
    (
        "namespace-of-two-overlays",
        both(
            swap(f"{PROD}/namespace.yaml", "shop-prod", "shop-dev"),
            swap(f"{PROD}/kustomization.yaml", "namespace: shop-prod", "namespace: shop-dev"),
        ),
        False,
        "foreign",
    ),
    (
        "application-twice",
        put(
            "apps/again.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\nspec:\n  project: shop\n  source: {repoURL: 'https://git.example.com/shop/deploy.git', path: deploy/web, targetRevision: main}\n  destination: {server: 'https://kubernetes.default.svc', namespace: web}\n",
        ),
        False,
        "foreign",
    ),
    (
        "same-path-twice",
        put(
            "apps/again.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web-two, namespace: argocd}\nspec:\n  project: shop\n  source: {repoURL: 'https://git.example.com/shop/deploy.git', path: deploy/web, targetRevision: main}\n  destination: {server: 'https://kubernetes.default.svc', namespace: web}\n",
        ),
        False,
        "foreign",
    ),
    ("generated-name", swap("apps/shop.yaml", "name: 'shop-{{ .stage }}'", "name: shop"), False, "foreign"),
    ("element-twice", swap("apps/shop.yaml", "- stage: prod", "- stage: dev"), False, "foreign"),
    (
        "cluster-role-of-two-parts",
        both(listed("base/dev", "role.yaml", CLUSTER_ROLE), listed("base/stage", "role.yaml", CLUSTER_ROLE)),
        False,
        "own",
    ),
    (
        "in-one-part",
        listed(
            "base/cicd",
            "again.yaml",
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: pipeline, namespace: PREFIX-cicd}\n",
        ),
        True,
        "own",
    ),
    (
        "namespace-of-another-part",
        swap("overlays/alpha/stage/kustomization.yaml", "namespace: alpha-stage", "namespace: alpha-dev"),
        False,
        "own",
    ),
]
_PREFIXES = [
    ("copied", _copied, {"MG212", "MG251"}),
    (
        "namespace-of-another",
        both(_copied, swap("overlays/beta/values/settings.yaml", "name: alpha", "name: beta")),
        {"MG251", "MG253"},
    ),
    (
        "name-of-another",
        both(_copied, swap("overlays/beta/values/settings.yaml", "name: alpha", "name: alpha-dev")),
        {"MG212"},
    ),
    ("stray-folder", put("overlays/old/README.md", "left over\n"), {"MG204"}),
    ("none", lambda root: shutil.rmtree(root / "overlays/alpha"), {"MG203"}),
]
_LONG = [
    (
        "prefix-of-70",
        lambda root: (
            shutil.move(root / "overlays/alpha", root / f"overlays/{'a' * 70}"),
            swap(f"overlays/{'a' * 70}/values/settings.yaml", "name: alpha", f"name: {'a' * 70}")(root),
        )[0],
        {"MG213", "MG252"},
        "own",
    ),
    (
        "prefix-with-underscore",
        lambda root: (
            shutil.move(root / "overlays/alpha", root / "overlays/my_fraud"),
            swap("overlays/my_fraud/values/settings.yaml", "name: alpha", "name: my_fraud")(root),
        )[0],
        {"MG213", "MG211"},
        "own",
    ),
    (
        "namespace-of-64",
        both(
            swap("deploy/web/namespace.yaml", "name: web", f"name: {'w' * 64}"),
            swap("apps/web.yaml", "namespace: web", f"namespace: {'w' * 64}"),
        ),
        {"MG252", "MG255", "MG235", "MG236", "MG237"},
        "foreign",
    ),
    (
        "cron-job-of-53",
        swap(f"{SHOP}/cron-job.yaml", "name: tidy\nspec", f"name: {'t' * 53}\nspec"),
        {"MG252", "MG235", "MG236", "MG237", "MG238", "MG239"},
        "foreign",
    ),
    (
        "service-of-64",
        listed(
            "base/dev",
            "service.yaml",
            f"apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {'s' * 64}, namespace: PREFIX-dev}}\n",
        ),
        {"MG252"},
        "own",
    ),
]
_NAMESPACE = [
    ("kube-system", swap("overlays/alpha/dev/kustomization.yaml", "namespace: alpha-dev", "namespace: kube-system"), {"MG253", "MG255"}, "own"),
    ("of-nobody", swap("deploy/web/role.yaml", "namespace: web", "namespace: internet"), set(ARGO) | {"MG262", "MG253"}, "foreign"),
    ("no-namespace-object", drop("deploy/web/namespace.yaml"), set(ARGO) | {"MG262"}, "foreign"),
    ("in-a-prefix", listed("base/cicd", "map.yaml", MAP % ("shared", "default")), {"MG253", "MG255"}, "own"),
]  # fmt: skip

ROWS = [
    *(Row(f"tekton-{n}", "Tekton graph", e, GRAPH | NOWHERE | {"MG202", "MG231", "MG221"}) for n, e in _TEKTON),
    *(Row(f"reference-{n}", "references", e, NOWHERE, tree=t) for n, e, t in _REFERENCES),
    *(Row(f"path-{n}", "Application path", e, ARGO, tree=t) for n, e, t in _PATHS),
    *(Row(f"project-{n}", "project refuses", e, ARGO, tree=t) for n, e, t in _PROJECT),
    *(Row(f"wave-{n}", "wave order", e, WAVE | {"MG235", "MG236", "MG237", "MG238"}, tree=t) for n, e, t in _WAVES),
    *(Row(f"twice-{n}", "one object twice", e, TWICE | WAVE, c, t) for n, e, c, t in _TWICE),
    *(Row(f"prefix-{n}", "prefixes", e, frozenset(c)) for n, e, c in _PREFIXES),
    *(Row(f"long-{n}", "names too long", e, frozenset(c), tree=t) for n, e, c, t in _LONG),
    *(Row(f"namespace-{n}", "foreign namespace", e, frozenset(c), tree=t) for n, e, c, t in _NAMESPACE),
]  # fmt: skip
