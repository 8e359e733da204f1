"""What a schema, or the API server's own rules, refuses: fields, types, metadata, rules of CRDs."""

from corpus.model import Row, swap

OWN = "overlays/alpha"
RELEASE = f"{OWN}/dev/release"
SHOP = "deploy/shop/base"
INVALID = frozenset({"MG231", "MG221"})
META = frozenset({"MG231", "MG235", "MG236", "MG237", "MG238", "MG239", "MG221", "MG252"})

# name, file, old, new
_MISSPELT = [
    ("pipeline-task", "base/cicd/pipeline.yaml", "runAfter:", "runAftr:"),
    ("pipeline-spec", "base/cicd/pipeline.yaml", "  finally:", "  finaly:"),
    ("task-step", "base/cicd/tasks/clone.yaml", "computeResources:", "computeResource:"),
    ("task-spec", "base/cicd/tasks/gate.yaml", "  steps:", "  stepz:"),
    ("task-param", "base/cicd/tasks/clone.yaml", "    type: string", "    tipe: string"),
    ("claim", "base/cicd/pvc-source.yaml", "accessModes", "accessMode"),
    ("role", "base/cicd/rbac/role.yaml", "resources:", "resource:"),
    ("role-binding", "base/cicd/rbac/role-binding.yaml", "subjects:", "subject:"),
    ("service-account", "base/dev/service-account.yaml", "automountServiceAccountToken", "automountServiceAcountToken"),
    ("constraint", "base/policy/model-accuracy.yaml", "enforcementAction", "enforcmentAction"),
    ("constraint-match", "base/policy/model-release.yaml", "    namespaces:", "    namespace:"),
    ("application", "base/apps/dev.yaml", "selfHeal", "selfheal"),
    ("application-set", "apps/prefixes.yaml", "goTemplateOptions", "goTemplateOption"),
    ("project", "apps/projects/prefixes.yaml", "orphanedResources", "orphandResources"),
    ("model-report", f"{RELEASE}/model-accuracy.yaml", "modelName", "modelNaem"),
    ("seldon", f"{RELEASE}/model-deployment.yaml", "predictors", "predictor"),
    ("listener", "base/components/triggers/cicd/listener-github.yaml", "serviceAccountName", "serviceAcountName"),
    ("template", "base/components/triggers/cicd/trigger-template.yaml", "resourcetemplates", "resourceTemplates"),
    ("service", "base/components/triggers/cicd/interceptor-service.yaml", "targetPort", "targetport"),
    ("deployment", "base/components/triggers/cicd/interceptor-deployment.yaml", "readinessProbe", "readynessProbe"),
    ("network-policy", "base/components/network-policy/cicd/default-deny.yaml", "podSelector", "podSelectr"),
    ("stateful-set", "base/components/index-devpi/cicd/stateful-set.yaml", "volumeMounts", "volumeMount"),
    ("ingress", "base/components/triggers/cicd-kubernetes/ingress-webhook-github.yaml", "pathType", "pathtype"),
]
_FOREIGN_MISSPELT = [
    ("foreign-deployment", f"{SHOP}/deployment.yaml", "livenessProbe", "livenesProbe"),
    ("foreign-cron-job", f"{SHOP}/cron-job.yaml", "restartPolicy", "restartPolicie"),
    ("foreign-autoscaler", "deploy/shop/overlays/prod/autoscaler.yaml", "maxReplicas", "maxReplica"),
    ("foreign-ingress", "deploy/web/ingress.yaml", "backend:", "backnd:"),
    ("foreign-application", "apps/web.yaml", "targetRevision", "targetRevison"),
    ("foreign-project", "apps/project.yaml", "destinations", "destination"),
]
_TYPES = [
    ("replicas-text", "base/components/triggers/cicd/interceptor-deployment.yaml", "replicas: 1", "replicas: 'one'"),
    ("port-text", "base/components/triggers/cicd/interceptor-service.yaml", "port: 8080", "port: '8080'"),
    ("modes-text", "base/cicd/pvc-sealed.yaml", "accessModes:\n  - ReadWriteOnce", "accessModes: ReadWriteOnce"),
    ("flag-text", "base/dev/service-account.yaml", "Token: false", "Token: 'no'"),
    ("rules-mapping", "base/cicd/rbac/role.yaml", "rules:\n- apiGroups", "rules:\n  apiGroups"),
    ("prune-text", "base/apps/stage.yaml", "prune: true", "prune: 'true'"),
    ("run-after-text", "base/cicd/pipeline.yaml", "runAfter:\n    - clone", "runAfter: clone"),
    (
        "command-text",
        "base/cicd/tasks/gate.yaml",
        "command:\n    - mlgate\n    - step\n    - gate",
        "command: mlgate step",
    ),
    ("accuracy-text", f"{RELEASE}/model-accuracy.yaml", "accuracy: 0.976", "accuracy: '0.976'"),
    ("count-fraction", f"{RELEASE}/model-accuracy.yaml", "truePositive: 81", "truePositive: 81.5"),
    ("seldon-replicas", f"{RELEASE}/model-deployment.yaml", "replicas: 1", "replicas: many"),
]
_FOREIGN_TYPES = [
    ("foreign-replicas", f"{SHOP}/deployment.yaml", "replicas: 1", "replicas: one"),
    ("foreign-port", f"{SHOP}/service.yaml", "port: 80", "port: http"),
    ("foreign-limit-list", f"{SHOP}/deployment.yaml", "memory: 128Mi", "memory: [128Mi]"),
    ("foreign-schedule", f"{SHOP}/cron-job.yaml", "schedule: 0 3 * * *", "schedule: 3"),
    ("foreign-max", "deploy/shop/overlays/prod/autoscaler.yaml", "maxReplicas: 9", "maxReplicas: nine"),
]
_MISSING = [
    ("pipeline-tasks", "base/cicd/pipeline-stage.yaml", "  tasks:", "  taskss:"),
    ("role-reference", "base/cicd/rbac/role-binding.yaml", "  kind: Role\n  name", "  name"),
    ("project-source", "base/apps/dev.yaml", "  project: mlgate-prefixes\n", ""),
    (
        "destination",
        "base/apps/cicd.yaml",
        "  destination:\n    server: https://kubernetes.default.svc\n    namespace: PREFIX-cicd\n",
        "",
    ),
    ("report-counts", f"{RELEASE}/model-accuracy.yaml", "    falseNegative: 3\n", ""),
    (
        "seldon-graph-name",
        f"{RELEASE}/model-deployment.yaml",
        "    graph:\n      name: fraud-detection\n",
        "    graph:\n",
    ),
    (
        "selector",
        "base/components/triggers/cicd/interceptor-deployment.yaml",
        "  selector:\n    matchLabels:\n      app.kubernetes.io/name: gogs-interceptor\n",
        "",
    ),
    ("api-version", "base/cicd/pvc-source.yaml", "apiVersion: v1\n", ""),
    ("kind", "base/cicd/pvc-source.yaml", "kind: PersistentVolumeClaim\n", ""),
    ("name", "base/cicd/pvc-source.yaml", "  name: source\n", ""),
]
_FOREIGN_MISSING = [
    ("foreign-target", "deploy/shop/overlays/prod/autoscaler.yaml", "  maxReplicas: 9\n", ""),
    ("foreign-path-type", "deploy/web/ingress.yaml", "        pathType: Prefix\n", ""),
    ("foreign-container-name", f"{SHOP}/deployment.yaml", "      - name: shop\n        image:", "      - image:"),
    ("foreign-schedule-gone", f"{SHOP}/cron-job.yaml", "  schedule: 0 3 * * *\n", ""),
    ("foreign-role-ref", "deploy/web/role-binding.yaml", "  kind: Role\n  name: web", "  name: web"),
]
_KINDS = [
    ("no-such-kind", f"{SHOP}/claim.yaml", "kind: PersistentVolumeClaim", "kind: PersistentVolumeClam", "foreign"),
    ("removed-version", "deploy/web/ingress.yaml", "networking.k8s.io/v1", "extensions/v1beta1", "foreign"),
    ("no-such-version", f"{SHOP}/deployment.yaml", "apiVersion: apps/v1", "apiVersion: apps/v2", "foreign"),
    ("tekton-version", "base/cicd/tasks/gate.yaml", "tekton.dev/v1", "tekton.dev/v7", "own"),
    ("unknown-crd", "base/dev/service-account.yaml", "apiVersion: v1", "apiVersion: example.com/v1", "own"),
]
_META = [
    ("label-with-space", f"{SHOP}/claim.yaml", "  name: carts", "  name: carts\n  labels:\n    owner: 'team shop'"),
    ("label-too-long", f"{SHOP}/claim.yaml", "  name: carts", f"  name: carts\n  labels:\n    owner: {'x' * 64}"),
    ("label-key", f"{SHOP}/claim.yaml", "  name: carts", "  name: carts\n  labels:\n    'a/b/c': x"),
    ("label-number", f"{SHOP}/claim.yaml", "  name: carts", "  name: carts\n  labels:\n    version: 1.0"),
    ("annotation-number", "deploy/web/namespace.yaml", "sync-wave: '-1'", "sync-wave: -1"),
    (
        "annotation-boolean",
        "deploy/web/service.yaml",
        "  name: web\n",
        "  name: web\n  annotations:\n    public: true\n",
    ),
    ("annotation-key", f"{SHOP}/claim.yaml", "  name: carts", "  name: carts\n  annotations:\n    'no spaces here': x"),
    ("name-in-capitals", f"{SHOP}/cron-job.yaml", "name: tidy\nspec", "name: Tidy\nspec"),
    ("name-with-underscore", f"{SHOP}/claim.yaml", "name: carts", "name: my_carts"),
    ("service-name-begins-with-a-digit", "deploy/web/service.yaml", "  name: web\n", "  name: 1web\n"),
    ("name-of-254", f"{SHOP}/claim.yaml", "name: carts", f"name: {'c' * 254}"),
    ("namespace-with-dot", "deploy/web/namespace.yaml", "name: web", "name: we.b"),
    ("labels-below-metadata", f"{SHOP}/claim.yaml", "  name: carts", "  name: carts\n  app: carts"),
    (
        "pod-label",
        "deploy/web/deployment.yaml",
        "      app.kubernetes.io/name: web",
        "      app.kubernetes.io/name: 'web!'",
    ),
]
_RULES = [
    ("container-name-twice", f"{SHOP}/deployment.yaml", "        volumeMounts:", "        volumeMounts: []\n      - name: shop\n        image: registry.example.com/shop/shop:1.4.2\n        volumeMounts:", "foreign"),
    ("port-twice", "deploy/web/service.yaml", "    targetPort: http\n", "    targetPort: http\n  - name: again\n    port: 80\n    targetPort: http\n", "foreign"),
    ("variable-twice", "base/cicd/tasks/gate.yaml", "    - name: SOURCE\n", "    - name: PREFIX\n      value: again\n    - name: SOURCE\n", "own"),
    ("report-key-of-a-list", f"{RELEASE}/model-accuracy.yaml", "  metrics: {}", "  metrics: []", "own"),
    ("interval-of-a-rule", f"{RELEASE}/model-accuracy.yaml", "accuracy: 0.976", "accuracy: 1.976", "own"),
    ("task-param-twice", "base/cicd/tasks/clone.yaml", "  - name: revision\n    type: string\n", "  - name: repo-url\n    type: string\n  - name: revision\n    type: string\n", "own"),
    ("volume-twice", f"{SHOP}/deployment.yaml", "      volumes:\n", "      volumes:\n      - name: carts\n        emptyDir: {}\n", "foreign"),
]  # fmt: skip

