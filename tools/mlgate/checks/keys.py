"""MG238: a key that stands twice in one mapping of a YAML file that a build reads, with both places."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlgate.errors import ToolFailed
from mlgate.process import Tool
from mlgate.repo import Repo
from mlgate.results import Result, Status

_ENGINE = Tool("mlgate-engine")
_SUFFIXES = frozenset({".yaml", ".yml"})


def check(repo: Repo, reached: Iterable[Path]) -> list[Result]:
    """A finding for every key that stands twice; nothing is said of files without one."""
    return check_groups(repo, [reached])[0]


def check_groups(repo: Repo, groups: Sequence[Iterable[Path]]) -> list[list[Result]]:
    """The findings of each group of files, by one process; a file is read once for all groups.

    Raises ``MissingTool``, and ``ToolFailed`` when a file has no answer.
    """
    wanted = [sorted(file for file in files if file.suffix in _SUFFIXES) for files in groups]
    files = sorted({file for group in wanted for file in group})
    lines = _answers(files) if files else []
    found = {file: [_finding(repo, file, each) for each in line] for file, line in zip(files, lines, strict=True)}
    return [[result for file in group for result in found[file]] for group in wanted]


def _answers(files: Sequence[Path]) -> list[list[Mapping[str, Any]]]:
    done = _ENGINE.run(["keys"], stdin="".join(f"{json.dumps(str(file))}\n" for file in files), timeout_s=300)
    lines = done.stdout.removesuffix("\n").split("\n") if done.stdout else []  # a key may hold other ends of lines
    if len(lines) != len(files):
        raise ToolFailed(f"mlgate-engine keys gave {len(lines)} answers for {len(files)} files")
    return [json.loads(line) for line in lines]


def _finding(repo: Repo, file: Path, said: Mapping[str, Any]) -> Result:
    root = repo.root.resolve()
    name = str(file.relative_to(root)) if file.is_relative_to(root) else str(file)
    first, second = said["first"], said["second"]
    return Result(
        code="MG238",
        check="keys",
        subject=name,
        status=Status.INVALID,
        message=f"the key {said['key']!r} stands at {first['line']}:{first['column']} "
        f"and again at {second['line']}:{second['column']}; readers of YAML differ on which one counts",
        fix="remove one of the two",
        file=name,
        line=second["line"],
        column=second["column"],
    )
