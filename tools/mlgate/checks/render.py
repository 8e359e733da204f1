"""Stage 3: every kustomization builds, to something, and no placeholder is left."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mlgate.checks.locate import Locator
from mlgate.checks.model import Build, Object, Rendered, subject
from mlgate.errors import MissingTool, MlgateError
from mlgate.render import kustomize
from mlgate.repo import Repo
from mlgate.results import Result, Status

_WORKERS = 2
_PLACEHOLDER = re.compile(r"(?<![\w${])PREFIX-")


def render(repo: Repo, builds: Sequence[Build]) -> tuple[list[Rendered], list[Result]]:
    """Build all; MG221 kustomize failed or rendered nothing, MG223 a placeholder is left.

    A kustomization that is missing is skipped here, MG201 has reported it. Raises ``MissingTool``.
    """
    present = [build for build in builds if build.file.is_file()]
    with ThreadPoolExecutor(_WORKERS) as pool:
        outcomes = list(pool.map(_build, present))
    rendered = [outcome for outcome in outcomes if isinstance(outcome, Rendered)]
    results = [
        _failure(repo, build, outcome)
        for build, outcome in zip(present, outcomes, strict=True)
        if isinstance(outcome, MlgateError)
    ]
    for one in rendered:
        results += _content(repo, one)
    return rendered, results


def _build(build: Build) -> Rendered | MlgateError:
    try:
        return Rendered(build, tuple(kustomize.build(build.folder)))
    except MissingTool:
        raise
    except MlgateError as err:
        return err


def _failure(repo: Repo, build: Build, err: MlgateError) -> Result:
    # kubectl's own notes stand before "error: ", on the same line.
    said = str(err).partition("error: ")[2] or str(err)
    words = said.replace(f"{repo.root}/", "").replace(str(repo.root), ".")
    return Result(
        code="MG221",
        check="build",
        subject=str(build.folder.relative_to(repo.root)),
        status=Status.ERROR,
        message=" ".join(words.split()),
        fix=err.fix,
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
        file=place.file,
        line=place.line,
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
