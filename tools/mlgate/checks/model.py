"""What travels between the stages: builds, rendered objects, finished stages and the report."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlgate.results import Result, Status, allowed

KUSTOMIZATION = "kustomization.yaml"
Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Build:
    """One kustomize build; ``prefix`` and ``part`` are empty for apps/, policy/ and a prefix's own Applications.

    ``platform`` is set for what is for one platform only: no cluster has the objects of two platforms. ``files`` are
    the manifests of a plain folder, which has no kustomization; ``chain`` names the Applications that lead here, and
    ``origin`` is the last of them.
    """

    folder: Path
    prefix: str = ""
    part: str = ""
    platform: str = ""
    files: tuple[Path, ...] = ()
    chain: tuple[str, ...] = ()
    origin: "Origin | None" = field(default=None, compare=False, repr=False)

    @property
    def file(self) -> Path:
        """The kustomization that is built, or the first manifest of a plain folder."""
        return self.files[0] if self.files else self.folder / KUSTOMIZATION


@dataclass(frozen=True, slots=True)
class Origin:
    """What syncs a build: ``carrier``, an Application or an ApplicationSet, is an object of ``build``.

    ``pointer`` is a JSON pointer to the source in it, ``options`` are the source's for kustomize.
    """

    build: Build
    carrier: Object
    pointer: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A build and the objects that came out of it."""

    build: Build
    objects: tuple[Object, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """What is checked together: a prefix with its builds, or the repository's own builds, whose ``name`` is empty."""

    name: str
    builds: tuple[Build, ...]


class Listing(Sequence[Result]):
    """Results that are read when they are asked for; how many there are, and the findings, are always at hand."""

    @property
    @abstractmethod
    def counts(self) -> Mapping[Status, int]:
        """Number of results for every status there is."""

    @property
    @abstractmethod
    def findings(self) -> tuple[Result, ...]:
        """Everything that is not VALID, in order."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The results of one stage: first of the repository's own builds, then of every prefix, then of all together."""

    name: str
    results: Sequence[Result]

    @property
    def findings(self) -> tuple[Result, ...]:
        """Everything that is not VALID."""
        if isinstance(self.results, Listing):
            return self.results.findings
        return tuple(result for result in self.results if result.status is not Status.VALID)

    @property
    def counts(self) -> Mapping[Status, int]:
        """Number of results for every status there is."""
        if isinstance(self.results, Listing):
            return self.results.counts
        return Counter(result.status for result in self.results)


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run. ``notes`` say what was left out on request; files of results are relative to ``root``."""

    stages: tuple[Stage, ...]
    objects: int
    notes: tuple[str, ...] = ()
    root: Path | None = None

    @property
    def results(self) -> Iterator[Result]:
        """All results of all stages, one after the other; a large run does not hold them all."""
        return (result for stage in self.stages for result in stage.results)

    @property
    def findings(self) -> tuple[Result, ...]:
        """Everything that is not VALID."""
        return tuple(result for stage in self.stages for result in stage.findings)

    @property
    def passed(self) -> bool:
        """True when every stage checked something and found nothing."""
        return bool(self.stages) and all(allowed(+Counter(stage.counts)) for stage in self.stages)

    @property
    def failures(self) -> int:
        """Number of findings that nobody accepted."""
        return len(self.findings) - self.counts[Status.SUPPRESSED.value]

    @property
    def checks(self) -> int:
        """Number of results, findings included."""
        return sum(self.counts.values())

    @property
    def counts(self) -> dict[str, int]:
        """Number of results for every status, zeros included."""
        seen = [stage.counts for stage in self.stages]
        return {status.value: sum(each.get(status, 0) for each in seen) for status in Status}

    @property
    def verdict(self) -> str:
        """The last line of the text report."""
        accepted = self.counts[Status.SUPPRESSED.value]
        told = f", {accepted} suppressed" if accepted else ""
        return f"validate: {self.objects} objects, {self.checks} checks, {self.failures} findings{told}"


def stage(name: str, check: Callable[[], list[Result]]) -> Stage:
    """Run one stage; a stage that checked nothing gets MG200 and so fails."""
    return Stage(name, tuple(check() or [vacuous(name)]))


def vacuous(name: str) -> Result:
    """MG200, which makes a stage fail that checked nothing."""
    return Result(
        code="MG200",
        check="vacuous",
        subject=name,
        status=Status.ERROR,
        message=f"stage {name} checked nothing, which proves nothing",
    )


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
