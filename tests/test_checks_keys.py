"""A key that stands twice is found in every YAML file that a build reads, with the places of both."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlgate.checks import batch, discover, keys
from mlgate.errors import ToolFailed
from mlgate.process import Done, Tool
from mlgate.repo import Repo

TEXTS = [
    pytest.param("a: 1\nb: 2\n", [], id="none"),
    pytest.param("a: 1\nb: 2\na: 3\n", [("a", "1:1", "3:1")], id="at-the-top"),
    pytest.param("x:\n  - {k: 1, k: 2}\n", [("k", "2:6", "2:12")], id="flow-in-a-list"),
    pytest.param("a: {b: 1}\nc: {b: 1}\n", [], id="in-two-mappings"),
    pytest.param("a: 1\n---\na: 1\n", [], id="in-two-documents"),
    pytest.param("a: 1\n---\nb: 1\nb: 2\n", [("b", "3:1", "4:1")], id="in-the-second-document"),
    pytest.param("a: 1\n'a': 2\n", [("a", "1:1", "2:1")], id="quoted-and-plain"),
    pytest.param("a: 1\na: 2\na: 3\n", [("a", "1:1", "2:1"), ("a", "1:1", "3:1")], id="three-times"),
    pytest.param("x: &x {a: 1, a: 2}\ny: *x\nz: *x\n", [("a", "1:8", "1:14")], id="an-anchor-is-looked-at-once"),
    pytest.param("x: &x [*x]\n", [], id="an-alias-inside-its-own-anchor"),
    pytest.param("a: [\n", [], id="no-yaml-is-the-renderers-affair"),
    pytest.param('"a\\N": 1\n"a\\N": 2\n', [("a\x85", "1:1", "2:1")], id="an-odd-end-of-line-in-a-key"),
    pytest.param("", [], id="empty"),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_both_places_are_named(text: str, expected: list[tuple[str, str, str]], tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text)
    found = keys.check(Repo(tmp_path), [file])
    assert [(each.code, each.file) for each in found] == [("MG238", "a.yaml")] * len(expected)
    for result, (key, first, second) in zip(found, expected, strict=True):
        assert f"the key {key!r} stands at {first} and again at {second}" in result.message
        assert f"{result.line}:{result.column}" == second


def test_a_file_of_two_groups_is_told_to_both(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.yaml", "b.yml", "c.txt")]
    for file in files:
        file.write_text("a: 1\na: 1\n")
    groups = keys.check_groups(Repo(tmp_path), [files, files[1:], [], [tmp_path / "absent.yaml"]])
    assert [[result.file for result in group] for group in groups] == [["a.yaml", "b.yml"], ["b.yml"], [], []]


def test_a_file_without_an_answer_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tool, "run", lambda *_args, **_options: Done(0, "", ""))
    with pytest.raises(ToolFailed, match="0 answers for 1 files"):
        keys.check(Repo(tmp_path), [tmp_path / "a.yaml"])


def test_a_run_over_a_tree_tells_it(tree: Path) -> None:
    file = tree / "overlays/alpha/dev/kustomization.yaml"
    file.write_text(f"{file.read_text()}\nkind: Kustomization\n")
    repo = Repo(tree)
    _own, *groups = discover.groups(repo, ["alpha"])
    checked = batch.check(batch.Whole(repo, frozenset(["alpha"])), groups)
    assert [each.file for each in checked[0].results["schema"] if each.code == "MG238"] == [str(file.relative_to(tree))]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_whatever_a_file_holds_there_is_an_answer(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(content)
    done = Tool("mlgate-engine").run(["keys"], stdin=json.dumps(str(file)))
    assert isinstance(json.loads(done.stdout), list)
