"""Stage 2: the settings of every prefix, and that its kustomizations say the same."""

import re
from collections.abc import Sequence
from pathlib import Path

import yaml

from mlgate import prefixes as rules
from mlgate import settings
from mlgate.checks import graph
from mlgate.errors import MlgateError
from mlgate.repo import Repo
from mlgate.results import Result, Status
from mlgate.settings import Settings

_LINE = re.compile(r":(\d+): ")


def check(repo: Repo, prefixes: Sequence[str]) -> list[Result]:
    """MG211 schema, MG212 name is the folder, MG213 prefix rules, MG214 clash, MG215 components agree."""
    return [result for prefix in prefixes for result in _one(repo, prefix)]


def _one(repo: Repo, prefix: str) -> list[Result]:
    file = repo.settings_file(prefix)
    try:
        loaded = settings.load(file)
    except MlgateError as err:
        return [_from_error(repo, file, err)]
    valid = _result(repo, file, "MG211", "schema", [])
    return [valid, _name(repo, prefix, loaded), _rules(repo, prefix), _clash(repo, prefix), _components(repo, loaded)]


def _from_error(repo: Repo, file: Path, err: MlgateError) -> Result:
    text = str(err)
    line = _LINE.search(text)
    message = text.replace(f"{file}:", "", 1)
    if line:
        message = message.removeprefix(line[0].removeprefix(":"))
    at = ["line", line[1]] if line else []
    return _result(repo, file, "MG211", "schema", at, message.strip(), err.fix)


def _name(repo: Repo, prefix: str, loaded: Settings) -> Result:
    file = repo.settings_file(prefix)
    if loaded.prefix == prefix:
        return _result(repo, file, "MG212", "name", [])
    message = f"metadata.name is {loaded.prefix!r}, the folder is {prefix!r}; objects would get the wrong prefix"
    return _result(repo, file, "MG212", "name", ["metadata", "name"], message, f"write name: {prefix}")


def _rules(repo: Repo, prefix: str) -> Result:
    file = repo.settings_file(prefix)
    try:
        rules.check(prefix)
    except MlgateError as err:
        return _result(repo, file, "MG213", "prefix", ["metadata", "name"], str(err), err.fix)
    return _result(repo, file, "MG213", "prefix", [])


def _clash(repo: Repo, prefix: str) -> Result:
    file = repo.settings_file(prefix)
    other = rules.clash(prefix, [name for name in repo.prefixes() if name != prefix])
    if not other:
        return _result(repo, file, "MG214", "clash", [])
    message = f"prefixes {prefix!r} and {other!r} would share a namespace"
    return _result(repo, file, "MG214", "clash", ["metadata", "name"], message, "rename one of them")


def _components(repo: Repo, loaded: Settings) -> Result:
    file = loaded.path
    wanted = {*loaded.components, f"platform-{loaded.platform}"}
    if problem := _unknown(repo, wanted):
        return _result(repo, file, "MG215", "components", ["spec", "components"], problem)
    missing = _offered(repo, wanted, file) - _used(repo, file)
    extra = {(name, part) for name, part in _used(repo, file) if name not in wanted}
    told = [f"{part}/ does not use {name}" for name, part in sorted(missing)]
    told += [f"{part}/ uses {name}, which settings.yaml does not switch on" for name, part in sorted(extra)]
    fix = "run mlgate bootstrap again, or edit spec.components" if told else ""
    return _result(repo, file, "MG215", "components", ["spec", "components"], "; ".join(told), fix)


def _unknown(repo: Repo, wanted: set[str]) -> str:
    absent = sorted(name for name in wanted if not (repo.root / "base" / "components" / name).is_dir())
    return f"no such component: {', '.join(absent)} (see base/components)" if absent else ""


def _offered(repo: Repo, wanted: set[str], file: Path) -> set[tuple[str, str]]:
    """(component, part) for every folder base/components/<component>/<part> that has a part of that name here."""
    overlay = file.parent.parent
    folders = [folder for name in wanted for folder in (repo.root / "base" / "components" / name).iterdir()]
    return {(folder.parent.name, folder.name) for folder in folders if _part(overlay, folder.name).is_dir()}


def _part(overlay: Path, name: str) -> Path:
    return overlay if name == "apps" else overlay / name


def _used(repo: Repo, file: Path) -> set[tuple[str, str]]:
    overlay = file.parent.parent
    top = (repo.root / "base" / "components").resolve()
    used = set()
    for part in ("apps", "policy", *rules.PARTS):
        for path in graph.references(_part(overlay, part)):
            names = path.relative_to(top).parts if path.is_relative_to(top) else ()
            if names and names[0] != "prefix":
                used.add((names[0], part))
    return used


def _result(repo: Repo, file: Path, code: str, check: str, at: list[str], message: str = "", fix: str = "") -> Result:
    name = str(file.relative_to(repo.root))
    if not message:
        return Result(code=code, check=check, subject=name, status=Status.VALID)
    line = int(at[1]) if at[:1] == ["line"] else _line(file, at)
    return Result(
        code=code, check=check, subject=name, status=Status.INVALID, message=message, fix=fix, file=name, line=line
    )


def _line(file: Path, at: list[str]) -> int:
    return settings.line_of(yaml.compose(file.read_text(), Loader=yaml.SafeLoader), list(at))
