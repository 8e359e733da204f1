"""Validate finds each way of breaking a tree by its own code, and says nothing about a whole one."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import trees
from gate_oracle import DIGEST
from mlgate.checks import catalogue, run
from mlgate.checks.model import Report
from mlgate.errors import FOUND, OK, MlgateError, UsageError
from mlgate.results import Status
from mlgate.verbs.validate import command

Break = Callable[[Path], object]
SETTINGS = "overlays/alpha/values/settings.yaml"
REPORT = "overlays/alpha/dev/release/model-accuracy.yaml"
DEPLOYMENT = "overlays/alpha/dev/release/model-deployment.yaml"
CLUSTER_ROLE = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: shared}\nrules: []\n"


def check(tree: Path, *prefixes: str) -> Report:
    return run.validate(trees.repo(tree), prefixes)


def codes(report: Report) -> set[str]:
    return {result.code for result in report.findings}


def test_a_whole_tree_passes_and_every_stage_checked_something(tree: Path) -> None:
    report = check(tree)
    assert report.findings == ()
    assert report.passed
    assert [stage.name for stage in report.stages] == [
        "discover",
        "settings",
        "render",
        "schema",
        "policy",
        "names",
        "projects",
        "references",
        "waves",
        "secrets",
    ]
    assert all(any(result.status is Status.VALID for result in stage.results) for stage in report.stages)
    assert {result.subject for result in report.results if result.code == "MG242"} == {
        "ModelAccuracy/alpha-dev/fraud",
        "SeldonDeployment/alpha-dev/fraud-detection",
    }


def _cluster_role_twice(tree: Path) -> None:
    for part in ("dev", "stage"):
        trees.write(tree, f"base/{part}/role.yaml", CLUSTER_ROLE)
        trees.append(tree, f"base/{part}", "role.yaml")


def _long_name(tree: Path) -> None:
    account = f"apiVersion: v1\nkind: ServiceAccount\nmetadata: {{namespace: PREFIX-dev, name: {'n' * 64}}}\n"
    trees.write(tree, "base/dev/account.yaml", account)
    trees.append(tree, "base/dev", "account.yaml")


def _loose_image(tree: Path) -> None:
    trees.edit(tree, "base/components/prefix/kustomization.yaml", "spec.steps.*.image", "spec.steps.*.name")
    trees.edit(tree, "base/cicd/tasks/clone.yaml", "image: ", "image: tools:latest # ")


def _second(name: str) -> Break:
    """A further prefix, as somebody would make it who copies the folder instead of running bootstrap."""

    def copy(tree: Path) -> None:
        shutil.copytree(tree / "overlays" / "alpha", tree / "overlays" / name)
        trees.edit(tree, f"overlays/{name}/values/settings.yaml", "name: alpha", f"name: {name}")
        for part in ("dev", "stage"):
            file = f"overlays/{name}/{part}/kustomization.yaml"
            trees.edit(tree, file, f"namespace: alpha-{part}", f"namespace: {name}-{part}")

    return copy


def _remove(name: str) -> Break:
    return lambda tree: (tree / name).unlink()


def _edit(name: str, old: str, new: str) -> Break:
    return lambda tree: trees.edit(tree, name, old, new)


def _write(name: str, text: str) -> Break:
    return lambda tree: trees.write(tree, name, text)


BROKEN = [
    pytest.param(_remove("overlays/alpha/cicd/kustomization.yaml"), {"MG201"}, id="part-missing"),
    pytest.param(_remove("overlays/alpha/values/kustomization.yaml"), {"MG201", "MG202", "MG221"}, id="values-missing"),
    pytest.param(_write("base/cicd/forgotten.yaml", CLUSTER_ROLE), {"MG202"}, id="file-that-nobody-reads"),
    pytest.param(
        _write("base/components/network-policy/cicd/forgotten.yaml", CLUSTER_ROLE), {"MG202"}, id="orphan-in-option"
    ),
    pytest.param(lambda tree: (tree / "overlays/left-over").mkdir(), {"MG204"}, id="folder-that-is-no-prefix"),
    pytest.param(_edit(SETTINGS, "accuracy: 0.95", "accuracy: .nan"), {"MG211", "MG221", "MG242"}, id="threshold-nan"),
    pytest.param(_edit(SETTINGS, "accuracy: 0.95", "acuracy: 0.95"), {"MG211", "MG221"}, id="threshold-typo"),
    pytest.param(_edit(SETTINGS, "seed: 2020", "seed: ten"), {"MG211"}, id="seed-text"),
    pytest.param(
        _edit(SETTINGS, "name: alpha", "name: beta"),
        {"MG212", "MG245", "MG253", "MG265"},
        id="name-is-not-the-folder",
    ),
    pytest.param(_second("kube-alpha"), {"MG213"}, id="prefix-of-the-platform"),
    pytest.param(_second("alpha-dev"), {"MG214"}, id="prefixes-clash"),
    pytest.param(_edit(SETTINGS, "[cel-gate]", "[]"), {"MG215"}, id="component-nobody-asked-for"),
    pytest.param(_edit(SETTINGS, "[cel-gate]", "[cel-gate, tele]"), {"MG215"}, id="component-unknown"),
    pytest.param(_edit(SETTINGS, "[cel-gate]", "[cel-gate, network-policy]"), {"MG215"}, id="component-not-used"),
    pytest.param(_edit(SETTINGS, "platform: kubernetes", "platform: openshift"), {"MG215"}, id="platform-disagrees"),
    pytest.param(_remove("base/cicd/pipeline.yaml"), {"MG221"}, id="resource-missing"),
    pytest.param(_edit(REPORT, "accuracy: 0.976", "accuracy: .nan"), {"MG221"}, id="accuracy-nan"),
    pytest.param(_edit("base/dev/namespace.yaml", "part-of: mlgate", "part-of: PREFIX-x"), {"MG223"}, id="placeholder"),
    pytest.param(
        _edit("base/dev/namespace.yaml", "kind: Namespace", "kind: Nmespace"),
        {"MG223", "MG232", "MG255"},
        id="kind-typo",
    ),
    pytest.param(
        _edit("base/policy/model-accuracy.yaml", "enforcementAction", "enforcmentAction"), {"MG231"}, id="field-typo"
    ),
    pytest.param(_edit(REPORT, "modelName: ", "modelNaem: "), {"MG231", "MG242"}, id="report-field-typo"),
    pytest.param(_edit("policy/model_accuracy/template.yaml", "MA001", "MA002"), {"MG241"}, id="template-drift"),
    pytest.param(_edit(SETTINGS, "accuracy: 0.95", "accuracy: 0.99"), {"MG242"}, id="report-below-threshold"),
    pytest.param(_edit(REPORT, "accuracy: 0.976", "accuracy: 0.99"), {"MG242"}, id="accuracy-boasts"),
    pytest.param(_edit(REPORT, "accuracy: 0.976", "accuracy: '0.976'"), {"MG231", "MG242"}, id="accuracy-text"),
    pytest.param(_edit(DEPLOYMENT, f"@{DIGEST}", ":1.0"), {"MG242"}, id="released-by-tag"),
    pytest.param(_edit(DEPLOYMENT, DIGEST, "sha256:" + "cd" * 32), {"MG242"}, id="released-unmeasured"),
    pytest.param(_remove("policy/model_release/model_release_test.rego"), {"MG243"}, id="rule-untested"),
    pytest.param(
        _edit("policy/lib/accuracy.rego", "not correct * _scale >= ", "not correct * _scale > "),
        {"MG241", "MG243"},
        id="rule-changed",
    ),
    pytest.param(_remove("policy/model_release/model_release.rego"), {"MG243", "MG244"}, id="rule-deleted"),
    pytest.param(
        _write("policy/model_accuracy/model_accuracy.rego", "package model_accuracy\n"),
        {"MG241", "MG243", "MG244"},
        id="rule-empty",
    ),
    pytest.param(
        _write("policy/model_accuracy/model_accuracy.rego", "package model_accuracy\nnonsense\n"),
        {"MG241", "MG244"},
        id="rule-does-not-compile",
    ),
    pytest.param(
        _edit("base/policy/model-accuracy.yaml", "Action: deny", "Action: warn"), {"MG245"}, id="constraint-only-warns"
    ),
    pytest.param(
        _edit("base/policy/kustomization.yaml", "- model-release.yaml\n", ""),
        {"MG202", "MG227", "MG242", "MG245"},
        id="constraint-dropped",
    ),
    pytest.param(_cluster_role_twice, {"MG251", "MG255"}, id="same-object-from-two-builds"),
    pytest.param(_long_name, {"MG252"}, id="name-too-long"),
    pytest.param(
        _edit("overlays/alpha/dev/kustomization.yaml", "namespace: alpha-dev", "namespace: kube-system"),
        {"MG253", "MG255"},
        id="foreign-namespace",
    ),
    pytest.param(_loose_image, {"MG254", "MG261"}, id="image-latest"),
]


@pytest.mark.parametrize(("breaks", "expected"), BROKEN)
def test_a_broken_tree_is_found_by_its_code(breaks: Break, expected: set[str], tree: Path) -> None:
    breaks(tree)
    report = check(tree)
    assert codes(report) == expected, [(r.code, r.subject, r.message) for r in report.findings]
    assert not report.passed
    assert all(result.message for result in report.findings)


PLACES = [
    pytest.param(_edit(SETTINGS, "name: alpha", "name: beta"), "MG212", SETTINGS, "name: beta", id="settings"),
    pytest.param(
        _edit("base/policy/model-accuracy.yaml", "enforcementAction", "enforcmentAction"),
        "MG231",
        "base/policy/model-accuracy.yaml",
        "enforcmentAction",
        id="base-below-a-renamed-object",
    ),
    pytest.param(
        _edit(REPORT, "accuracy: 0.976", "accuracy: '0.976'"), "MG231", REPORT, "accuracy: '0.976'", id="overlay-value"
    ),
    pytest.param(_edit(REPORT, "accuracy: 0.976", "accuracy: 0.99"), "MG242", REPORT, "apiVersion", id="report"),
]


@pytest.mark.parametrize(("breaks", "code", "file", "text"), PLACES)
def test_a_finding_names_the_line_that_a_person_edits(
    breaks: Break, code: str, file: str, text: str, tree: Path
) -> None:
    breaks(tree)
    found = next(result for result in check(tree).findings if result.code == code)
    assert found.file == file
    assert (tree / file).read_text().splitlines()[found.line - 1].strip().startswith(text)


def test_kustomize_speaks_for_itself(tree: Path) -> None:
    (tree / "base" / "cicd" / "pipeline.yaml").unlink()
    found = next(result for result in check(tree).findings if result.code == "MG221")
    assert found.message.startswith("accumulating resources")
    assert str(tree) not in found.message
    assert found.file == "overlays/alpha/cicd/kustomization.yaml"


def test_without_a_catalogue_nothing_counts_as_checked(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "folder", lambda: tmp_path / "schemas")
    report = check(tree)
    assert codes(report) == {"MG232"}
    assert not report.passed


def test_a_schema_that_does_not_compile_is_no_pass(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(catalogue.folder(), tmp_path / "schemas")
    monkeypatch.setattr(catalogue, "folder", lambda: tmp_path / "schemas")
    (tmp_path / "schemas" / "v1" / "namespace_v1.json").write_text('{"type": "no such type"}')
    assert codes(check(tree)) & {"MG232", "MG233"}


def test_no_prefix_is_a_finding(tree: Path) -> None:
    shutil.rmtree(tree / "overlays" / "alpha")
    assert codes(check(tree)) == {"MG203"}


def test_no_prefix_is_a_note_when_only_the_repository_was_asked(tree: Path) -> None:
    shutil.rmtree(tree / "overlays" / "alpha")
    report = run.validate(trees.repo(tree), repo_only=True)
    assert report.passed
    assert report.notes == (run.REPO_ONLY,)


def test_two_prefixes_of_one_base_share_no_object(tree: Path) -> None:
    trees.bootstrap(tree, "beta")
    report = check(tree)
    assert report.findings == ()


def test_only_the_wanted_prefix_is_looked_at(tree: Path) -> None:
    trees.bootstrap(tree, "beta")
    trees.edit(tree, SETTINGS, "name: alpha", "name: gamma")
    assert check(tree, "beta").findings == ()
    assert not check(tree, "alpha").passed


def test_a_prefix_that_is_not_set_up_is_a_usage_error(tree: Path) -> None:
    with pytest.raises(UsageError, match="not set up"):
        check(tree, "nobody")


def invoke(*args: str) -> int:
    code = command.main(list(args), standalone_mode=False)
    assert isinstance(code, int)
    return code


def test_the_verb_shows_the_verdict_last(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(str(tree)) == OK
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("validate: ")
    assert last.endswith(" 0 findings")


def test_the_verb_exits_1_on_findings_and_writes_the_file(tree: Path, tmp_path: Path) -> None:
    trees.edit(tree, SETTINGS, "name: alpha", "name: beta")
    out = tmp_path / "report.json"
    assert invoke(str(tree), "--format", "json", "--output", str(out)) == FOUND
    assert json.loads(out.read_text())["passed"] is False


@pytest.mark.parametrize("args", [("--repo", "--prefix", "alpha"), ("/nonexistent",)], ids=["both", "no-folder"])
def test_a_wrong_command_line_is_a_usage_error(args: tuple[str, ...]) -> None:
    with pytest.raises(MlgateError) as caught:
        invoke(*args)
    assert caught.value.exit_code == 2


def test_an_output_that_cannot_be_written_is_one_message(tree: Path, tmp_path: Path) -> None:
    with pytest.raises(MlgateError) as caught:
        invoke(str(tree), "--output", str(tmp_path / "no" / "such" / "report"))
    assert caught.value.exit_code == 3
