"""A whole run over a repository of any layout: what its Applications sync, and the checks that fit every one."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from mlgate.checks import danger as dangers
from mlgate.checks import danger_base, graph, heavy, names, references, schema, secrets, unmatched
from mlgate.checks.argo import order, orphans, permitted, policies, shared, spaces, tekton
from mlgate.checks.argo.finding import Findings
from mlgate.checks.argo.follow import Options, follow
from mlgate.checks.argo.tree import Tree, Trouble, Unit
from mlgate.checks.model import Build, Rendered, Report, Stage, name_of, stage
from mlgate.repo import Repo
from mlgate.results import Result, Status

_EMPTY = "the ApplicationSet makes no Application, so nothing of it was checked"
_NO_PROJECT = "no AppProject is in the tree, so none was asked; Argo CD's default permits everything"
_NO_ROOT = "no Application or ApplicationSet was found"
_NONE_HERE = "no Application reads this repository, so nothing that it syncs was checked"
_REPO_URL = "say what its Applications call it: --repo-url URL"
_FIXES = {
    "MG265": "correct the path, or add the folder",
    "MG269": "check the generator's path, elements or selector",
    "MG270": "name the folder or file with --root",
}
_BUILD = ("MG221", "MG226")
Progress = Callable[[str], None]


def validate_foreign(
    repo: Repo, options: Options, *, base: str | None = None, progress: Progress = lambda _what: None
) -> Report:
    """Follow the repository's Applications and check everything that they sync.

    With ``base``, a commit, a stage more looks for danger in the step from there to this tree. Raises
    ``UsageError`` for options that name nothing, ``MissingTool`` and ``ToolFailed``.
    """
    heavy.refuse([repo.root])
    progress("following Applications")
    tree = follow(repo.root, options)
    stages = []
    for name, check in _stages(repo, tree, options):
        progress(name)
        stages.append(stage(name, check))
    if base is not None:
        progress("danger")
        failures = next(each.results for each in stages if each.name == "render")
        stages.append(stage("danger", lambda: danger(repo, tree, failures, base, options)))
    judged = policies.check(repo, tree.units, options.policy)
    if judged.results:
        stages.insert(3, Stage("policy", judged.results))
    notes = [*judged.notes, *_notes(repo, tree, options)]
    return Report(tuple(stages), sum(len(unit.objects) for unit in tree.units), tuple(notes))


def _stages(repo: Repo, tree: Tree, options: Options) -> list[tuple[str, Callable[[], list[Result]]]]:
    units, rendered = tree.units, [unit.rendered for unit in tree.units]
    found: list[tuple[str, Callable[[], list[Result]]]] = [
        ("discover", lambda: [*discover(repo, tree, strict=options.strict), *orphans.check(repo, rendered)]),
        ("render", lambda: _rendered(repo, tree)),
        ("schema", lambda: schema.check(repo, rendered)),
        ("names", lambda: _names(repo, units)),
        ("shared", lambda: shared.check(repo, units)),
        ("references", lambda: _references(repo, tree)),
        ("waves", lambda: order.check(repo, units)),
        ("secrets", lambda: secrets.check_files(repo, rendered, _files(repo, rendered))),
    ]
    if permitted.projects(units):
        found.insert(5, ("projects", lambda: permitted.check(repo, tree)))
    return found


def danger(repo: Repo, tree: Tree, failures: Sequence[Result], revision: str, options: Options) -> list[Result]:
    """MG280 the base could not be followed, MG281 to MG289 what is dangerous in the step from it to here."""
    with tempfile.TemporaryDirectory(prefix="mlgate-base-") as name:
        base = danger_base.extract(repo, revision, Path(name).resolve())
        if heavy_base := danger_base.heavy(base):
            return heavy_base
        before = follow(base.repo.root, _moved(options, repo.root, base.repo.root), repo.root)
        findings = Findings(base.repo, "danger")
        words = f"{base.name} cannot be followed, so nothing can be compared with it"
        unknown = [
            replace(each, code="MG280", message=f"{words}: {each.message or _EMPTY}") for each in before.troubles
        ]
        compared = dangers.compare(
            repo, base, [unit.rendered for unit in before.units], [unit.rendered for unit in tree.units], failures
        )
        return [*(findings.of(each, Status.ERROR) for each in unknown), *compared]


def _moved(options: Options, here: Path, there: Path) -> Options:
    root = options.root
    inside = root is not None and root.is_relative_to(here)
    return replace(options, root=there / root.relative_to(here)) if root and inside else options


def discover(repo: Repo, tree: Tree, *, strict: bool) -> list[Result]:
    """MG265 no such path, MG266 not rendered (when ``strict``), MG267 not to be followed, MG269 none, MG270 no root."""
    findings = Findings(repo, "applications")
    troubles = [each for each in tree.troubles if each.code not in _BUILD]
    results = [
        findings.of(replace(each, message=each.message or _EMPTY), Status.ERROR, _FIXES.get(each.code, ""))
        for each in troubles
    ]
    if strict:
        results += [findings.of(each, Status.SKIPPED) for each in tree.skipped]
    if not tree.applications and not tree.skipped and not tree.troubles:
        results.append(findings.of(Trouble("MG270", _NO_ROOT, Build(repo.root)), Status.ERROR, _FIXES["MG270"]))
    elif not troubles and not any(unit.application for unit in tree.units):
        results.append(findings.of(Trouble("MG270", _NONE_HERE, Build(repo.root)), Status.ERROR, _REPO_URL))
    wrong = {id(each.obj) for each in (*troubles, *tree.skipped)}
    whole = [step for step in tree.applications if id(step.carrier) not in wrong]
    return [
        *(findings.valid("MG265", f"Application/{name_of(step.application)}") for step in whole),
        *results,
    ]


def _rendered(repo: Repo, tree: Tree) -> list[Result]:
    findings = Findings(repo, "build")
    failed = [findings.of(each, Status.ERROR) for each in tree.troubles if each.code in _BUILD]
    empty = [unit for unit in tree.units if not unit.objects]
    words = "it renders to nothing, so a sync with pruning deletes all that was there"
    failed += [findings.of(Trouble("MG221", words, unit.build), Status.ERROR) for unit in empty]
    return [
        *(findings.valid("MG221", findings.name(unit.build)) for unit in tree.units if unit.objects),
        *failed,
        *tree.guarded,
        *_unmatched(repo, tree.units),
    ]


def _unmatched(repo: Repo, units: Sequence[Unit]) -> list[Result]:
    builds = list(dict.fromkeys(unit.build for unit in units if not unit.build.files))
    return unmatched.shared(repo, builds, sorted(graph.reachable([build.folder for build in builds])))


def _names(repo: Repo, units: Sequence[Unit]) -> list[Result]:
    # One by one, since the same object twice is told by its own stage.
    return [result for unit in units for result in names.check(repo, [unit.rendered])]


def _references(repo: Repo, tree: Tree) -> list[Result]:
    units = tree.units
    clusters = {shared.cluster(unit): None for unit in units}
    groups = [[unit.rendered for unit in units if shared.cluster(unit) == name] for name in clusters]
    found = [result for group in groups for result in references.check_together(repo, group)]
    return [*found, *spaces.check(repo, tree), *tekton.check(repo, units)]


def _files(repo: Repo, rendered: Sequence[Rendered]) -> list[Path]:
    root = repo.root.resolve()
    found = {file for one in rendered for file in one.build.files or graph.reachable([one.build.folder])}
    return sorted(file.resolve() for file in found if file.resolve().is_relative_to(root))


def _notes(repo: Repo, tree: Tree, options: Options) -> list[str]:
    notes = [] if permitted.projects(tree.units) else [_NO_PROJECT]
    notes += sorted({_version(unit) for unit in tree.units} - {""})
    if tree.skipped and not options.strict:
        findings = Findings(repo, "applications")
        told = [findings.of(each, Status.SKIPPED) for each in tree.skipped]
        notes.append(f"{len(told)} sources were not rendered; --strict makes them findings")
        notes += [f"not rendered: {each.subject}: {each.message}" for each in told]
    return notes


def _version(unit: Unit) -> str:
    """What is said of an Application that asks for a kustomize of its own: another one may render something else."""
    wanted = unit.build.origin.options.get("version") if unit.build.origin else None
    name = name_of(unit.application or {})
    told = f"Application/{name} asks for kustomize {wanted}; it was rendered by the one that is built in"
    return told if wanted else ""
