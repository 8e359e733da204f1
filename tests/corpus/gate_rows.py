"""What would open the gate, leak, or run with too much power."""

from corpus.model import Row, drop, end, listed, put, swap

SETTINGS = "overlays/alpha/values/settings.yaml"
DEV = "overlays/alpha/dev/release"
REPORT = f"{DEV}/model-accuracy.yaml"
MODEL = f"{DEV}/model-deployment.yaml"
POD = "base/components/triggers/cicd/interceptor-deployment.yaml"
SHOP = "deploy/shop/base"
DIGEST = "sha256:" + "ab" * 32
LINE = "    accuracy: 0.95"
REGO = frozenset({"MG241", "MG243", "MG244", "MG221"})
POLICY = frozenset({"MG242", "MG231", "MG254"})
SECRET = frozenset({"MG271", "MG272", "MG211"})
# Made up and never valid: they have the form that a detector knows.
AWS_KEY = "AKIA" + "Z7Q4M2X9K1W8R5T3"
AWS_SECRET = "kJ8vQ2" + "xN5mZ1pL9wR4tY7uB3cD6fG0hA8sE5jK2q"
GITHUB = "ghp" + "_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
PEM = "-----BEGIN RSA PRIVATE" + " KEY-----\nMIIEowIBAAKCAQEAvZ8c\n-----END RSA PRIVATE" + " KEY-----"
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: extra, namespace: PREFIX-cicd}}\ndata:\n{}\n"
HIDDEN = "apiVersion: v1\nkind: Secret\nmetadata: {{name: extra, namespace: PREFIX-cicd}}\n{}\n"

