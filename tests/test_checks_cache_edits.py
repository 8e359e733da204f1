"""After any sequence of edits a run that knows what earlier runs found says exactly what one says that knows nothing.

``MLGATE_EDIT_SEQUENCES=1000`` for the long run.
"""

import os
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import trees
from mlgate.checks import batch, run, workers
from mlgate.checks.batch import Checked, Whole
from mlgate.checks.cache import documents, scan, store
from mlgate.checks.cache.session import Session
from mlgate.checks.model import Group
from mlgate.repo import Repo
from mlgate.report import FORMATS

SEQUENCES = int(os.environ.get("MLGATE_EDIT_SEQUENCES", "1"))
EDITS = 4
ROLE = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: shared}\nrules: []\n"
Edit = Callable[[Path, random.Random], object]


def cold(tree: Path, workers: int = 1) -> str:
    return FORMATS["json"](run.validate(Repo(tree), workers=workers))


def warm(tree: Path, place: Path, scanned: scan.Scan | None = None) -> str:
    # One stamp and one day for all: others may work on the package, and midnight come, while this runs.
    kept = documents.Documents(
        Repo(tree), store.Store(place), scanned or scan.scan(tree), "the same mlgate", "2026-01-01"
    )
    report = run.validate(Repo(tree), session=Session(kept), workers=1)
    text = FORMATS["json"](report)
    kept.store.close()
    return text


def _any(tree: Path, draw: random.Random, pattern: str) -> Path:
    return draw.choice(sorted(file for file in tree.glob(pattern) if file.is_file() and not file.is_symlink()))


def _append(pattern: str, text: str) -> Edit:
    def edit(tree: Path, draw: random.Random) -> None:
        file = _any(tree, draw, pattern)
        file.write_text(file.read_text() + text)

    return edit


def _threshold(tree: Path, draw: random.Random) -> None:
    file = _any(tree, draw, "overlays/*/values/settings.yaml")
    file.write_text(file.read_text().replace("accuracy: ", f"accuracy: 0.{draw.randint(1, 9)} # ", 1))


def _shared(tree: Path, draw: random.Random) -> None:
    folder = _any(tree, draw, "overlays/*/dev/kustomization.yaml").parent
    (folder / "role.yaml").write_text(ROLE)
    trees.append(tree, str(folder.relative_to(tree)), "role.yaml")


def _copied(tree: Path, draw: random.Random) -> None:
    shutil.copytree(tree / "overlays" / "alpha", tree / "overlays" / f"copy{draw.randint(1, 99999)}")


def _removed(pattern: str) -> Edit:
    return lambda tree, draw: _any(tree, draw, pattern).unlink()


def _orphan(tree: Path, draw: random.Random) -> None:
    folder = draw.choice(sorted(path for path in tree.glob("*/*") if path.parent.name in {"overlays", "base", "apps"}))
    (folder if folder.is_dir() else folder.parent).joinpath(f"orphan{draw.randint(1, 9)}.yaml").write_text("a: 1\n")


def _linked(tree: Path, draw: random.Random) -> None:
    folder = draw.choice(sorted((tree / "overlays").glob("*/dev")))
    link = folder / "link.yaml"
    link.unlink(missing_ok=True)
    link.symlink_to(tree / "elsewhere.yaml")
    (tree / "elsewhere.yaml").write_text(f"a: {draw.random()}\n")


def _undone(tree: Path, _draw: random.Random) -> None:
    for name in ("overlays", "base", "policy", "apps"):
        shutil.rmtree(tree / name)
        shutil.copytree(tree.parent / "before" / name, tree / name)


EVERY: list[Edit] = [
    _threshold,
    _shared,
    _copied,
    _orphan,
    _linked,
    _undone,
    _append("overlays/*/values/settings.yaml", "# a remark\n"),
    _append("overlays/*/*/kustomization.yaml", "# a remark\n"),
    _append("overlays/*/*/kustomization.yaml", "nonsense: [\n"),
    _append("overlays/*/dev/release/*.yaml", "\nextra: 1\n"),
    _append("base/*/*.yaml", "\nextra: 1\n"),
    _append("base/components/*/*/*.yaml", "# a remark\n"),
    _append("policy/*/*.rego", "# a remark\n"),
    _append("apps/*.yaml", "# a remark\n"),
    _append("README.md", "more\n"),
    _removed("overlays/*/*/kustomization.yaml"),
    _removed("base/components/*/*/*.yaml"),
    _removed("policy/*/*.rego"),
]


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_warm_says_what_cold_says(tree: Path, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - repeatable
    (tree / "README.md").write_text("")
    trees.bootstrap(tree, "beta")
    shutil.copytree(tree, tree.parent / "before")
    warm(tree, tmp_path / "kept")
    for edit in draw.choices(EVERY, k=EDITS):
        try:
            edit(tree, draw)
        except IndexError:  # earlier edits left nothing to change
            continue
        assert warm(tree, tmp_path / "kept") == cold(tree)


def test_an_edit_that_is_not_seen_would_be_told(tree: Path, tmp_path: Path) -> None:
    """The test above finds a cache that does not look: here it is made to overlook every change."""
    scanned = scan.scan(tree)
    warm(tree, tmp_path / "kept", scanned)
    trees.edit(tree, "overlays/alpha/values/settings.yaml", "accuracy: 0.95", "accuracy: 0.99")
    stale = warm(tree, tmp_path / "kept", scanned)
    fresh = cold(tree)
    assert "MG242" in fresh
    assert stale != fresh


def test_a_prefix_that_did_not_change_is_not_rendered_again(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees.bootstrap(tree, "beta")
    warm(tree, tmp_path / "kept")
    (tree / "overlays/beta/values/settings.yaml").open("a").write("# a remark\n")
    asked: list[str] = []
    check = batch.check

    def told(whole: Whole, groups: Sequence[Group]) -> list[Checked]:
        asked.extend(group.name for group in groups)
        return check(whole, groups)

    monkeypatch.setattr(batch, "check", told)
    warm(tree, tmp_path / "kept")
    assert asked == ["beta"]
    warm(tree, tmp_path / "kept")
    assert asked == ["beta"]


def test_the_bytes_are_the_same_at_any_number_of_workers(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_SMALLEST", 1)
    trees.bootstrap(tree, "beta")
    (tree / "overlays/beta/dev/kustomization.yaml").unlink()
    assert cold(tree, 1) == cold(tree, 2) == cold(tree, 8)
