"""Generated files agree with what they are generated from."""

import shutil
from pathlib import Path

import pytest

import checkouts
from mlgate.cli import main
from mlgate.errors import FOUND, OK
from mlgate.render import diagram


def test_nothing_drifted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkouts.ROOT)
    assert main(["generate", "--check"]) == OK


def test_a_tree_that_moved_on_is_found_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = checkouts.make(tmp_path)
    shutil.copytree(checkouts.ROOT / "docs", tree / "docs")
    monkeypatch.chdir(tree)
    assert main(["generate", "--check"]) == OK
    file = tree / "base" / "apps" / "cicd.yaml"
    file.write_text(file.read_text().replace("sync-wave: '1'", "sync-wave: '7'"))
    assert main(["generate", "--check"]) == FOUND
    assert main(["generate"]) == OK
    assert "prefix, wave 7" in (tree / "docs" / "tree.md").read_text()
    assert main(["generate", "--check"]) == OK


def test_every_application_and_namespace_is_in_the_picture() -> None:
    text = diagram.document(checkouts.ROOT)
    for name in ("mlgate-root", "operators", "mlgate-policy", "prefixes", "PREFIX-policy", "PREFIX-stage", "argocd"):
        assert f'"{name}' in text
    for readme in [
        *checkouts.ROOT.glob("base/operators/*/README.md"),
        *checkouts.ROOT.glob("base/components/*/README.md"),
    ]:
        row = next(line for line in text.splitlines() if f"[{readme.parent.name}]" in line)
        assert row.split("|")[2].strip(), f"{readme} has no line 'What for:'"
