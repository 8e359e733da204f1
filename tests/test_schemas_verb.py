"""``mlgate schemas``: catalogues from files, folders and lists, what is in them, and how validate uses them."""

import json
import os
from pathlib import Path

import pytest
import yaml

import rule_cases
from mlgate.checks import build_catalogue, catalogue, entries, rules
from mlgate.checks.entries import Entry
from mlgate.cli import main
from mlgate.errors import FOUND, OK, ToolFailed, UsageError

USAGE, FAILED = 2, 3


@pytest.fixture
def crds(tmp_path: Path) -> Path:
    """A folder of definitions as they lie in a repository, with other things beside them."""
    folder = tmp_path / "crds"
    (folder / "deep").mkdir(parents=True)
    first, *others = rule_cases.crds()
    (folder / "a.yaml").write_text(yaml.safe_dump(first) + "---\n" + yaml.safe_dump({"kind": "ConfigMap"}))
    (folder / "deep/list.json").write_text(json.dumps({"kind": "List", "items": others}))
    (folder / "README.md").write_text("no: [yaml")
    return folder


def test_a_catalogue_is_built_listed_and_used(crds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out" / "catalogue"
    assert main(["schemas", "build", str(crds), "--output", str(out)]) == OK
    assert main(["schemas", "build", str(crds), "--output", str(out)]) == OK
    assert main(["schemas", "list", "--schemas", str(out)]) == OK
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines() if "/" in line.split()[0])
    assert lines["rules.example.com/widget_v1"] == str(crds / "deep/list.json")
    assert lines["gateway.networking.k8s.io/httproute_v1"] == str(crds / "a.yaml")
    assert lines["apps/deployment_v1"].startswith("k8s.io/kubernetes@v")
    assert lines["kubeflow.org/notebook_v1"] == "tools/mlgate/checks/own/kubeflow.org.yaml"
    bad = rule_cases.widget("bad", minimum=11)
    with entries.further([out]):
        [[answer]] = rules.judge([bad], catalogue.folders(tmp_path / "none"))
    assert [each.code for each in answer.problems] == ["MG235"]
    [[unknown]] = rules.judge([bad], catalogue.folders(tmp_path / "none"))
    assert not unknown.known


def test_validate_takes_a_further_catalogue(crds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, clone = tmp_path / "catalogue", tmp_path / "clone"
    assert main(["schemas", "build", str(crds), "--output", str(out)]) == OK
    (clone / "deploy").mkdir(parents=True)
    (clone / "apps").mkdir()
    application = rule_cases.built_in("argoproj.io/v1alpha1", "Application", "a")
    source = {"repoURL": "https://git.example.com/a.git", "path": "deploy"}
    application["metadata"]["namespace"] = "argocd"
    application["spec"] = {"project": "default", "source": source, "destination": {"name": "in-cluster"}}
    (clone / "apps/a.yaml").write_text(yaml.safe_dump(application))
    (clone / "deploy/widget.yaml").write_text(yaml.safe_dump(rule_cases.widget("bad", minimum=11)))
    args = ["validate", str(clone), "--root", str(clone / "apps"), "--repo-url", source["repoURL"], "--format", "json"]
    capsys.readouterr()
    for more, code in ([], "MG232"), (["--schemas", str(out)], "MG235"):
        assert main([*args, *more]) == FOUND
        assert f'"{code}"' in capsys.readouterr().out
    assert catalogue.MORE not in os.environ


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["build", "{crds}"], USAGE),
        (["build", "--output", "{tmp}/x"], USAGE),
        (["build", "{crds}", "--from-cluster", "--output", "{tmp}/x"], USAGE),
        (["build", "{crds}", "--output", "{crds}"], USAGE),
        (["build", "{crds}/README.md", "--output", "{tmp}/x"], FAILED),
        (["build", "{tmp}/absent", "--output", "{tmp}/x"], USAGE),
        (["list", "--schemas", "{crds}"], USAGE),
        (["build", "--from-cluster", "--kubeconfig", "{tmp}/absent", "--output", "{tmp}/x"], FAILED),
    ],
    ids=[
        "no-output",
        "output-alone",
        "two-sources",
        "no-catalogue-is-replaced",
        "nothing",
        "absent",
        "list",
        "no-cluster",
    ],
)
def test_what_is_not_clear_is_refused(args: list[str], code: int, crds: Path, tmp_path: Path) -> None:
    assert main(["schemas", *(each.format(crds=crds, tmp=tmp_path) for each in args)]) == code
    assert (crds / "README.md").is_file()
    assert not (tmp_path / "x").exists()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [")
    with pytest.raises(UsageError, match=r"a\.yaml cannot be read"):
        list(entries.of_files([tmp_path]))


STUB = rule_cases.broken(lambda spec: spec.update({"properties": {}, "x-kubernetes-preserve-unknown-fields": True}))


def test_a_stub_is_kept_for_others_and_refused_for_ourselves(tmp_path: Path) -> None:
    found = list(entries.of_objects([STUB], "here"))
    assert entries.write(found, tmp_path / "a") == 1
    obj = rule_cases.built_in("rules.example.com/v1", "Gadget", "a", spec={"any": "thing"})
    [[answer]] = rules.judge([obj], [tmp_path / "a"])
    assert [each.code for each in answer.problems] == ["MG239"]
    with pytest.raises(ToolFailed, match="is a stub: its schema takes any field below spec"):
        entries.write(found, tmp_path / "b", stubs=False)


@pytest.mark.parametrize(
    ("schema", "words"),
    [({"type": 7, "properties": {"a": {}}}, "does not compile"), ({"type": "object"}, "says nothing")],
    ids=["broken", "empty"],
)
def test_a_schema_that_does_not_compile_or_says_nothing_is_an_error(
    schema: dict[str, object], words: str, tmp_path: Path
) -> None:
    with pytest.raises(ToolFailed, match=words):
        entries.write([Entry("a/b_v1.json", schema, {"stub": ""}, "here")], tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_our_own_catalogue_says_where_every_kind_came_from() -> None:
    build_catalogue.build()
    place = catalogue.folder()
    there = {str(path.relative_to(place)) for path in place.glob("*/*.json")}
    assert set(entries.origins(place)) == there
    assert there == {str(path.relative_to(place / ".definitions")) for path in place.glob(".definitions/*/*.json")}
