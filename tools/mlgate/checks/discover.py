"""Stage 1: what there is to render, and what nobody renders."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from mlgate import prefixes as rules
from mlgate.checks import graph
from mlgate.checks.model import KUSTOMIZATION, Build, Group
from mlgate.repo import Repo
from mlgate.results import Result, Status

PARTS = ("policy", *rules.PARTS)
PLATFORMS = ("kubernetes", "openshift")
_REPO_LEVEL = ("apps", "policy")
# Fixtures of the rules, read by conftest and gator, never by kustomize.
_FIXTURES = {"samples", "suite.yaml"}


def selected(repo: Repo, wanted: Sequence[str]) -> list[str]:
    """The prefixes to look at: ``wanted``, or all; raises ``UsageError`` for one that is not set up."""
    for prefix in wanted:
        repo.require(prefix)
    return sorted(set(wanted)) or repo.prefixes()


def builds(repo: Repo, prefixes: Iterable[str]) -> list[Build]:
    """Every kustomization to render: the repository's own, then each prefix's Applications and parts."""
    own = [Build(repo.root / name) for name in _REPO_LEVEL]
    own += operators(repo)
    for prefix in prefixes:
        own.append(Build(repo.overlay(prefix), prefix))
        own += [Build(repo.overlay(prefix) / part, prefix, part) for part in PARTS]
    return own


def groups(repo: Repo, prefixes: Iterable[str]) -> list[Group]:
    """The same builds by what is checked together: the repository's own first, then each prefix's."""
    names = ["", *prefixes]
    found: dict[str, list[Build]] = {name: [] for name in names}
    for build in builds(repo, names[1:]):
        found[build.prefix].append(build)
    return [Group(name, tuple(found[name])) for name in names]


def operators(repo: Repo) -> list[Build]:
    """Every operator on every platform, whether the cluster's settings list it or not."""
    folders = sorted((repo.root / "base" / "operators").glob("*/*/"))
    return [Build(folder, platform=folder.name) for folder in folders if folder.name in PLATFORMS]


def check_own(repo: Repo, own: Group) -> list[Result]:
    """MG201 missing kustomization, of the repository itself."""
    return [_present(repo, build.folder) for build in own.builds]


def check_prefixes(repo: Repo, prefixes: Collection[str]) -> list[Result]:
    """MG203 no prefix, MG204 stray folder in overlays/; ``prefixes`` are all that are set up."""
    if prefixes:
        return _stray(repo, prefixes)
    fix = "run: mlgate bootstrap --prefix fraud-demo, or validate only apps/ and policy/ with --repo"
    message = "no prefix is set up, so no overlay was checked"
    return [_finding("MG203", "prefixes", "overlays", message, fix), *_stray(repo, prefixes)]


def check(repo: Repo, group: Group, reached: Collection[Path]) -> list[Result]:
    """MG201 missing kustomization, MG202 orphan file; of a prefix whose builds read the files ``reached``."""
    place = repo.overlay(group.name)
    folders = [*(build.folder for build in group.builds), place / "values"]
    return [*(_present(repo, folder) for folder in folders), *_orphans(repo, [place], reached)]


def orphans(repo: Repo, reached: Collection[Path]) -> list[Result]:
    """MG202 orphan file outside overlays/, where all builds together read the files ``reached``."""
    base = repo.root / "base"
    # An option that no prefix has switched on is no orphan, nor is a part whose overlay MG201 misses.
    starts = [*(file.parent for file in (base / "components").rglob(KUSTOMIZATION)), base / "apps"]
    starts += [base / part for part in PARTS]
    tops = [base, *(repo.root / name for name in _REPO_LEVEL)]
    return _orphans(repo, tops, {*reached, *graph.reachable(starts)})


def _present(repo: Repo, folder: Path) -> Result:
    name = str(folder.relative_to(repo.root))
    if (folder / KUSTOMIZATION).is_file():
        return Result(code="MG201", check="kustomization", subject=name, status=Status.VALID)
    fix = f"restore {name}/{KUSTOMIZATION} from git, or run mlgate bootstrap again"
    return _finding("MG201", "kustomization", name, f"{name}/{KUSTOMIZATION} is missing", fix)


def _stray(repo: Repo, known: Collection[str]) -> list[Result]:
    if not repo.overlays.is_dir():
        return []
    message = "folder in overlays/ without values/settings.yaml is no prefix, and the ApplicationSet would deploy it"
    return [
        _finding("MG204", "prefixes", f"overlays/{path.name}", message, "remove it, or run mlgate bootstrap")
        for path in sorted(repo.overlays.iterdir())
        if path.name not in known and not path.name.startswith(".") and path.is_dir()
    ]


def _orphans(repo: Repo, tops: Iterable[Path], reached: Collection[Path]) -> list[Result]:
    message = "no kustomization reads this file, so it is never applied and never checked"
    return [
        _finding("MG202", "orphan", str(file.relative_to(repo.root)), message, "list it as a resource or remove it")
        for top in tops
        for file in sorted({*top.rglob("*.yaml"), *top.rglob("*.yml")})
        if not _FIXTURES.intersection(file.relative_to(top).parts) and file.resolve() not in reached
    ]


def _finding(code: str, check: str, subject: str, message: str, fix: str) -> Result:
    return Result(
        code=code, check=check, subject=subject, status=Status.INVALID, message=message, fix=fix, file=subject
    )
