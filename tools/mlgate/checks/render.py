"""Stage 3: every kustomization builds, to something, and no placeholder is left."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlgate.checks import guard
from mlgate.checks.locate import Locator
from mlgate.checks.model import Build, Object, Rendered, subject
from mlgate.render.engine import Answer, Request
from mlgate.render.renderer import render_all
from mlgate.repo import Repo
from mlgate.results import Result, Status

_PLACEHOLDER = re.compile(r"(?<![\w${])PREFIX-")


def render(repo: Repo, builds: Sequence[Build]) -> tuple[list[Rendered], list[Result]]:
    """Build all; MG221 kustomize failed or rendered nothing, MG223 a placeholder is left, MG226 a limit was met.

    What ``guard`` finds is not built at all. A kustomization that is missing is skipped here, MG201 has reported it.
    Raises ``MissingTool``.
    """
    return render_groups(repo, [builds])[0]


def render_groups(repo: Repo, groups: Sequence[Sequence[Build]]) -> list[tuple[list[Rendered], list[Result]]]:
    """The same of each group by itself; what several read is looked at once, and taken to stay as it is meanwhile."""
    clean: set[Path] = set()
    guarded = [
        [(build, guard.check(repo.root, build.folder, clean)) for build in builds if build.file.is_file()]
        for builds in groups
    ]
    safe = [[build for build, found in group if not found] for group in guarded]
    answers = iter(render_all([Request(build.folder, repo.root) for builds in safe for build in builds]))
    made = [[(build, next(answers)) for build in builds] for builds in safe]
    return [_told(repo, [found for _, found in group], some) for group, some in zip(guarded, made, strict=True)]


def _told(
    repo: Repo, guarded: Sequence[Sequence[Result]], made: Sequence[tuple[Build, Answer]]
) -> tuple[list[Rendered], list[Result]]:
    results = list(dict.fromkeys(one for found in guarded for one in found))
    rendered = []
    for build, answer in made:
        if answer.objects and not answer.error:
            rendered.append(Rendered(build, answer.objects))
            results += _content(repo, rendered[-1])
        else:
            results.append(_failure(repo, build, answer))
    return rendered, results


def _failure(repo: Repo, build: Build, answer: Answer) -> Result:
    name = str(build.folder.relative_to(repo.root))
    # kubectl's own notes stand before "error: ", on the same line.
    said = answer.error.partition("error: ")[2] or answer.error or f"{name} renders to nothing"
    words = said.replace(f"{repo.root}/", "").replace(str(repo.root), ".")
    return Result(
        code="MG226" if answer.killed else "MG221",
        check="build",
        subject=name,
        status=Status.ERROR,
        message=" ".join(words.split()),
        fix="" if answer.error else "list resources in its kustomization.yaml",
        file=str(build.file.relative_to(repo.root)),
    )


def _content(repo: Repo, rendered: Rendered) -> list[Result]:
    left = [obj for obj in rendered.objects if _has_placeholder(obj)]
    if left:
        locator = Locator(repo, rendered.build)
        return [_left(locator, obj) for obj in left]
    name = str(rendered.build.folder.relative_to(repo.root))
    return [Result(code="MG221", check="build", subject=name, status=Status.VALID)]


def _left(locator: Locator, obj: Object) -> Result:
    place = locator.find(obj)
    return Result(
        code="MG223",
        check="placeholder",
        subject=subject(obj),
        status=Status.INVALID,
        message="the placeholder PREFIX is still there: no replacement reaches this field",
        fix="add the field to base/components/prefix",
        **place.where,
    )


def _has_placeholder(value: Any) -> bool:
    match value:
        case str():
            return bool(_PLACEHOLDER.search(value))
        case list():
            return any(_has_placeholder(item) for item in value)
        case dict():
            return any(_has_placeholder(item) for pair in value.items() for item in pair)
    return False
