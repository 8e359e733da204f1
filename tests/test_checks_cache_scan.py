"""Every change of a tree changes its signature, and a change concerns whoever reads what changed."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mlgate.checks.cache.changed import concerned
from mlgate.checks.cache.scan import scan
from mlgate.repo import Repo

SETTINGS = "overlays/alpha/values/settings.yaml"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    for name in ("alpha", "beta"):
        _write(tmp_path, f"overlays/{name}/values/settings.yaml", "a: 1\n")
        _write(
            tmp_path, f"overlays/{name}/dev/kustomization.yaml", f"components: [../../../base/components/{name}/dev]\n"
        )
        _write(tmp_path, f"base/components/{name}/dev/kustomization.yaml", "resources: [x.yaml]\n")
        _write(tmp_path, f"base/components/{name}/dev/x.yaml", "a: 1\n")
    _write(tmp_path, "base/dev/kustomization.yaml", "resources: []\n")
    _write(tmp_path, "build/made/at/run/time", "")
    _age(tmp_path)
    return tmp_path


def _write(tree: Path, name: str, text: str) -> None:
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text(text)


def _age(tree: Path, seconds: int = 100) -> None:
    then = time.time() - seconds
    for path in tree.rglob("*"):
        os.utime(path, (then, then))


def _same_size_and_time(tree: Path) -> None:
    seen = (tree / SETTINGS).stat()
    (tree / SETTINGS).write_text("a: 2\n")
    os.utime(tree / SETTINGS, ns=(seen.st_atime_ns, seen.st_mtime_ns))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda tree: _write(tree, SETTINGS, "a: 2\n"), id="content"),
        pytest.param(_same_size_and_time, id="content-with-size-and-time-set-back"),
        pytest.param(lambda tree: (tree / SETTINGS).unlink(), id="file-gone"),
        pytest.param(lambda tree: _write(tree, "overlays/alpha/new.yaml", ""), id="file-new"),
        pytest.param(lambda tree: (tree / "overlays/alpha/empty").mkdir(), id="folder-new"),
        pytest.param(lambda tree: (tree / SETTINGS).rename(tree / "overlays/alpha/values/s.yaml"), id="renamed"),
        pytest.param(lambda tree: (tree / SETTINGS).chmod(0o600), id="mode"),
    ],
)
def test_a_change_is_seen_where_it_is(small: Path, change: Callable[[Path], object]) -> None:
    before = scan(small)
    change(small)
    after = scan(small)
    assert after.tree != before.tree
    assert after.groups["alpha"] != before.groups["alpha"]
    assert after.groups["beta"] == before.groups["beta"]


def test_what_is_made_at_run_time_is_not_looked_at(small: Path) -> None:
    before = scan(small)
    _write(small, "build/more", "x")
    assert scan(small) == before
    assert before.prefixes == ("alpha", "beta")


def test_a_new_file_is_told_by_its_content(small: Path) -> None:
    _write(small, "base/dev/new.yaml", "a: 1\n")
    assert len(scan(small).files["base/dev/new.yaml"]) > 64
    assert len(scan(small).files["base/dev/new.yaml"]) > len(scan(small).files["base/"])


def test_links_are_named(small: Path) -> None:
    (small / "overlays/alpha/link.yaml").symlink_to("/etc/hostname")
    found = scan(small)
    assert found.links == ("overlays/alpha/link.yaml",)
    assert found.linked("overlays/")
    assert not found.linked("base/")


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        pytest.param(["overlays/beta/dev/kustomization.yaml"], ["beta"], id="an-overlay"),
        pytest.param(["overlays/alpha/gone.yaml", "README.md"], ["alpha"], id="a-file-that-is-gone"),
        pytest.param(["README.md", "docs/x.md", "model/fraud/a"], [], id="nothing-that-is-read"),
        pytest.param(["base/components/alpha/dev/x.yaml"], ["alpha"], id="a-component"),
        pytest.param(["base/components/alpha/dev/gone.yaml"], ["alpha"], id="a-part-of-a-component-that-is-gone"),
        pytest.param(["base/dev/kustomization.yaml"], ["alpha", "beta"], id="a-shared-base"),
        pytest.param(["policy/model_accuracy/model_accuracy.rego"], ["alpha", "beta"], id="a-rule"),
        pytest.param(["tools/mlgate/cli.py"], ["alpha", "beta"], id="mlgate-itself"),
    ],
)
def test_a_change_concerns_who_reads_it(small: Path, paths: list[str], expected: list[str]) -> None:
    assert concerned(Repo(small), ["alpha", "beta"], paths) == expected


def test_a_component_of_a_component_and_another_overlay_are_followed(small: Path) -> None:
    _write(small, "base/components/beta/dev/kustomization.yaml", "components: [../../alpha/dev]\n")
    assert concerned(Repo(small), ["alpha", "beta"], ["base/components/alpha/dev/x.yaml"]) == ["alpha", "beta"]
    _write(small, "overlays/beta/dev/kustomization.yaml", "resources: [../../alpha/dev]\n")
    assert concerned(Repo(small), ["alpha", "beta"], ["overlays/alpha/dev/kustomization.yaml"]) == ["alpha", "beta"]
