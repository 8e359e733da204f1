"""What travels between the stages: builds, rendered objects, finished stages and the report."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlgate import results
from mlgate.results import Result, Status

KUSTOMIZATION = "kustomization.yaml"
Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Build:
    """One kustomize build; ``prefix`` and ``part`` are empty for apps/, policy/ and a prefix's own Applications.

    ``platform`` is set for what is for one platform only: no cluster has the objects of two platforms.
    """

    folder: Path
    prefix: str = ""
    part: str = ""
    platform: str = ""

    @property
    def file(self) -> Path:
        """The kustomization that is built."""
        return self.folder / KUSTOMIZATION


@dataclass(frozen=True, slots=True)
class Rendered:
    """A build and the objects that came out of it."""

    build: Build
    objects: tuple[Object, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """The results of one stage, in the order in which they were found."""

    name: str
    results: tuple[Result, ...]

    @property
    def findings(self) -> tuple[Result, ...]:
        """Everything that is not VALID."""
        return tuple(result for result in self.results if result.status is not Status.VALID)


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run. ``notes`` say what was left out on request."""

    stages: tuple[Stage, ...]
    objects: int
    notes: tuple[str, ...] = ()

    @property
    def results(self) -> tuple[Result, ...]:
        """All results of all stages."""
        return tuple(result for stage in self.stages for result in stage.results)

    @property
    def findings(self) -> tuple[Result, ...]:
        """Everything that is not VALID."""
        return tuple(result for stage in self.stages for result in stage.findings)

    @property
    def passed(self) -> bool:
        """True when every stage checked something and found nothing."""
        return bool(self.stages) and all(results.passed(stage.results) for stage in self.stages)

    @property
    def checks(self) -> int:
        """Number of results, findings included."""
        return len(self.results)

    @property
    def counts(self) -> dict[str, int]:
        """Number of results for every status, zeros included."""
        seen = Counter(result.status for result in self.results)
        return {status.value: seen[status] for status in Status}

    @property
    def verdict(self) -> str:
        """The last line of the text report."""
        return f"validate: {self.objects} objects, {self.checks} checks, {len(self.findings)} findings"


def stage(name: str, check: Callable[[], list[Result]]) -> Stage:
    """Run one stage; a stage that checked nothing gets MG200 and so fails."""
    found = check()
    if not found:
        found = [
            Result(
                code="MG200",
                check="vacuous",
                subject=name,
                status=Status.ERROR,
                message=f"stage {name} checked nothing, which proves nothing",
            )
        ]
    return Stage(name, tuple(found))


def name_of(obj: Object) -> str:
    """``metadata.name``, ``"None"`` when there is none."""
    return str((obj.get("metadata") or {}).get("name"))


def namespace_of(obj: Object) -> str:
    """``metadata.namespace``, empty when there is none."""
    return str((obj.get("metadata") or {}).get("namespace") or "")


def group_of(obj: Object) -> str:
    """The API group, empty for the core; without the version, since versions of one name are one object."""
    return str(obj.get("apiVersion", "")).rpartition("/")[0]


def subject(obj: Object) -> str:
    """``Kind/namespace/name``, or ``Kind/name`` for a cluster-wide object."""
    meta = obj.get("metadata") or {}
    parts = [obj.get("kind"), meta.get("namespace"), meta.get("name")]
    return "/".join(str(part) for part in parts if part)
