"""A rule that lets pass what it denied, and a project that permits more, are found against the base branch."""

import shutil
from pathlib import Path
from typing import Any

import pytest

import checkouts
from mlgate.checks import danger, danger_base, danger_projects, danger_rules
from mlgate.checks.danger_change import Change
from mlgate.checks.model import Build, Rendered
from mlgate.repo import Repo
from mlgate.results import Result

LIB = "policy/lib/accuracy.rego"
RULE = "policy/model_accuracy/model_accuracy.rego"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    shutil.copytree(checkouts.ROOT / "policy", root / "policy")
    for command in (["init", "-q", "-b", "main"], ["add", "-A"]):
        checkouts.git(root, *command)
    checkouts.git(root, "-c", "user.email=a@example.com", "-c", "user.name=A", "commit", "-qm", "base")
    return root


def rules(tree: Path, into: Path) -> list[Result]:
    base = danger_base.extract(Repo(tree), "HEAD", into)
    return list(danger_rules.check(Change(Repo(tree), base, [], [])))


def test_a_rule_that_denies_nothing_any_more(tree: Path, tmp_path: Path) -> None:
    text = (tree / RULE).read_text()
    package = next(line for line in text.splitlines() if line.startswith("package "))
    (tree / RULE).write_text(f'{package}\n\nviolation contains {{"msg": "no"}} if input.never\n')
    found = rules(tree, tmp_path / "base")
    assert [one.code for one in found].count("MG294") == 1
    passing = {one.subject for one in found if one.code == "MG295"}
    assert "policy/model_accuracy/samples/denied-below.yaml" in passing
    assert "policy/model_accuracy/samples/allowed.yaml" not in passing
    told = next(one for one in found if one.code == "MG294")
    assert (told.file, told.line) == (RULE, 3)
    assert "came: " in told.message


def test_a_rule_and_its_template_are_told_once_and_a_template_alone_too(tree: Path, tmp_path: Path) -> None:
    template = "policy/model_accuracy/template.yaml"
    (tree / template).write_text((tree / template).read_text() + "more: 1\n")
    assert [one.subject for one in rules(tree, tmp_path / "one")] == [template]
    (tree / LIB).write_text((tree / LIB).read_text() + "\nmore := 1\n")
    assert [one.subject for one in rules(tree, tmp_path / "two")] == [LIB]


def test_a_comment_or_an_indent_weakens_nothing(tree: Path, tmp_path: Path) -> None:
    (tree / LIB).write_text("# a word\n" + (tree / LIB).read_text().replace("\t", "    "))
    assert rules(tree, tmp_path / "base") == []


def test_a_rule_that_does_not_run_is_still_named(tree: Path, tmp_path: Path) -> None:
    (tree / RULE).write_text("package model_accuracy\nviolation contains\n")
    assert {one.code for one in rules(tree, tmp_path / "base")} == {"MG294"}


def test_the_rules_of_danger_run() -> None:
    assert {danger_rules, danger_projects} <= set(danger._RULES)


PROJECT: dict[str, list[Any]] = {
    "destinations": [{"server": "https://a", "namespace": "x-*"}],
    "sourceRepos": ["https://git.example.com/team/*", "!https://git.example.com/team/secret"],
    "namespaceResourceWhitelist": [{"group": "apps", "kind": "Deployment"}],
    "clusterResourceBlacklist": [{"group": "", "kind": "Node"}],
}


def projects(tmp_path: Path, **spec: object) -> list[str]:
    def one(content: dict[str, object]) -> Rendered:
        meta = {"name": "p", "namespace": "argocd"}
        obj = {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": meta, "spec": content}
        return Rendered(Build(tmp_path), ({**obj},))

    repo = Repo(tmp_path)
    base = danger_base.Base("main", "main", repo, {})
    now = {key: value for key, value in {**PROJECT, **spec}.items() if value is not None}
    change = Change(repo, base, [one(dict(PROJECT))], [one(now)])
    found = list(danger_projects.check(change))
    assert {one.code for one in found} <= {"MG296"}
    return [one.message.split(" ")[0] for one in found]


WIDER: dict[str, dict[str, object]] = {
    "a-new-kind": {
        "namespaceResourceWhitelist": [*PROJECT["namespaceResourceWhitelist"], {"group": "", "kind": "Pod"}]
    },
    "every-kind": {"namespaceResourceWhitelist": [{"group": "*", "kind": "*"}]},
    "no-list-of-kinds": {"namespaceResourceWhitelist": None},
    "every-destination": {"destinations": [{"server": "*", "namespace": "*"}]},
    "another-repository": {"sourceRepos": [*PROJECT["sourceRepos"], "https://elsewhere.example.com/x"]},
    "a-repository-that-was-refused": {"sourceRepos": PROJECT["sourceRepos"][:1]},
    "a-kind-that-was-forbidden": {"clusterResourceBlacklist": []},
}


@pytest.mark.parametrize("spec", WIDER.values(), ids=WIDER.keys())
def test_a_project_that_permits_more(tmp_path: Path, spec: dict[str, object]) -> None:
    assert projects(tmp_path, **spec) == list(spec)


@pytest.mark.parametrize(
    "spec",
    [{}, {"destinations": []}, {"destinations": [{"server": "https://a", "namespace": "x-one"}]}],
    ids=["the-same", "nothing", "a-part-of-it"],
)
def test_a_project_that_permits_no_more(tmp_path: Path, spec: dict[str, object]) -> None:
    assert projects(tmp_path, **spec) == []
