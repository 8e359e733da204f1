"""Stage 2: the settings of every prefix, and that its kustomizations say the same."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from mlgate import cluster, settings
from mlgate import prefixes as rules
from mlgate.checks import graph
from mlgate.checks.model import KUSTOMIZATION
from mlgate.cluster import Cluster
from mlgate.errors import MlgateError
from mlgate.render import overlay
from mlgate.repo import Repo
from mlgate.results import Result, Status
from mlgate.settings import Settings

_LINE = re.compile(r"(\d+): ")


@dataclass(frozen=True, slots=True)
class _File:
    """A settings.yaml, and how results about it are written down."""

    repo: Repo
    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(self.repo.root))

    def valid(self, code: str, check: str) -> Result:
        return Result(code=code, check=check, subject=self.name, status=Status.VALID)

    def invalid(self, code: str, check: str, line: int, told: tuple[str, str]) -> Result:
        message, fix = told
        return Result(
            code=code,
            check=check,
            subject=self.name,
            status=Status.INVALID,
            message=message,
            fix=fix,
            file=self.name,
            line=line,
        )

    def line(self, *at: str) -> int:
        return settings.find_line(self.path, *at)


def check(repo: Repo, prefix: str, others: Collection[str]) -> list[Result]:
    """MG211 schema, MG212 name is the folder, MG213 prefix rules, MG214 clash, MG215 components, MG218 in vain.

    ``others`` are all prefixes that are set up.
    """
    file = _File(repo, repo.settings_file(prefix))
    try:
        loaded = settings.load(file.path)
    except MlgateError as err:
        return [_unreadable(file, err, "MG211")]
    return [
        file.valid("MG211", "schema"),
        _name(file, prefix, loaded),
        _rules(file, prefix),
        _clash(file, prefix, others),
        *_components(file, prefix, loaded),
    ]


def clash(prefix: str, others: Collection[str]) -> str:
    """The first of ``others`` that ``prefix`` would share a name with, or nothing."""
    # Looked up, not compared with each: a thousand prefixes would make a million comparisons.
    stems = {prefix.removesuffix(f"-{part}") for part in rules.NAMESPACES} | {
        f"{prefix}-{part}" for part in rules.NAMESPACES
    }
    return rules.clash(prefix, sorted(name for name in stems - {prefix} if name in others))


def check_cluster(repo: Repo) -> list[Result]:
    """MG216 the cluster's settings fit their schema, MG217 each operator has something for the platform."""
    file = _File(repo, repo.root / cluster.FILE)
    try:
        loaded = cluster.load(repo.root)
    except MlgateError as err:
        return [_unreadable(file, err, "MG216")]
    return [file.valid("MG216", "schema"), *(_operator(file, loaded, name) for name in loaded.operators)]


def _operator(file: _File, loaded: Cluster, name: str) -> Result:
    operators = file.repo.root / "base" / "operators"
    if (operators / name / loaded.platform / KUSTOMIZATION).is_file():
        return file.valid("MG217", "operator")
    known = sorted(each.parent.name for each in operators.glob(f"*/{loaded.platform}"))
    told = (f"operator {name!r} has nothing for {loaded.platform}", f"there are: {', '.join(known) or 'none'}")
    return file.invalid("MG217", "operator", file.line("spec", "operators"), told)


def _unreadable(file: _File, err: MlgateError, code: str) -> Result:
    words = str(err).removeprefix(f"{file.path}:").lstrip()
    line = _LINE.match(words)
    message = words[line.end() :] if line else words
    return file.invalid(code, "schema", int(line[1]) if line else 0, (message, err.fix))


def _name(file: _File, prefix: str, loaded: Settings) -> Result:
    if loaded.prefix == prefix:
        return file.valid("MG212", "name")
    message = f"metadata.name is {loaded.prefix!r}, the folder is {prefix!r}; objects would get the wrong prefix"
    return file.invalid("MG212", "name", file.line("metadata", "name"), (message, f"write name: {prefix}"))


def _rules(file: _File, prefix: str) -> Result:
    try:
        rules.check(prefix)
    except MlgateError as err:
        return file.invalid("MG213", "prefix", file.line("metadata", "name"), (str(err), err.fix))
    return file.valid("MG213", "prefix")


def _clash(file: _File, prefix: str, others: Collection[str]) -> Result:
    other = clash(prefix, others)
    if not other:
        return file.valid("MG214", "clash")
    told = (f"prefixes {prefix!r} and {other!r} would share a name", "rename one of them")
    return file.invalid("MG214", "clash", file.line("metadata", "name"), told)


def _components(file: _File, prefix: str, loaded: Settings) -> list[Result]:
    base = file.repo.root / "base"
    if unknown := sorted(set(loaded.components) - set(overlay.known_components(base))):
        known = ", ".join(overlay.known_components(base)) or "none"
        told = (f"no such component: {', '.join(unknown)}", f"there are: {known}")
        return [file.invalid("MG215", "components", file.line("spec", "components"), told)]
    if idle := overlay.idle(base, loaded.options):
        told = (
            f"nothing for {loaded.platform}: {', '.join(idle)}",
            "choose another alternative, or the other platform",
        )
        return [file.invalid("MG218", "platform", file.line("spec", "platform"), told)]
    parts = [file.repo.overlay(prefix) / part for part in overlay.PARTS]
    # A part without its kustomization is MG201 already.
    return [_part(file, part, loaded) for part in parts if (part / KUSTOMIZATION).is_file()]


def _part(file: _File, folder: Path, loaded: Settings) -> Result:
    wanted = overlay.wanted(file.repo.root / "base", folder.name, loaded.options)
    content = graph.read(folder / KUSTOMIZATION)
    listed = content.get("components") if isinstance(content, dict) else None
    used = [
        each for each in (listed if isinstance(listed, list) else []) if str(each).startswith(f"{overlay.COMPONENTS}/")
    ]
    name = (folder / KUSTOMIZATION).relative_to(file.repo.root)
    told = [f"{name} lacks {_short(each)}" for each in wanted if each not in used]
    told += [f"{name} uses {_short(each)}, which settings.yaml does not ask for" for each in used if each not in wanted]
    if not told:
        return file.valid("MG215", "components")
    line = file.line("spec", "components")
    return file.invalid("MG215", "components", line, ("; ".join(told), "run mlgate bootstrap again, or edit either"))


def _short(component: object) -> str:
    return str(component).removeprefix(f"{overlay.COMPONENTS}/")
