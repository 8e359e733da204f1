"""Files beside a kustomization that no build reads."""

from collections.abc import Sequence

from mlgate.checks import graph
from mlgate.checks.model import KUSTOMIZATION, Rendered
from mlgate.repo import Repo
from mlgate.results import Result, Status

_MESSAGE = "it stands beside a kustomization, and no build reads it: it is never applied and never checked"


def check(repo: Repo, rendered: Sequence[Rendered]) -> list[Result]:
    """MG202 for each YAML file in a folder that a build reads by its kustomization, and that no build names.

    Folders below are not looked into: another Application may have them.
    """
    root = repo.root.resolve()
    reached = graph.reachable(one.build.folder for one in rendered if not one.build.files)
    plain = {file.resolve() for one in rendered for file in one.build.files}
    folders = {file.parent for file in reached if file.name == KUSTOMIZATION and file.is_relative_to(root)}
    return [
        Result(
            code="MG202",
            check="orphan",
            subject=str(file.relative_to(root)),
            status=Status.INVALID,
            message=_MESSAGE,
            fix="list it as a resource or remove it",
            file=str(file.relative_to(root)),
        )
        for folder in sorted(folders)
        for file in sorted({*folder.glob("*.yaml"), *folder.glob("*.yml")})
        if not file.name.startswith(".") and file.resolve() not in reached | plain
    ]