ROWS = [
    *(Row(f"misspelt-{n}", "misspelt field", swap(f, a, b), INVALID, chain=True) for n, f, a, b in _MISSPELT),
    *(Row(f"misspelt-{n}", "misspelt field", swap(f, a, b), INVALID, True, "foreign") for n, f, a, b in _FOREIGN_MISSPELT),
    *(Row(f"type-{n}", "wrong type", swap(f, a, b), INVALID, chain=True) for n, f, a, b in _TYPES),
    *(Row(f"type-{n}", "wrong type", swap(f, a, b), INVALID, True, "foreign") for n, f, a, b in _FOREIGN_TYPES),
    *(Row(f"missing-{n}", "missing field", swap(f, a, b, 1), INVALID | {"MG233"}, chain=True) for n, f, a, b in _MISSING),
    *(Row(f"missing-{n}", "missing field", swap(f, a, b), INVALID, True, "foreign") for n, f, a, b in _FOREIGN_MISSING),
    *(Row(f"kind-{n}", "unknown kind", swap(f, a, b), frozenset({"MG232", "MG255"}), True, t) for n, f, a, b, t in _KINDS),
    *(Row(f"meta-{n}", "metadata syntax", swap(f, a, b), META, tree="foreign") for n, f, a, b in _META),
    *(Row(f"rule-{n}", "API server's rules", swap(f, a, b, 1), META | {"MG242", "MG261"}, tree=t) for n, f, a, b, t in _RULES),
]  # fmt: skip
