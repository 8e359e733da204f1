"""Results about an object of a unit, at the line that a person would edit."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mlgate.checks.argo.tree import Trouble, Unit
from mlgate.checks.locate import Locator, Place
from mlgate.checks.model import Build, Object, subject
from mlgate.repo import Repo
from mlgate.results import Result, Status


@dataclass(frozen=True, slots=True)
class Told:
    """What is wrong, where in the object (a JSON pointer), and what to do."""

    message: str
    path: str = ""
    fix: str = ""


class Findings:
    """Makes the results of one stage; sources are looked for only when there is something to tell."""

    def __init__(self, repo: Repo, check: str) -> None:
        self._repo = repo
        self._check = check
        self._locator = cache(self._locators)

    def _locators(self, build: Build) -> Locator:
        return Locator(self._repo, build)

    def valid(self, code: str, name: str) -> Result:
        """Something was checked and is as it should be."""
        return Result(code=code, check=self._check, subject=name, status=Status.VALID)

    def invalid(self, code: str, unit: Unit, obj: Object, told: Told) -> Result:
        """``obj`` of ``unit`` is wrong."""
        return self._at(Status.INVALID, Trouble(code, told.message, unit.build, obj, told.path), told.fix)

    def of(self, trouble: Trouble, status: Status, fix: str = "") -> Result:
        """What could not be followed, at its object, or at its build when it has none."""
        if trouble.obj is not None:
            return self._at(status, trouble, fix)
        return Result(
            code=trouble.code,
            check=self._check,
            subject=self.name(trouble.build),
            status=status,
            message=self._shown(trouble.message),
            fix=fix,
            file=self._relative(_file(trouble)),
            chain=self._locator(trouble.build).start,
        )

    def name(self, build: Build) -> str:
        """The folder of a build, relative to the repository."""
        return self._relative(build.folder)

    def each(self, code: str, units: Iterable[Unit], found: Iterable[Result]) -> list[Result]:
        """``found``, after a VALID for every object, so that a stage without objects stays empty."""
        told = list(found)
        wrong = {result.subject for result in told}
        names = [subject(obj) for unit in units for obj in unit.objects]
        return [*(self.valid(code, name) for name in names if name not in wrong), *told]

    def _at(self, status: Status, trouble: Trouble, fix: str) -> Result:
        obj = trouble.obj or {}
        place: Place = self._locator(trouble.build).find(obj, trouble.path)
        return Result(
            code=trouble.code,
            check=self._check,
            subject=subject(obj),
            status=status,
            message=self._shown(trouble.message),
            fix=fix,
            **place.where,
        )

    def _shown(self, message: str) -> str:
        root = str(self._repo.root)
        return " ".join(message.replace(f"{root}/", "").replace(root, ".").split())

    def _relative(self, path: Path) -> str:
        root, found = self._repo.root.resolve(), path.resolve()
        return str(found.relative_to(root)) if found.is_relative_to(root) else str(path)


def _file(trouble: Trouble) -> Path:
    """The manifest of a plain folder that the message begins with, else what is built."""
    build = trouble.build
    named = (file for file in build.files if trouble.message.startswith(f"{file.name} "))
    return next(named, build.file if build.file.is_file() else build.folder)
