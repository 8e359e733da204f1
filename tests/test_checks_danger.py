"""Each dangerous step from one commit to the next has its code and its place; a harmless one has none."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import checkouts
import trees
from mlgate.checks import danger, danger_base, discover, render
from mlgate.checks.danger_base import Base
from mlgate.checks.model import Rendered
from mlgate.cli import main
from mlgate.errors import ToolFailed, UsageError
from mlgate.repo import Repo
from mlgate.results import Result, Status

Edit = Callable[[Path], object]
Before = tuple[Base, list[Rendered]]
DEV = "overlays/alpha/dev"
OBJECTS = f"{DEV}/objects.yaml"
ACCESS = f"{DEV}/access.yaml"
CONSTRAINT = "overlays/alpha/policy/constraint.yaml"
TWIN = "policy/twin.yaml"
SETTINGS = "overlays/alpha/values/settings.yaml"
RELEASE = f"{DEV}/release/report.yaml"
DIGEST = f"registry.example.com/fraud@sha256:{'ab' * 32}"
RBAC = "apiVersion: rbac.authorization.k8s.io/v1\nkind: "
FILES = {
    "apps/kustomization.yaml": "resources: [dev.yaml, prefixes.yaml, crd.yaml]\n",
    "apps/dev.yaml": f"""apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: dev}}
spec: {{source: {{path: {DEV}}}}}
""",
    "apps/prefixes.yaml": """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: prefixes}
