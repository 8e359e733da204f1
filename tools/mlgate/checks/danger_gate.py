"""The gate itself: its threshold and its floors, as the settings and the rendered constraints have them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from mlgate.checks import danger_base, graph
from mlgate.checks.danger_change import JUDGED, Change, Site, at, finding, mapping
from mlgate.checks.locate import Place
from mlgate.results import Result
from mlgate.settings import find_line

CONSTRAINTS = "constraints.gatekeeper.sh"
_PARAMETERS = "/spec/parameters"


@dataclass(frozen=True)
class _Gate:
    """Old and new numbers of one prefix's gate in one place; ``pointer`` is where they stand in it."""

    change: Change
    prefix: str
    name: str | Site
    was: dict[str, Any]
    now: dict[str, Any]

    def place(self, field: str) -> Place:
        if isinstance(self.name, Site):
            return self.change.place(self.name, f"{_PARAMETERS}/{field}")
        file = self.change.repo.root / self.name
        return Place(self.name, find_line(file, "spec", "gate", *field.split("/")) if _readable(file) else 0)

    @cached_property
    def lowered(self) -> list[tuple[str, Any, Any]]:
        """Field, old and new value of each number that fell or went."""
        fields = ["accuracy", "accuracyThreshold"]
        fields += [f"minimums/{name}" for name in mapping(self.was.get("minimums"))]
        pairs = [(field, at(self.was, field), at(self.now, field)) for field in fields]
        return [(field, was, now) for field, was, now in pairs if _fell(was, now)]


def check(change: Change) -> Iterator[Result]:
    """MG281 threshold lowered, MG282 lowered in the same change as the model, MG288 a minimum lowered or removed.

    A number that the settings and the constraints share is told once, at the settings.
    """
    told: set[tuple[str, ...]] = set()
    for gate in [*_settings(change), *_constraints(change)]:
        for field, was, now in gate.lowered:
            what = "accuracy" if field.startswith("accuracy") else field
            key = (gate.prefix, what, str(was), str(now))
            if key not in told:
                told.add(key)
                yield _minimum(gate, field, was, now) if "/" in field else _threshold(gate, field, was, now)


def _threshold(gate: _Gate, field: str, was: Any, now: Any) -> Result:
    base, moved = gate.change.base.name, _model(gate)
    message = f"the required accuracy is lowered: {was} -> {_shown(now)}; {JUDGED}, where {base} still requires {was}"
    if not moved:
        fix = "restore it; deliberately: in a pull request of its own, with the reason, merged by an owner of the gate"
        return finding("MG281", gate.name, gate.place(field), message, fix)
    message += (
        f"; the same change brings another model ({moved[0]}{f' and {len(moved) - 1} more' if moved[1:] else ''})"
    )
    fix = "take the two apart: first the threshold alone, with its reason; the model in a later pull request"
    return finding("MG282", gate.name, gate.place(field), message, fix)


def _minimum(gate: _Gate, field: str, was: Any, now: Any) -> Result:
    base = gate.change.base.name
    message = (
        f"{field.replace('/', '.')} of the gate: {was} -> {_shown(now)}; {JUDGED}, where {base} still requires {was}"
    )
    fix = "restore it; deliberately: in a pull request of its own, with the reason, merged by an owner of the gate"
    return finding("MG288", gate.name, gate.place(field), message, fix)


def _model(gate: _Gate) -> list[str]:
    """Files of the model (notebook, release) that the change touches too."""
    change = gate.change
    trees = (change.base.repo, change.repo)
    models = {at(graph.read(repo.settings_file(gate.prefix)), "/spec/model/path") for repo in trees}
    folders = sorted(path for path in models if isinstance(path, str))
    folders += [f"overlays/{gate.prefix}/{part}/release" for part in ("dev", "stage")]
    return [path for folder in folders for path in danger_base.changed(change.repo, change.base, folder)]


def _settings(change: Change) -> Iterator[_Gate]:
    for prefix in sorted({one.build.prefix for one in change.before if one.build.prefix}):
        old, new = (repo.settings_file(prefix) for repo in (change.base.repo, change.repo))
        if new.is_file():
            name = change.relative(new)
            yield _Gate(change, prefix, name, _gate(old), _gate(new))


def _gate(file: Path) -> dict[str, Any]:
    return mapping(at(graph.read(file), "/spec/gate"))


def _constraints(change: Change) -> Iterator[_Gate]:
    for old, new in change.both:
        if new.kind[0] == CONSTRAINTS:
            was, now = (mapping(at(site.obj, _PARAMETERS)) for site in (old, new))
            yield _Gate(change, new.build.prefix, new, was, now)


def _fell(was: Any, now: Any) -> bool:
    return _number(was) and (not _number(now) or now < was)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    return "nothing" if value is None else str(value)[:100]


def _readable(file: Path) -> bool:
    try:
        return yaml.compose(file.read_text(), Loader=yaml.SafeLoader) is not None
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return False