_THRESHOLD = [
    ("text", "    accuracy: '0.95'"),
    ("nan", "    accuracy: .nan"),
    ("infinite", "    accuracy: .inf"),
    ("zero", "    accuracy: 0"),
    ("negative", "    accuracy: -0.95"),
    ("percentage", "    accuracy: 95"),
    ("decimal-comma", "    accuracy: 0,95"),
    ("null", "    accuracy: null"),
    ("boolean", "    accuracy: true"),
    ("list", "    accuracy: [0.95]"),
    ("missing", "    accuracyy: 0.95"),
    ("ten-decimals", "    accuracy: 0.9500000001"),
    ("twice", "    accuracy: 0.95\n    accuracy: 0.5"),
    ("minimum-of-no-metric", "    accuracy: 0.95\n    minimum: {recal: 0.8}"),
]
_SETTINGS = [
    ("unknown-key", swap(SETTINGS, "  platform:", "  plattform:"), "MG211"),
    ("unknown-component", swap(SETTINGS, "cel-gate", "cel-gates"), "MG211 MG215"),
    ("component-not-listed", swap(SETTINGS, "triggers, ", ""), "MG215"),
    ("alternative-of-no-name", swap(SETTINGS, "git: external", "git: svn"), "MG211"),
    ("platform-disagrees", swap(SETTINGS, "platform: kubernetes", "platform: openshift"), "MG215"),
    ("name-disagrees", swap(SETTINGS, "name: alpha", "name: gamma"), "MG212"),
    ("image-with-tag", swap(SETTINGS, "alpha/fraud-detection", "alpha/fraud-detection:1.0"), "MG211"),
    ("not-local", swap(SETTINGS, "local-config", "local"), "MG211"),
    ("cluster-platform", swap("apps/values/settings.yaml", "platform: kubernetes", "platform: k8s"), "MG216"),
    ("operator-of-no-folder", swap("apps/values/settings.yaml", "name: gatekeeper", "name: gatekeepr"), "MG216 MG217"),
]
_MODEL = [
    ("below-the-threshold", swap(SETTINGS, LINE, "    accuracy: 0.99")),
    ("boasts", swap(REPORT, "accuracy: 0.976", "accuracy: 0.999")),
    ("accuracy-text", swap(REPORT, "accuracy: 0.976", "accuracy: '0.976'")),
    ("accuracy-percent", swap(REPORT, "accuracy: 0.976", "accuracy: 97.6")),
    ("accuracy-missing", swap(REPORT, "  accuracy: 0.976\n", "")),
    ("counts-missing", swap(REPORT, "    truePositive: 81\n", "")),
    ("counts-negative", swap(REPORT, "falsePositive: 3", "falsePositive: -3")),
    ("minimum-missed", swap(SETTINGS, "minimums: {}", "minimums: {recall: 0.999}")),
    ("minimum-of-no-measure", swap(SETTINGS, "minimums: {}", "minimums: {averagePrecision: 0.5}")),
    ("evidence-missing", swap(REPORT, f"    modelSha256: {'ab' * 32}\n", "")),
    ("report-of-another-image", swap(REPORT, DIGEST, "sha256:" + "cd" * 32)),
    ("release-of-another-image", swap(MODEL, DIGEST, "sha256:" + "cd" * 32)),
    ("release-by-tag", swap(MODEL, f"@{DIGEST}", ":1.0")),
    ("release-without-version", swap(MODEL, f"@{DIGEST}", "")),
    ("report-removed", swap(f"{DEV}/kustomization.yaml", "- model-accuracy.yaml\n", "")),
    ("seldon-uri", swap(MODEL, "      type: MODEL\n", "      type: MODEL\n      modelUri: gs://models/fraud\n")),
]
_REGO = [
    ("syntax-of-a-rule", end("policy/model_accuracy/model_accuracy.rego", "deny[x] {\n")),
    ("syntax-of-the-library", end("policy/lib/accuracy.rego", "}\n")),
    ("syntax-of-a-template", swap("policy/model_accuracy/template.yaml", "violation", "violation[[", 1)),
    (
        "package-of-another-name",
        swap("policy/model_accuracy/model_accuracy.rego", "package model_accuracy", "package model_acuracy"),
    ),
    ("rule-of-another-name", swap("policy/model_release/model_release.rego", "violation", "violations")),
    ("undefined-function", end("policy/model_release/model_release.rego", "\nanother := no_such_function(1)\n")),
    ("unsafe-variable", end("policy/lib/accuracy.rego", "\nunsafe contains x if y == 1\n")),
]
_RULES = [
    ("template-drift", swap("policy/model_accuracy/template.yaml", "MA001", "MA002")),
    ("template-deleted", drop("policy/model_release/template.yaml")),
    ("template-not-listed", swap("policy/kustomization.yaml", "- model_release/template.yaml\n", "")),
    ("rule-deleted", drop("policy/model_release/model_release.rego")),
    ("rule-empty", put("policy/model_accuracy/model_accuracy.rego", "package model_accuracy\n")),
    ("rule-weakened", swap("policy/lib/accuracy.rego", "not correct * _scale >= ", "not correct * _scale > ")),
    ("tests-deleted", drop("policy/model_release/model_release_test.rego")),
    ("tests-empty", put("policy/model_accuracy/model_accuracy_test.rego", "package model_accuracy_test\n")),
    ("twin-drift", swap("policy/cel/model-accuracy.yaml", "failurePolicy: Fail", "failurePolicy: Ignore")),
    ("twin-not-listed", swap("policy/kustomization.yaml", "- cel/model-accuracy.yaml\n", "")),
]
_CONSTRAINT = [
    ("dropped", swap("base/policy/kustomization.yaml", "- model-release.yaml\n", "")),
    ("both-dropped", swap("base/policy/kustomization.yaml", "- model-accuracy.yaml\n- model-release.yaml\n", "[]\n")),
    ("warns", swap("base/policy/model-accuracy.yaml", "Action: deny", "Action: warn")),
    ("dry-run", swap("base/policy/model-release.yaml", "Action: deny", "Action: dryrun")),
    ("no-action-known", swap("base/policy/model-release.yaml", "Action: deny", "Action: denied")),
    ("kinds-dropped", swap("base/policy/model-accuracy.yaml", "      - ModelAccuracy\n", "      - ModelAcuracy\n")),
    ("namespace-dropped", swap("base/policy/model-accuracy.yaml", "    - PREFIX-dev\n", "")),
    (
        "excluded-namespace",
        swap(
            "base/policy/model-accuracy.yaml",
            "    namespaces:\n",
            "    excludedNamespaces:\n    - '*'\n    namespaces:\n",
        ),
    ),
    (
        "threshold-lowered",
        swap(
            "overlays/alpha/policy/kustomization.yaml",
            "components:\n",
            'patches:\n- patch: \'[{"op": "replace", "path": "/spec/enforcementAction", "value": "dryrun"}]\'\n  target:\n    kind: AIModelRelease\ncomponents:\n',
        ),
    ),
]
_IMAGE = [
    ("latest", swap("base/components/index-devpi/cicd/stateful-set.yaml", "image: ", "image: devpi:latest # "), "own"),
    ("no-tag", swap("base/components/index-devpi/cicd/stateful-set.yaml", "image: ", "image: devpi # "), "own"),
    (
        "task-latest",
        swap(
            "base/cicd/tasks/gate.yaml",
            "  steps:\n",
            "  sidecars:\n  - name: helper\n    image: registry.example.com/helper:latest\n  steps:\n",
        ),
        "own",
    ),
    ("foreign-latest", swap("deploy/web/deployment.yaml", "web:2.0.0", "web:latest"), "foreign"),
    ("foreign-no-tag", swap("deploy/web/deployment.yaml", "web:2.0.0", "web"), "foreign"),
    (
        "foreign-cron-job",
        swap("deploy/shop/overlays/prod/kustomization.yaml", "newTag: 1.4.1", "newTag: latest"),
        "foreign",
    ),
]
_POD = [
    ("privileged", swap(POD, "allowPrivilegeEscalation: false", "privileged: true"), "own"),
    ("escalation", swap(POD, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"), "own"),
    ("root", swap(POD, "runAsNonRoot: true", "runAsUser: 0"), "own"),
    ("host-network", swap(POD, "      automountServiceAccountToken: false", "      hostNetwork: true"), "own"),
    (
        "host-path",
        swap(
            "deploy/shop/base/deployment.yaml",
            "        persistentVolumeClaim:\n          claimName: carts",
            "        hostPath:\n          path: /",
        ),
        "foreign",
    ),
    (
        "foreign-privileged",
        swap("deploy/web/deployment.yaml", "allowPrivilegeEscalation: false", "privileged: true"),
        "foreign",
    ),
    (
        "foreign-capability",
        swap("deploy/web/deployment.yaml", "drop:\n            - ALL", "add:\n            - SYS_ADMIN"),
        "foreign",
    ),
]
_SECRETS = [
    ("secret-of-text", listed("base/cicd", "x.yaml", HIDDEN.format("stringData: {password: " + AWS_SECRET + "}"))),
    ("secret-of-base64", listed("base/cicd", "x.yaml", HIDDEN.format("data: {password: c3VwZXItc2VjcmV0LTE5ODQ=}"))),
    ("password-in-a-map", listed("base/cicd", "x.yaml", MAP.format(f"  password: {AWS_SECRET}"))),
    ("access-key-in-a-map", listed("base/cicd", "x.yaml", MAP.format(f"  id: {AWS_KEY}"))),
    ("token-in-a-map", listed("base/cicd", "x.yaml", MAP.format(f"  a: {GITHUB}"))),
    ("key-in-a-map", listed("base/cicd", "x.yaml", MAP.format("  k: |\n    " + PEM.replace("\n", "\n    ")))),
    (
        "password-in-an-address",
        listed("base/cicd", "x.yaml", MAP.format("  url: postgresql://admin:Tr0ub4dor3x@db.example.com/x")),
    ),
    (
        "token-in-a-variable",
        swap(
            POD,
            "          valueFrom:\n            secretKeyRef:\n              name: webhook\n              key: secret\n",
            f"          value: {GITHUB}\n",
        ),
    ),
    ("token-in-a-task", swap("base/cicd/tasks/gate.yaml", "value: $(params.prefix)", f"value: {GITHUB}")),
    (
        "password-in-the-repository",
        swap(SETTINGS, "https://git.example.com", "https://bot:Tr0ub4dor3x@git.example.com"),
    ),
    (
        "generator",
        end(
            "overlays/alpha/cicd/kustomization.yaml",
            "secretGenerator:\n- name: db\n  namespace: alpha-cicd\n  literals:\n  - password=Tr0ub4dor3x\n",
        ),
    ),
]
_FOREIGN_SECRETS = [
    (
        "foreign-secret",
        listed(
            SHOP, "x.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData: {password: Tr0ub4dor3x}\n"
        ),
    ),
    (
        "foreign-generator",
        end(f"{SHOP}/kustomization.yaml", "secretGenerator:\n- name: db\n  literals:\n  - password=Tr0ub4dor3x\n"),
    ),
    (
        "foreign-token-in-a-map",
        swap(f"{SHOP}/kustomization.yaml", "  - currency=EUR", f"  - currency=EUR\n  - token={GITHUB}"),
    ),
    (
        "foreign-token-in-base64",
        listed(
            SHOP,
            "x.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata: {token: Z2hwX2ExQjJjM0Q0ZTVGNmc3SDhpOUowazFMMm0zTjRvNVA2cTdSOA==}\n",
        ),
    ),
]
_SUPPRESS = [
    ("without-reason", put(".mlgate.yaml", "suppressions:\n- {code: MG254, subject: 'Task/*', expires: 2999-01-01}\n")),
    ("of-no-finding", put(".mlgate.yaml", "suppressions:\n- {code: MG254, subject: 'Task/*', reason: accepted until the move, expires: 2999-01-01}\n")),
    ("expired", put(".mlgate.yaml", "suppressions:\n- {code: MG254, subject: 'Task/*', reason: accepted until the move, expires: 2020-01-01}\n")),
    ("of-the-gate", put(".mlgate.yaml", "suppressions:\n- {code: MG242, subject: '*', reason: accepted until the move, expires: 2999-01-01}\n")),
]  # fmt: skip

_BAD = frozenset({"MG211", "MG221"})
_SUPPRESSED = frozenset({"MG290", "MG291", "MG292", "MG293"})
_HELD = frozenset({"MG245", "MG202", "MG231", "MG242", "MG221"})
_IMAGES = frozenset({"MG254"})
_PODS = POLICY | {"MG235", "MG236", "MG237", "MG238", "MG239", "MG273"}

ROWS = [
    *(Row(f"threshold-{n}", "threshold", swap(SETTINGS, LINE, new), _BAD) for n, new in _THRESHOLD),
    *(Row(f"settings-{n}", "settings", e, frozenset(c.split())) for n, e, c in _SETTINGS),
    *(Row(f"model-{n}", "model not passing", e, POLICY | {"MG202"}, chain=True) for n, e in _MODEL),
    *(Row(f"rego-{n}", "Rego does not run", e, REGO, chain="template" not in n) for n, e in _REGO),
    *(Row(f"rules-{n}", "rules and their tests", e, REGO | {"MG202", "MG245"}) for n, e in _RULES),
    *(Row(f"constraint-{n}", "constraint weakened", e, _HELD) for n, e in _CONSTRAINT),
    *(Row(f"image-{n}", "image not pinned", e, _IMAGES, tree=t) for n, e, t in _IMAGE),
    *(Row(f"pod-{n}", "pod with power", e, _PODS, tree=t) for n, e, t in _POD),
    *(Row(f"secret-{n}", "secret in git", e, SECRET) for n, e in _SECRETS),
    *(Row(f"secret-{n}", "secret in git", e, SECRET, tree="foreign") for n, e in _FOREIGN_SECRETS),
    *(Row(f"suppression-{n}", "suppression", e, _SUPPRESSED) for n, e in _SUPPRESS),
]  # fmt: skip