spec:
  generators:
  - git: {directories: [{path: overlays/*}]}
  template: {spec: {source: {path: '{{ .path.path }}/policy'}}}
""",
    "apps/crd.yaml": """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec: {scope: Namespaced, group: example.com, names: {kind: Thing, plural: things}}
""",
    "policy/kustomization.yaml": "resources: [template.yaml, twin.yaml]\n",
    "policy/template.yaml": """apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: rule}
""",
    TWIN: """apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: twin}
spec: {failurePolicy: Fail}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: twin}
spec:
  validationActions: [Deny, Audit]
  paramRef: {parameterNotFoundAction: Deny}
""",
    "policy/rule/rule.rego": "package rule\n",
    "policy/rule/rule_test.rego": "package rule_test\n",
    "model/fraud/fraud.ipynb": "{}\n",
    SETTINGS: "spec:\n  gate:\n    accuracy: 0.95\n    minimums: {recall: 0.8}\n  model: {path: model/fraud}\n",
    "overlays/alpha/policy/kustomization.yaml": "resources: [constraint.yaml]\n",
    CONSTRAINT: """apiVersion: constraints.gatekeeper.sh/v1beta1
kind: AIModelAccuracyThreshold
metadata: {name: alpha}
spec:
  enforcementAction: deny
  match:
    kinds: [{apiGroups: [ai.devops.demo], kinds: [ModelAccuracy]}]
    namespaces: [alpha-dev, alpha-stage]
  parameters:
    accuracyThreshold: 0.95
    minimums: {recall: 0.8}
""",
    f"{DEV}/kustomization.yaml": "resources: [namespace.yaml, objects.yaml, access.yaml]\n",
    f"{DEV}/namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: alpha-dev}\n",
    RELEASE: "kind: ModelAccuracy\n",
    OBJECTS: f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: serve, namespace: alpha-dev}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: serve}}}}
  template: {{spec: {{containers: [{{name: model, image: '{DIGEST}'}}]}}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: store, namespace: alpha-dev}}
spec: {{serviceName: store, selector: {{matchLabels: {{app: store}}}}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: data, namespace: alpha-dev}}
spec:
  storageClassName: fast
  resources: {{requests: {{storage: 2Gi}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: serve, namespace: alpha-dev}}
spec: {{clusterIP: None}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: sealed, namespace: alpha-dev}}
immutable: true
data: {{key: value}}
---
apiVersion: batch/v1
kind: Job
metadata: {{name: once, namespace: alpha-dev, annotations: {{note: none}}}}
spec: {{template: {{spec: {{nodeName: a}}}}}}
""",
    ACCESS: f"""{RBAC}Role
metadata: {{name: reader, namespace: alpha-dev}}
rules: [{{apiGroups: [''], resources: [pods], verbs: [get]}}]
---
{RBAC}RoleBinding
metadata: {{name: reader, namespace: alpha-dev}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}}
subjects: [{{kind: ServiceAccount, name: one, namespace: alpha-dev}}]
---
{RBAC}ClusterRoleBinding
metadata: {{name: later}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: later}}
subjects: [{{kind: Group, name: team}}]
""",
}


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("base")
    for name, text in FILES.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    for command in (
        ["init", "-q", "-b", "main"],
        ["config", "user.email", "a@example.com"],
        ["config", "user.name", "A"],
    ):
        checkouts.git(tree, *command)
    checkouts.git(tree, "add", "-A")
    checkouts.git(tree, "commit", "-qm", "base")
    return tree


@pytest.fixture
def tree(committed: Path, tmp_path: Path) -> Path:
    return shutil.copytree(committed, tmp_path / "tree")


@pytest.fixture(scope="module")
def before(committed: Path, tmp_path_factory: pytest.TempPathFactory) -> Before:
    """The base, written and rendered once, as every tree here comes from it."""
    base = danger_base.extract(Repo(committed), "main", tmp_path_factory.mktemp("extracted"))
    rendered, results = danger.render(base, ())
    assert results == []
    return base, rendered


def step(tree: Path, before: Before) -> list[Result]:
    repo, (base, was) = Repo(tree), before
    now = render.render(repo, discover.builds(repo, repo.prefixes()))
    return [one for one in danger.compare(repo, base, was, *now) if one.status is not Status.VALID]


def found(tree: Path, revision: str = "main") -> list[Result]:
    repo = Repo(tree)
    rendered, results = render.render(repo, discover.builds(repo, repo.prefixes()))
    return [one for one in danger.check(repo, rendered, results, revision, ()) if one.status is not Status.VALID]


def swap(name: str, old: str, new: str) -> Edit:
    return lambda tree: trees.edit(tree, name, old, new)


def add(name: str, text: str) -> Edit:
    return lambda tree: (tree / name).write_text(f"{(tree / name).read_text()}---\n{text}")


def both(*edits: Edit) -> Edit:
    return lambda tree: [edit(tree) for edit in edits]


LABEL = "{rbac.authorization.k8s.io/aggregate-to-view: 'true'}"
EVERYTHING = "[{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]"
LOWER = swap(SETTINGS, "0.95", "0.5")
BIND = f"""{RBAC}RoleBinding
metadata: {{name: more, namespace: SPACE}}
roleRef: {{kind: Role, name: reader}}
subjects: [{{kind: User, name: eve}}]
"""
LABELS = "{matchLabels: {app: serve}}"
CASES = [
    pytest.param(swap(OBJECTS, "key: value", "key: v"), ("MG283", OBJECTS, 30), "-> {'key': 'v'}", id="sealed-config"),
    pytest.param(
        add(ACCESS, f"{RBAC}ClusterRole\nmetadata: {{name: new, labels: {LABEL}}}\nrules: {EVERYTHING}\n"),
        ("MG287", ACCESS, 21),
        "* *",
        id="role-that-others-take-in",
    ),
    pytest.param(
        add(ACCESS, f"{RBAC}ClusterRole\nmetadata: {{name: later}}\nrules: {EVERYTHING}\n"),
        ("MG287", ACCESS, 21),
        "* *",
        id="role-that-was-bound-already",
    ),
    pytest.param(swap(TWIN, "Fail", "Ignore"), ("MG289", TWIN, 4), "Fail -> Ignore", id="twin-ignores"),
    pytest.param(swap(TWIN, "[Deny, Audit]", "[Audit]"), ("MG289", TWIN, 10), "Deny", id="twin-audits"),
    pytest.param(swap(TWIN, "Action: Deny", "Action: Allow"), ("MG289", TWIN, 11), "Deny -> Allow", id="twin-allows"),
    pytest.param(
        swap(CONSTRAINT, "  match:", "  match:\n    excludedNamespaces: [alpha-dev]"),
        ("MG289", CONSTRAINT, 7),
        "alpha-dev",
        id="namespace-excluded",
    ),
    pytest.param(LOWER, ("MG281", SETTINGS, 3), "0.95 -> 0.5", id="threshold-lowered"),
    pytest.param(swap(CONSTRAINT, "0.95", "0.9"), ("MG281", CONSTRAINT, 10), "0.95 -> 0.9", id="constraint-lowered"),
    pytest.param(both(LOWER, swap(CONSTRAINT, "0.95", "0.5")), ("MG281", SETTINGS, 3), "0.5", id="told-once"),
    pytest.param(swap(CONSTRAINT, "0.95", "'0.95'"), ("MG281", CONSTRAINT, 10), "-> 0.95", id="threshold-a-string"),
    pytest.param(swap(SETTINGS, "    accuracy: 0.95\n", ""), ("MG281", SETTINGS, 2), "-> nothing", id="threshold-gone"),
    pytest.param(
        both(LOWER, swap("model/fraud/fraud.ipynb", "{}", "{ }")),
        ("MG282", SETTINGS, 3),
        "fraud.ipynb",
        id="with-notebook",
    ),
    pytest.param(
        both(LOWER, lambda tree: (tree / "model/fraud/new.py").write_text("")),
        ("MG282", SETTINGS, 3),
        "new.py",
        id="with-new",
    ),
    pytest.param(
        both(LOWER, lambda tree: (tree / RELEASE).unlink()), ("MG282", SETTINGS, 3), "report.yaml", id="with-release"
    ),
    pytest.param(
        swap(OBJECTS, LABELS, "{matchLabels: {app: x}}"), ("MG283", OBJECTS, 6), "'x'", id="deployment-selector"
    ),
    pytest.param(swap(OBJECTS, "serviceName: store", "serviceName: s"), ("MG283", OBJECTS, 12), "store -> s", id="set"),
    pytest.param(swap(OBJECTS, "fast", "slow"), ("MG283", OBJECTS, 18), "fast -> slow", id="claim-spec"),
    pytest.param(swap(OBJECTS, "2Gi", "2000Mi"), ("MG283", OBJECTS, 19), "2Gi -> 2000Mi", id="claim-shrinks"),
    pytest.param(
        swap(OBJECTS, "clusterIP: None", "clusterIP: 10.0.0.1"), ("MG283", OBJECTS, 24), "None ->", id="service"
    ),
    pytest.param(
        swap(OBJECTS, "nodeName: a", "nodeName: b"), ("MG283", OBJECTS, 35), "/spec/template", id="job-template"
    ),
    pytest.param(swap("apps/crd.yaml", "Namespaced", "Cluster"), ("MG283", "apps/crd.yaml", 4), "-> Cluster", id="crd"),
    pytest.param(
        swap(f"{DEV}/kustomization.yaml", "namespace.yaml, ", ""),
        ("MG284", f"{DEV}/kustomization.yaml", 1),
        "not",
        id="namespace",
    ),
    pytest.param(
        swap("apps/kustomization.yaml", ", crd.yaml", ""),
        ("MG284", "apps/kustomization.yaml", 1),
        "kind",
        id="crd-gone",
    ),
    pytest.param(
        swap(OBJECTS, "name: data", "name: other"), ("MG284", f"{DEV}/kustomization.yaml", 1), "data", id="claim"
    ),
    pytest.param(
        swap(OBJECTS, f"'{DIGEST}'", "'registry.example.com/fraud:1'"), ("MG286", OBJECTS, 7), ":1", id="image"
    ),
    pytest.param(
        swap(OBJECTS, f"name: model, image: '{DIGEST}'", "name: m, image: 'registry.example.com/fraud:1'"),
        ("MG286", OBJECTS, 7),
        ":1",
        id="image-of-a-renamed-container",
    ),
    pytest.param(swap(ACCESS, "[get]", "['*']"), ("MG287", ACCESS, 4), "* pods", id="all-verbs"),
    pytest.param(swap(ACCESS, "[pods]", "[pods, secrets]"), ("MG287", ACCESS, 4), "get secrets", id="resource"),
    pytest.param(
        swap(ACCESS, "name: one,", "name: two,"), ("MG287", ACCESS, 10), "alpha-dev/two", id="another-subject"
    ),
    pytest.param(add(ACCESS, BIND.replace("SPACE", "alpha-dev")), ("MG287", ACCESS, 22), "User/eve", id="new-binding"),
    pytest.param(
        swap(SETTINGS, "recall: 0.8", "recall: 0.7"), ("MG288", SETTINGS, 4), "0.8 -> 0.7", id="minimum-lowered"
    ),
    pytest.param(swap(SETTINGS, "{recall: 0.8}", "{}"), ("MG288", SETTINGS, 4), "-> nothing", id="minimum-removed"),
    pytest.param(swap(CONSTRAINT, "deny", "warn"), ("MG289", CONSTRAINT, 5), "deny -> warn", id="warns"),
    pytest.param(
        swap(CONSTRAINT, ", alpha-stage", ""), ("MG289", CONSTRAINT, 8), "alpha-stage", id="namespace-not-judged"
    ),
    pytest.param(
        swap(CONSTRAINT, "[ModelAccuracy]", "[Other]"), ("MG289", CONSTRAINT, 7), "ModelAccuracy", id="kind-not-judged"
    ),
    pytest.param(
        swap(CONSTRAINT, "name: alpha", "name: beta"),
        ("MG289", "overlays/alpha/policy/kustomization.yaml", 1),
        "removed",
        id="constraint-removed",
    ),
    pytest.param(
        lambda tree: (tree / "policy/rule/rule.rego").unlink(),
        ("MG289", "policy/kustomization.yaml", 1),
        "removed",
        id="rule",
    ),
]


@pytest.mark.parametrize(("edit", "expected", "words"), CASES)
def test_a_danger_has_its_code_its_place_and_a_way_out(
    tree: Path, before: Before, edit: Edit, expected: tuple[str, str, int], words: str
) -> None:
    edit(tree)
    (one,) = step(tree, before)
    assert (one.code, one.file, one.line) == expected
    assert words in f"{one.subject} {one.message}"
    assert "->" in one.message
    assert one.fix


def test_a_role_ref_cannot_change_and_binds_more(tree: Path, before: Before) -> None:
    trees.edit(tree, ACCESS, "kind: Role, name: reader", "kind: ClusterRole, name: admin")
    assert {one.code for one in step(tree, before)} == {"MG283", "MG287"}


EMPTY = {
    "no-kustomization": lambda tree: (tree / DEV / "kustomization.yaml").unlink(),
    "no-folder": lambda tree: shutil.rmtree(tree / DEV),
    "no-resources": lambda tree: (tree / DEV / "kustomization.yaml").write_text("resources: []\nnamePrefix: a-\n"),
    "no-objects": lambda tree: [
        (tree / DEV / "kustomization.yaml").write_text("resources: [none.yaml]\n"),
        (tree / DEV / "none.yaml").write_text(
            "apiVersion: v1\nkind: A\nmetadata: {name: a, annotations: {config.kubernetes.io/local-config: 'true'}}\n"
        ),
    ],
}


@pytest.mark.parametrize("edit", EMPTY.values(), ids=EMPTY.keys())
def test_a_build_that_is_empty_or_gone_while_its_application_remains(tree: Path, before: Before, edit: Edit) -> None:
    edit(tree)
    told = [one for one in step(tree, before) if one.code == "MG285"]
    assert [(one.file, one.line, one.subject) for one in told] == [("apps/dev.yaml", 4, "Application/dev")]
    assert "objects -> none" in told[0].message


def test_a_folder_that_an_application_set_makes_an_application_for(tree: Path, before: Before) -> None:
    shutil.rmtree(tree / "overlays/alpha/policy")
    assert ("MG285", "ApplicationSet/prefixes") in {(one.code, one.subject) for one in step(tree, before)}


def test_without_its_application_a_build_may_go_but_not_its_namespace(tree: Path, before: Before) -> None:
    shutil.rmtree(tree / DEV)
    trees.edit(tree, "apps/kustomization.yaml", "dev.yaml, ", "")
    assert {one.code for one in step(tree, before)} == {"MG284"}


def test_a_prefix_that_goes_whole_weakens_no_policy(tree: Path, before: Before) -> None:
    shutil.rmtree(tree / "overlays/alpha")
    trees.edit(tree, "apps/kustomization.yaml", "dev.yaml, ", "")
    assert {one.code for one in step(tree, before)} == {"MG284"}


FINE = {
    "nothing": lambda _: None,
    "threshold-raised": both(swap(SETTINGS, "0.95", "0.99"), swap(CONSTRAINT, "0.95", "0.99")),
    "minimum-raised-and-added": swap(SETTINGS, "recall: 0.8", "recall: 0.9, precision: 0.5"),
    "model-alone": swap("model/fraud/fraud.ipynb", "{}", "{ }"),
    "replicas": swap(OBJECTS, "replicas: 1", "replicas: 3"),
    "claim-grows": swap(OBJECTS, "2Gi", "1Ti"),
    "claim-in-other-units": swap(OBJECTS, "2Gi", "2048Mi"),
    "another-digest": swap(OBJECTS, "ab" * 32, "cd" * 32),
    "job-is-recreated": both(
        swap(OBJECTS, "nodeName: a", "nodeName: b"),
        swap(OBJECTS, "note: none", "argocd.argoproj.io/sync-options: 'Force=true,Replace=true'"),
    ),
    "role-narrowed": swap(ACCESS, "verbs: [get]", "resourceNames: [one], verbs: [get]"),
    "unbound-role": add(
        ACCESS, f"{RBAC}Role\nmetadata: {{name: new, namespace: alpha-dev}}\nrules: [{{verbs: ['*']}}]\n"
    ),
    "binding-in-a-new-namespace": both(
        add(ACCESS, BIND.replace("SPACE", "beta-dev")),
        add(ACCESS, "apiVersion: v1\nkind: Namespace\nmetadata: {name: beta-dev}\n"),
    ),
    "constraint-judges-more": swap(CONSTRAINT, "[ModelAccuracy]", "[ModelAccuracy, Other]"),
    "a-build-that-fails-is-not-a-deletion": swap(f"{DEV}/kustomization.yaml", "access.yaml", "no-such.yaml"),
}


@pytest.mark.parametrize("edit", FINE.values(), ids=FINE.keys())
def test_what_is_harmless_is_not_found(tree: Path, before: Before, edit: Edit) -> None:
    edit(tree)
    assert step(tree, before) == []


def test_a_base_that_does_not_build_proves_nothing(tree: Path) -> None:
    trees.edit(tree, f"{DEV}/kustomization.yaml", "access.yaml", "no-such.yaml")
    checkouts.git(tree, "commit", "-qam", "broken")
    trees.edit(tree, f"{DEV}/kustomization.yaml", "no-such.yaml", "access.yaml")
    assert ("MG280", Status.ERROR, DEV) in {(one.code, one.status, one.subject) for one in found(tree)}


@pytest.mark.parametrize(
    "revision",
    ["", "--output=x", "-h", "no-such", "main..main", "main:apps", "main;id", "HEAD^{tree}", "main --all", "@\n"],
)
def test_a_revision_that_is_no_commit_is_refused(tree: Path, revision: str) -> None:
    with pytest.raises(UsageError):
        found(tree, revision)


def test_neither_a_hook_nor_a_filter_nor_a_link_of_the_base_takes_part(tree: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (tree / ".gitattributes").write_text("*.yaml filter=evil\npolicy export-ignore\n")
    (tree / "apps" / "link").symlink_to("/etc")
    checkouts.git(tree, "add", "-A")
    checkouts.git(tree, "commit", "-qm", "attributes")
    for kind in ("clean", "smudge"):
        checkouts.git(tree, "config", f"filter.evil.{kind}", f"touch {ran}; cat")
    hook = tree / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {ran}\n")
    hook.chmod(0o755)
    base = danger_base.extract(Repo(tree), "main", tmp_path / "base")
    assert (base.repo.root / "policy/template.yaml").read_text() == FILES["policy/template.yaml"]
    assert not (base.repo.root / "apps" / "link").exists()
    assert found(tree) == []
    assert not ran.exists()


def test_a_path_that_leads_out_of_the_base_is_refused(tree: Path, tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="leads out"):
        danger_base._write(tmp_path, "../out", "")


def test_every_file_of_the_base_is_as_it_was_committed(tree: Path, tmp_path: Path) -> None:
    base = danger_base.extract(Repo(tree), "main", tmp_path / "base")
    written = {str(p.relative_to(base.repo.root)): p.read_text() for p in base.repo.root.rglob("*") if p.is_file()}
    assert written == FILES


def test_validate_of_a_real_tree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree = trees.whole(tmp_path / "whole")
    shutil.copy(checkouts.ROOT / ".gitignore", tree)
    for command in (["init", "-q", "-b", "main"], ["add", "-A"]):
        checkouts.git(tree, *command)
    checkouts.git(tree, "-c", "user.email=a@example.com", "-c", "user.name=A", "commit", "-qm", "base")
    validate = ["validate", str(tree), "--base", "HEAD", "--format", "markdown"]
    settings = "overlays/alpha/values/settings.yaml"
    trees.edit(tree, settings, "accuracy: 0.95", "accuracy: 0.96")
    assert main(validate) == 0, capsys.readouterr().out
    assert "passed" in capsys.readouterr().out
    trees.edit(tree, settings, "accuracy: 0.96", "accuracy: 0.5")
    assert main(validate) == 1
    told = capsys.readouterr().out
    assert told.count("<code>MG281</code>") == 1
    assert "validate failed: 1 findings" in told
    assert "a pull request is judged by the base branch" in told
    assert main(["validate", str(tree), "--base", ""]) == 2
