"""Each thing that only all Applications together can show is found by its code, and its right form is not."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

import argo_trees as trees
from mlgate.checks.argo import order, permitted, policies, shared, tekton
from mlgate.checks.argo.follow import Options, follow
from mlgate.checks.argo.run import validate_foreign
from mlgate.checks.argo.tree import Tree
from mlgate.checks.model import Report
from mlgate.repo import Repo
from mlgate.results import Result, Status

CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"},
    "spec": {"group": "example.com", "scope": "Namespaced", "names": {"kind": "Widget"}},
}
WIDGET = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": "web"}}
REGO = """package labelled

violation[{"msg": msg}] {
  not input.review.object.metadata.labels.team
  msg := "no team"
}
"""
TEMPLATE: dict[str, Any] = {
    "apiVersion": "templates.gatekeeper.sh/v1",
    "kind": "ConstraintTemplate",
    "metadata": {"name": "labelled"},
    "spec": {
        "crd": {"spec": {"names": {"kind": "Labelled"}}},
        "targets": [{"target": "admission.k8s.gatekeeper.sh", "rego": REGO}],
    },
}
CONSTRAINT: dict[str, Any] = {
    "apiVersion": "constraints.gatekeeper.sh/v1beta1",
    "kind": "Labelled",
    "metadata": {"name": "all", "annotations": {"argocd.argoproj.io/sync-wave": "1"}},
    "spec": {"match": {"kinds": [{"apiGroups": [""], "kinds": ["ConfigMap"]}], "namespaces": ["web"]}},
}
LABELLED = trees.config("labelled", namespace="web", labels={"team": "a"})
APPS = {"root.yaml": trees.app("root", "apps")}


def changed(obj: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    copy = deepcopy(obj)
    copy["metadata"].update(metadata)
    return copy


def waved(obj: dict[str, Any], wave: object, key: str = "sync-wave") -> dict[str, Any]:
    return changed(obj, annotations={f"argocd.argoproj.io/{key}": wave})


def tree(top: Path, files: dict[str, Any]) -> Tree:
    return follow(trees.write(top, {**APPS, **files}), Options(root=top / "root.yaml"))


def codes(results: list[Result]) -> list[str]:
    return [result.code for result in results if result.status is not Status.VALID]


def two(first: Any, second: Any, waves: tuple[str, str] = ("0", "0"), **spec: Any) -> dict[str, Any]:
    """Two Applications beside each other, each with its folder."""
    apps = {f"apps/{name}.yaml": trees.app(name, name, wave, **spec) for name, wave in zip("ab", waves, strict=True)}
    return {**apps, "a/x.yaml": first, "b/x.yaml": second}


ORDERS = [
    pytest.param(two(trees.namespace("web"), trees.config(), ("0", "1")), [], id="namespace-first"),
    pytest.param(two(trees.namespace("web"), trees.config(), ("1", "0")), ["MG257"], id="namespace-later"),
    pytest.param(two(trees.namespace("web"), trees.config(), ("1", "1")), [], id="beside-each-other"),
    pytest.param(two([waved(trees.namespace("web"), "2"), trees.config()], []), ["MG257"], id="in-one-application"),
    pytest.param(two([waved(trees.namespace("web"), "-2"), trees.config()], []), [], id="negative-wave"),
    pytest.param(
        two([waved(trees.namespace("web"), "PreSync", "hook"), waved(trees.config(), "-1")], []), [], id="hook-first"
    ),
    pytest.param(
        two([trees.namespace("web"), waved(trees.config(), "PreSync", "hook")], []), ["MG257"], id="hook-before"
    ),
    pytest.param(
        two(
            [waved(trees.namespace("web"), "2"), trees.config()],
            [],
            syncPolicy={"syncOptions": ["CreateNamespace=true"]},
        ),
        [],
        id="argo-cd-creates-it",
    ),
    pytest.param(two(CRD, WIDGET, ("0", "1")), [], id="definition-first"),
    pytest.param(two(CRD, WIDGET, ("3", "1")), ["MG257"], id="definition-later"),
    pytest.param(two(TEMPLATE, CONSTRAINT, ("3", "1")), ["MG257"], id="template-later"),
    pytest.param(two([TEMPLATE, CONSTRAINT], LABELLED, ("0", "1")), [], id="policy-first"),
    pytest.param(two([TEMPLATE, CONSTRAINT], LABELLED, ("1", "0")), ["MG258"], id="policy-later"),
    pytest.param(two([TEMPLATE, waved(CONSTRAINT, "0")], []), ["MG258"], id="one-wave"),
    pytest.param(
        two([TEMPLATE, waved(CONSTRAINT, "0")], [], syncPolicy={"syncOptions": ["SkipDryRunOnMissingResource=true"]}),
        [],
        id="one-wave-without-dry-run",
    ),
    pytest.param(two(waved(trees.config(), "one"), []), ["MG256"], id="wave-of-words"),
    pytest.param(two(waved(trees.config(), 1), []), ["MG256"], id="wave-without-quotes"),
    pytest.param(two(waved(trees.config(), "+1"), []), [], id="wave-with-a-sign"),
    pytest.param(two(waved(trees.config(), "PresSync", "hook"), []), ["MG259"], id="hook-unknown"),
    pytest.param(two(waved(trees.config(), "PreSync,PostSync", "hook"), []), [], id="two-hooks"),
    pytest.param(two(waved(trees.config(), "Never", "hook-delete-policy"), []), ["MG259"], id="deletion-unknown"),
]


@pytest.mark.parametrize(("files", "expected"), ORDERS)
def test_the_order_of_a_sync(files: dict[str, Any], expected: list[str], tmp_path: Path) -> None:
    results = order.check(Repo(tmp_path), tree(tmp_path, files).units)
    assert codes(results) == expected
    assert all(result.file for result in results if result.status is not Status.VALID)


def test_an_applications_wave_counts_for_all_below_it(tmp_path: Path) -> None:
    files = {
        "apps/first.yaml": trees.app("first", "first", "1"),
        "apps/second.yaml": trees.app("second", "second", "0"),
        "first/app.yaml": trees.app("deep", "deep", "-5"),
        "deep/x.yaml": trees.namespace("web"),
        "second/x.yaml": trees.config(),
    }
    assert codes(order.check(Repo(tmp_path), tree(tmp_path, files).units)) == ["MG257"]


SHARED = [
    pytest.param(two(trees.config(), trees.config()), ["MG264"], id="same"),
    pytest.param(two(trees.config(), trees.config("other")), [], id="other-name"),
    pytest.param(two([trees.config(), trees.config()], []), ["MG264"], id="twice-in-one"),
    pytest.param(two(trees.config(), trees.config(namespace="there")), [], id="other-namespace"),
    pytest.param(
        {
            **two(trees.config(), trees.config()),
            "apps/b.yaml": trees.app("b", "b", destination={"name": "eu", "namespace": "web"}),
        },
        [],
        id="other-cluster",
    ),
    pytest.param(
        {
            **two(trees.config(), trees.config()),
            "apps/b.yaml": trees.app("b", "b", destination={"name": "in-cluster", "namespace": "web"}),
        },
        ["MG264"],
        id="same-cluster-by-name",
    ),
]


@pytest.mark.parametrize(("files", "expected"), SHARED)
def test_an_object_of_two_applications(files: dict[str, Any], expected: list[str], tmp_path: Path) -> None:
    results = shared.check(Repo(tmp_path), tree(tmp_path, files).units)
    assert codes(results) == expected
    told = [each.message for each in results if each.message]
    assert all("Application/root -> Application/a -> a" in each or "twice" in each for each in told)


def project(**spec: Any) -> dict[str, Any]:
    body = {"sourceRepos": ["*"], "destinations": [{"server": "*", "namespace": "*"}], **spec}
    meta = {"name": "team", "namespace": "argocd"}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": meta, "spec": body}


NAMESPACES = [{"group": "", "kind": "Namespace"}]
PROJECTS = [
    pytest.param({"clusterResourceWhitelist": NAMESPACES}, [], id="all-permitted"),
    pytest.param({}, ["MG255"], id="cluster-wide-kind-not-listed"),
    pytest.param({"clusterResourceWhitelist": [{"group": "*", "kind": "*"}]}, [], id="every-kind"),
    pytest.param(
        {"clusterResourceWhitelist": NAMESPACES, "clusterResourceBlacklist": NAMESPACES}, ["MG255"], id="forbidden"
    ),
    pytest.param(
        {"clusterResourceWhitelist": NAMESPACES, "namespaceResourceWhitelist": [{"group": "apps", "kind": "*"}]},
        ["MG255"],
        id="namespaced-kind-not-listed",
    ),
    pytest.param(
        {"clusterResourceWhitelist": NAMESPACES, "namespaceResourceBlacklist": [{"group": "", "kind": "ConfigMap"}]},
        ["MG255"],
        id="namespaced-kind-forbidden",
    ),
    pytest.param(
        {"clusterResourceWhitelist": NAMESPACES, "sourceRepos": ["https://git.example.com/*/deploy.git"]},
        [],
        id="repository-by-pattern",
    ),
    pytest.param(
        {"clusterResourceWhitelist": NAMESPACES, "sourceRepos": ["https://git.example.com/*"]},
        ["MG255"],
        id="a-star-stops-at-a-slash",
    ),
    pytest.param(
        {"clusterResourceWhitelist": NAMESPACES, "sourceRepos": ["*", f"!{trees.URL}"]},
        ["MG255"],
        id="denied-repository",
    ),
    pytest.param(
        {"clusterResourceWhitelist": NAMESPACES, "destinations": [{"name": "in-cluster", "namespace": "w*"}]},
        [],
        id="destination-by-name",
    ),
    pytest.param(
        {"clusterResourceWhitelist": NAMESPACES, "destinations": [{"server": trees.SERVER, "namespace": "x"}]},
        ["MG255", "MG255"],
        id="destination-and-object",
    ),
    pytest.param(
        {
            "clusterResourceWhitelist": NAMESPACES,
            "destinations": [{"server": "*", "namespace": "*"}, {"server": "*", "namespace": "!web"}],
        },
        ["MG255", "MG255"],
        id="denied-destination",
    ),
]


@pytest.mark.parametrize(("spec", "expected"), PROJECTS)
def test_what_a_project_permits(spec: dict[str, Any], expected: list[str], tmp_path: Path) -> None:
    files = {
        "apps/project.yaml": project(**spec),
        "apps/web.yaml": trees.app("web", "web", project="team"),
        "web/x.yaml": [trees.namespace("web"), trees.config()],
    }
    assert codes(permitted.check(Repo(tmp_path), tree(tmp_path, files))) == expected


def test_a_project_that_is_not_there(tmp_path: Path) -> None:
    files = {
        "apps/project.yaml": project(),
        "apps/set.yaml": trees.appset({"list": {"elements": [{"name": "a"}]}}),
        "web/x.yaml": trees.config(),
    }
    files["apps/set.yaml"]["spec"]["template"]["spec"]["project"] = "taem"
    (found,) = [each for each in permitted.check(Repo(tmp_path), tree(tmp_path, files)) if each.message]
    assert (found.subject, found.file) == ("ApplicationSet/argocd/set", "apps/set.yaml")


def policy(rego: str = REGO, **spec: Any) -> dict[str, Any]:
    template = deepcopy(TEMPLATE)
    template["spec"]["targets"][0]["rego"] = rego
    return two([template, {**CONSTRAINT, "spec": spec or CONSTRAINT["spec"]}], LABELLED)


POLICIES = [
    pytest.param(policy(), [], id="permitted"),
    pytest.param({**policy(), "b/x.yaml": trees.config()}, ["MG242"], id="denied"),
    pytest.param(
        {**policy(enforcementAction="warn", **CONSTRAINT["spec"]), "b/x.yaml": trees.config()}, [], id="only-warned"
    ),
    pytest.param(policy(match={"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}), ["MG247"], id="matches-nothing"),
    pytest.param(policy(match={"namespaces": ["wbe"]}), ["MG247"], id="namespace-that-is-none"),
    pytest.param(policy(REGO.replace("package ", "packge ")), ["MG248"], id="rego-that-does-not-compile"),
    pytest.param(two(CONSTRAINT, LABELLED), ["MG249"], id="constraint-without-template"),
    pytest.param({**policy(), "a/y.yaml": {**CONSTRAINT, "kind": "Labeled"}}, ["MG249"], id="kind-misspelt"),
]


@pytest.mark.parametrize(("files", "expected"), POLICIES)
def test_constraints_are_run_on_everything(files: dict[str, Any], expected: list[str], tmp_path: Path) -> None:
    judged = policies.check(Repo(tmp_path), tree(tmp_path, files).units, None)
    assert codes(list(judged.results)) == expected


CONFTEST = 'package main\n\nimport rego.v1\n\ndeny contains msg if {\n  input.kind == "ConfigMap"\n  msg := "no"\n}\n'


@pytest.mark.parametrize(
    ("rego", "expected"),
    [
        pytest.param(CONFTEST, ["MG242"], id="denied"),
        pytest.param(CONFTEST.replace('"ConfigMap"', '"Pod"'), [], id="permitted"),
        pytest.param(CONFTEST.replace("package main", "package other.name"), ["MG242"], id="any-namespace"),
        pytest.param(CONFTEST.replace("deny contains", "denny contains"), ["MG246"], id="no-rule"),
        pytest.param(CONFTEST.replace("msg if {", "msg if"), ["MG248"], id="does-not-compile"),
        pytest.param(REGO, [], id="gatekeepers"),
    ],
)
def test_the_rego_of_the_policy_folder_is_run(rego: str, expected: list[str], tmp_path: Path) -> None:
    files = {**two(trees.config(), []), "policy/a.rego": rego}
    judged = policies.check(Repo(tmp_path), tree(tmp_path, files).units, None)
    assert codes(list(judged.results)) == expected
    assert judged.notes or judged.results


def test_a_folder_of_rules_that_was_named_must_hold_some(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    judged = policies.check(Repo(tmp_path), tree(tmp_path, two(trees.config(), [])).units, tmp_path / "rules")
    assert codes(list(judged.results)) == ["MG246"]


def test_without_policies_a_note_says_so(tmp_path: Path) -> None:
    judged = policies.check(Repo(tmp_path), tree(tmp_path, two(trees.config(), [])).units, None)
    assert (judged.results, ["no policy was run" in each for each in judged.notes]) == ((), [True])


def task(**spec: Any) -> dict[str, Any]:
    body = {"steps": [{"name": "s", "image": "a:1", "script": "echo $(params.x) > $(results.r.path)"}]}
    meta = {"name": "t", "namespace": "web"}
    params = [{"name": "x"}]
    spec = {"params": params, "results": [{"name": "r"}], **body, **spec}
    return {"apiVersion": "tekton.dev/v1", "kind": "Task", "metadata": meta, "spec": spec}


def pipeline(edit: Callable[[dict[str, Any]], object] = lambda _spec: None) -> dict[str, Any]:
    use = {"taskRef": {"name": "t"}}
    tasks = [
        {"name": "a", **use, "params": [{"name": "x", "value": "$(params.p)"}]},
        {"name": "b", **use, "params": [{"name": "x", "value": "$(tasks.a.results.r)"}]},
    ]
    spec = {"params": [{"name": "p"}], "tasks": tasks}
    edit(spec)
    meta = {"name": "p", "namespace": "web"}
    return {"apiVersion": "tekton.dev/v1", "kind": "Pipeline", "metadata": meta, "spec": spec}


def use(index: int, **fields: Any) -> Callable[[dict[str, Any]], object]:
    return lambda spec: spec["tasks"][index].update(fields)


WORKSPACE = [{"name": "w"}]
MOUNTED = {"steps": [{"name": "s", "script": "cd $(workspaces.w.path) $(params.x) $(results.r.path)"}]}
TEKTON = [
    pytest.param(pipeline(), task(), [], id="whole"),
    pytest.param(pipeline(use(0, runAfter=["b"])), task(), ["MG261"], id="cycle"),
    pytest.param(pipeline(use(0, runAfter=["c"])), task(), ["MG261"], id="runs-after-nothing"),
    pytest.param(pipeline(use(0, taskRef={"name": "tt"})), task(), ["MG261"], id="no-such-task"),
    pytest.param(pipeline(use(0, taskRef={"resolver": "hub"})), task(), [], id="resolved-elsewhere"),
    pytest.param(pipeline(use(1, params=[])), task(), ["MG261"], id="parameter-not-given"),
    pytest.param(
        pipeline(use(1, params=[{"name": "x", "value": "$(tasks.a.results.s)"}])),
        task(),
        ["MG261"],
        id="no-such-result",
    ),
    pytest.param(
        pipeline(use(1, params=[{"name": "x", "value": "1"}, {"name": "y", "value": "1"}])),
        task(),
        ["MG261"],
        id="no-such-parameter",
    ),
    pytest.param(pipeline(), task(workspaces=WORKSPACE, **MOUNTED), ["MG261", "MG261"], id="workspace-not-given"),
    pytest.param(
        pipeline(lambda spec: spec.update(workspaces=WORKSPACE)),
        task(workspaces=WORKSPACE, **MOUNTED),
        ["MG268"],
        id="workspace-by-name-alone",
    ),
    pytest.param(pipeline(use(0, workspaces=WORKSPACE)), task(), ["MG261"], id="no-such-workspace"),
    pytest.param(pipeline(), task(params=[{"name": "x"}, {"name": "y", "default": ""}]), ["MG268"], id="parameter"),
    pytest.param(pipeline(), task(results=[{"name": "r"}, {"name": "q"}]), ["MG268"], id="result"),
    pytest.param(pipeline(), task(workspaces=[{"name": "w", "optional": True}]), ["MG268"], id="workspace"),
    pytest.param(pipeline(), [task(), changed(task(), name="u")], ["MG268"], id="task"),
    pytest.param([], task(), [], id="a-catalogue-of-tasks"),
]


@pytest.mark.parametrize(("first", "second", "expected"), TEKTON)
def test_tekton_across_applications(first: Any, second: Any, expected: list[str], tmp_path: Path) -> None:
    results = tekton.check(Repo(tmp_path), tree(tmp_path, two(first, second)).units)
    assert codes(results) == expected


def report(top: Path, files: dict[str, Any], **options: Any) -> Report:
    return validate_foreign(Repo(trees.write(top, {**APPS, **files})), Options(root=top / "root.yaml", **options))


def references(top: Path, files: dict[str, Any]) -> list[str]:
    (stage,) = [stage for stage in report(top, files).stages if stage.name == "references"]
    return [each.message.partition(",")[0] for each in stage.findings]


def pod(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "web"}, "spec": spec}


SECRET = {"name": "s", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
NEEDY = pod(containers=[{"name": "c", "image": "a:1", "env": [SECRET]}])
SEALED = {"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": {"name": "s", "namespace": "web"}}
HOOK = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingWebhookConfiguration",
    "metadata": {"name": "h"},
    "webhooks": [{"name": "h.example.com", "clientConfig": {"service": {"name": "hook", "namespace": "web"}}}],
}
HPA = {
    "apiVersion": "autoscaling/v2",
    "kind": "HorizontalPodAutoscaler",
    "metadata": {"name": "h", "namespace": "web"},
    "spec": {"maxReplicas": 2, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}},
}
NO_SPACE = "there is no Namespace 'wbe'"
REFERENCES = [
    pytest.param(two(trees.config("c"), pod(volumes=[{"configMap": {"name": "c"}}])), [], id="in-another-application"),
    pytest.param(
        two(trees.config("d"), pod(volumes=[{"configMap": {"name": "c"}}])),
        ["there is no ConfigMap 'c' in web"],
        id="nowhere",
    ),
    pytest.param(two(SEALED, NEEDY), [], id="sealed-secret"),
    pytest.param(two(changed(SEALED, name="t"), NEEDY), ["there is no Secret 's' in web"], id="secret-misspelt"),
    pytest.param(two(trees.config(), NEEDY), [], id="secrets-that-a-person-brings"),
    pytest.param(two(trees.namespace("web"), trees.config("c", namespace="wbe")), [NO_SPACE], id="namespace-of-nobody"),
    pytest.param(two(trees.namespace("web"), trees.config("c", namespace="kube-system")), [], id="of-the-cluster"),
    pytest.param(two([], trees.config("c", namespace="wbe")), [], id="namespaces-that-others-make"),
    pytest.param(two(trees.config(), HPA), ["there is no Deployment 'd' in web"], id="autoscaler"),
    pytest.param(two(trees.config(), HOOK), ["there is no Service 'hook' in web"], id="webhook"),
]


@pytest.mark.parametrize(("files", "expected"), REFERENCES)
def test_names_are_followed_across_applications(files: dict[str, Any], expected: list[str], tmp_path: Path) -> None:
    assert references(tmp_path, files) == expected


HELM = {"apps/h.yaml": trees.app("h", "", source={"chart": "x", "repoURL": "https://charts.example.com"})}


def test_a_hole_is_a_note_and_a_finding_when_strict(tmp_path: Path) -> None:
    files = {**two(trees.config(), trees.config("b")), **HELM}
    loose = report(tmp_path, files, repo_url=trees.URL)
    assert loose.passed
    assert "not rendered: Application/argocd/h: Helm chart x of https://charts.example.com" in loose.notes
    strict = report(tmp_path, files, repo_url=trees.URL, strict=True)
    assert [(each.code, each.status) for each in strict.findings] == [("MG266", Status.SKIPPED)]


def test_a_tree_without_applications_is_no_pass(tmp_path: Path) -> None:
    found = validate_foreign(Repo(trees.write(tmp_path, {"a.yaml": trees.config()})), Options())
    assert "MG270" in {each.code for each in found.findings}


def test_an_application_that_renders_to_nothing_is_no_pass(tmp_path: Path) -> None:
    found = report(tmp_path, {"apps/a.yaml": trees.app("a", "a"), "a/README.md": "nothing"})
    assert [each.code for each in found.findings] == ["MG221"]


def test_applications_of_other_repositories_alone_are_no_pass(tmp_path: Path) -> None:
    found = report(tmp_path, two(trees.config(), []), repo_url="https://git.example.com/other.git")
    assert [each.code for each in found.findings] == ["MG270"]
    assert "--repo-url" in found.findings[0].fix


def test_a_kustomize_of_another_version_is_a_note(tmp_path: Path) -> None:
    source = {"kustomize": {"version": "v4.5.7"}}
    files = {"apps/a.yaml": trees.app("a", "a", source=source), "a/x.yaml": trees.config()}
    found = report(tmp_path, {**files, "a/kustomization.yaml": "resources: [x.yaml]\n"})
    assert any("Application/a asks for kustomize v4.5.7" in note for note in found.notes)
